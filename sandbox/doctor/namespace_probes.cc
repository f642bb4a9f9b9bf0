#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <utility>

#include "sandbox/doctor/attempt.h"
#include "sandbox/doctor/probes.h"
#include "sandbox/launcher/mount_api.h"
#include "sandbox/launcher/mounts.h"
#include "sandbox/launcher/namespace_limit.h"
#include "sandbox/launcher/namespaces.h"
#include "sandbox/launcher/network.h"
#include "sandbox/launcher/wire.h"
#include "sandbox/sys/error.h"

namespace sandbox {
namespace {

namespace fs = std::filesystem;

Finding finding_of(Feature feature, Attempt tried) {
  if (tried.done) return {feature, State::ok, std::move(tried.text), ""};
  NamespaceLimit limit = limit_on_namespaces();
  if (tried.error_number == ENOSYS) tried.text += ", which takes Linux 5.12";
  if (!limit.what.empty()) tried.text += " (" + limit.what + ")";
  return {feature, State::missing, std::move(tried.text), std::move(limit.mend)};
}

void own_mount_tree() {
  change_mounts(place_at("/").get(), {.propagation = MS_PRIVATE}, "making the mount tree private");
}

/// A directory below the scratch that goes with everything in it.
class ScratchDirectory {
 public:
  explicit ScratchDirectory(const std::string& parent) : path_(parent + "/doctor-XXXXXX") {
    if (::mkdtemp(path_.data()) == nullptr) throw sys::SysError(errno, "making a directory in {}", parent);
  }
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;
  ~ScratchDirectory() {
    std::error_code ignored;
    for (const char* closed : {"/work/work", "/work/work/incompat", "/work/work/incompat/volatile"})
      ::chmod((path_ + closed).c_str(), 0700);  // as overlayfs leaves them
    fs::remove_all(path_, ignored);
  }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

std::string try_overlay(const std::string& base) {
  own_mount_tree();
  const std::string view = base + "/view";
  mount_new("overlay", view, MS_NOSUID | MS_NODEV,
            fmt::format("userxattr,volatile,lowerdir={0}/lower,upperdir={0}/upper,workdir={0}/work", base));
  sys::write_all(sys::open_file(view + "/file", O_WRONLY | O_TRUNC).get(), "changed", view);
  if (sys::read_file(base + "/lower/file", 16) != "as it was")
    throw sys::Error(sys::Kind::unsupported, "a write went through the overlay to what lies below");
  return "copy-on-write caches";
}

}  // namespace

Finding probe_user_namespaces(const Site& site) {
  return finding_of(Feature::user_namespaces, attempt_in_namespaces(0, site.user, [&] {
                      return fmt::format("user {} is {} inside", site.user.uid, ::geteuid());
                    }));
}

Finding probe_mounts(const Site& site) {
  return finding_of(Feature::mounts, attempt_in_namespaces(CLONE_NEWNS, site.user, [] {
                      own_mount_tree();
                      change_mounts(place_at("/").get(), {.set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID},
                                    "making the host's files read-only");
                      mount_new("tmpfs", "/proc", MS_NOSUID | MS_NODEV, "mode=0755");
                      attach(copy_tree(place_at("/etc").get(), "/etc").get(), place_at("/proc").get(),
                             "/proc");
                      return std::string("read-only host, private directories");
                    }));
}

Finding probe_processes(const Site& site) {
  return finding_of(Feature::processes, attempt_in_namespaces(CLONE_NEWNS | CLONE_NEWPID, site.user, [] {
                      own_mount_tree();
                      mount_new("proc", "/proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, "");
                      return std::string("with a /proc of its own");
                    }));
}

Finding probe_network(const Site& site) {
  return finding_of(Feature::network, attempt_in_namespaces(CLONE_NEWNET, site.user, [] {
                      bring_loopback_up();
                      return std::string("with a loopback of its own");
                    }));
}

Finding probe_overlay(const Site& site) {
  try {
    const ScratchDirectory directory(site.scratch);
    const std::string& base = directory.path();
    for (const char* name : {"lower", "upper", "work", "view"}) fs::create_directory(fs::path(base) / name);
    sys::write_all(sys::open_file(base + "/lower/file", O_WRONLY | O_CREAT, 0600).get(), "as it was", base);
    Attempt tried = attempt_in_namespaces(CLONE_NEWNS, own_user(), [&base] { return try_overlay(base); });
    if (tried.done) return {Feature::overlay, State::ok, std::move(tried.text), ""};
    const char* mend = tried.error_number == ENODEV ? "sudo modprobe overlay" : "";
    return {Feature::overlay, State::missing, std::move(tried.text), mend};
  } catch (const std::exception& error) {
    return {Feature::overlay, State::missing, error.what(), ""};
  }
}

Finding probe_id_maps(const Site& site) {
  try {
    const ScratchDirectory directory(site.scratch);
    Spec spec;
    spec.user = site.user;
    spec.writable = {directory.path()};
    const Bystander inside(CLONE_NEWUSER);
    write_id_maps(std::to_string(inside.pid()), site.user);
    (void)copy_id_mapped(spec, inside.pid());
    return {Feature::id_maps, State::ok, fmt::format("root's files as user {}'s", site.user.uid), ""};
  } catch (const std::exception& error) {
    return {Feature::id_maps, State::missing, error.what(), ""};
  }
}

}  // namespace sandbox
