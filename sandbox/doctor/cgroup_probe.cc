#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <sstream>
#include <string>

#include "sandbox/doctor/probes.h"
#include "sandbox/sys/error.h"
#include "sandbox/sys/fd.h"

namespace sandbox {
namespace {

/// Where cgroup v2 is mounted; empty when it is not. proc_pid_mountinfo(5): the type stands behind " - ".
std::string mount_point() {
  std::istringstream lines(sys::read_file("/proc/self/mountinfo", 16 << 20));
  for (std::string line; std::getline(lines, line);) {
    if (line.find(" - cgroup2 ") == std::string::npos) continue;
    std::istringstream fields(line);
    std::string field;
    for (int i = 0; i < 5; ++i) fields >> field;
    return field;
  }
  return {};
}

/// Our own group in it, "/user.slice/…".
std::string own_group() {
  std::istringstream lines(sys::read_file("/proc/self/cgroup", 1 << 20));
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with("0::")) return line.substr(3);
  return {};
}

constexpr const char* mend = "systemd-run --user --scope -p Delegate=yes gatehouse doctor";

/// systemd puts a service that it delegates to below a user's manager, which only it can do.
Finding without(std::string why, bool has_systemd) {
  return {Feature::cgroups, State::degraded, std::move(why), has_systemd ? mend : ""};
}

Finding probe() {
  const bool has_systemd = ::access("/run/systemd/system", F_OK) == 0;
  const std::string mounted = mount_point();
  if (mounted.empty()) return without("not mounted", false);
  const std::string group = mounted + own_group();
  const std::string child = fmt::format("{}/gatehouse-doctor-{}", group, ::getpid());
  if (::mkdir(child.c_str(), 0755) != 0)
    return without(sys::SysError(errno, "making a group in {}", group).what(),
                   has_systemd && ::geteuid() != 0);
  ::rmdir(child.c_str());
  const std::string controllers = sys::read_file(group + "/cgroup.controllers", 4096);
  for (const char* controller : {"memory", "pids"})
    if (controllers.find(controller) == std::string::npos)
      return without(fmt::format("{} has no controller for {}", group, controller), has_systemd);
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
