#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "sandbox/control_group.h"
#include "sandbox/doctor/probes.h"
#include "sandbox/sys/error.h"
#include "sandbox/sys/fd.h"

namespace sandbox {
namespace {

constexpr const char* mend = "systemd-run --user --scope -p Delegate=yes gatehouse doctor";

/// systemd puts a service that it delegates to below a user's manager, which only it can do.
Finding without(std::string why, bool has_systemd) {
  return {Feature::cgroups, State::degraded, std::move(why), has_systemd ? mend : ""};
}

Finding probe() {
  const bool has_systemd = ::access("/run/systemd/system", F_OK) == 0;
  const std::string group = own_control_group();
  const std::string child = fmt::format("{}/gatehouse-doctor-{}", group, ::getpid());
  if (::mkdir(child.c_str(), 0755) != 0)
    return without(sys::SysError(errno, "making a group in {}", group).what(),
                   has_systemd && ::geteuid() != 0);
  ::rmdir(child.c_str());
  const std::string controllers = sys::read_file(group + "/cgroup.controllers", 4096);
  for (const char* controller : {"memory", "pids"})
    if (controllers.find(controller) == std::string::npos)
      return without(fmt::format("{} has no controller for {}", group, controller), has_systemd);
  Limits limits;
  limits.memory_bytes = 1U << 30;
  if (!ControlGroup::make(limits))
    return without(fmt::format("{} does not hand its controllers on: others are in it, too", group),
                   has_systemd);
  return {Feature::cgroups, State::ok, "delegated, with memory and pids", ""};
}

}  // namespace

Finding probe_cgroups() {
  try {
    return probe();
  } catch (const sys::Error& error) {
    return without(error.what(), false);
  }
}

}  // namespace sandbox
