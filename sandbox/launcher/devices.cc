#include "sandbox/launcher/devices.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>
#include <utility>

#include "sandbox/launcher/mount_api.h"
#include "sandbox/sys/error.h"

namespace sandbox {
namespace {

bool same_device(int terminal, int place) {
  struct stat a {};
  struct stat b {};
  return ::fstat(terminal, &a) == 0 && ::fstatat(place, "", &b, AT_EMPTY_PATH) == 0 && S_ISCHR(b.st_mode) &&
         a.st_rdev == b.st_rdev && a.st_ino == b.st_ino;
}

// Opened by name: a descriptor that was opened outside belongs to the mount namespace outside.
sys::Fd find_terminal() {
  for (int fd = 0; fd <= 2; ++fd) {
    if (::isatty(fd) == 0) continue;
    sys::Fd place = try_place(sys::path_of(fd));
    if (place && same_device(fd, place.get())) return place;
  }
  return {};
}

void add_device(int dev, const std::string& name, const std::string& source) {
  if (::mknodat(dev, name.c_str(), S_IFREG | 0444, 0) != 0)
    throw sys::SysError(errno, "making /dev/{}", name);
  bind(source, sys::proc_path(dev) + "/" + name, "/dev/" + name);
}

void add_links(int dev) {
  constexpr std::array<std::pair<const char*, const char*>, 5> links = {{{"/proc/self/fd", "fd"},
                                                                         {"/proc/self/fd/0", "stdin"},
                                                                         {"/proc/self/fd/1", "stdout"},
                                                                         {"/proc/self/fd/2", "stderr"},
                                                                         {"pts/ptmx", "ptmx"}}};
  for (const auto& [target, name] : links)
    if (::symlinkat(target, dev, name) != 0) throw sys::SysError(errno, "making /dev/{}", name);
}

sys::Fd make_directory(int dev, const std::string& name) {
  if (::mkdirat(dev, name.c_str(), 0755) != 0) throw sys::SysError(errno, "making /dev/{}", name);
  return place_at("/dev/" + name);
}

}  // namespace

sys::Fd build_devices(const PrivateFiles& files) {
  const sys::Fd host = place_at("/dev"), terminal = find_terminal();
  files.cover(host.get(), "/dev", 0755);
  sys::Fd dev = place_at("/dev");
  for (const char* name : {"null", "zero", "full", "random", "urandom", "tty"})
    if (::faccessat(host.get(), name, F_OK, 0) == 0)
      add_device(dev.get(), name, sys::proc_path(host.get()) + "/" + name);
  if (terminal) add_device(dev.get(), "console", sys::proc_path(terminal.get()));
  mount_new("devpts", make_directory(dev.get(), "pts").get(), MS_NOSUID | MS_NOEXEC,
            "newinstance,ptmxmode=0666,mode=0620", "/dev/pts");
  files.cover(make_directory(dev.get(), "shm").get(), "/dev/shm", 01777);
  add_links(dev.get());
  return dev;
}

}  // namespace sandbox
