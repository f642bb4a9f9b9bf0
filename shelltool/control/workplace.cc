#include "shelltool/control/workplace.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>

#include <cerrno>
#include <filesystem>

#include "sandbox/sys/error.h"
#include "sandbox/sys/packing.h"

namespace shelltool {
namespace {

constexpr const char* name = "gatehouse-workspaces";

}  // namespace

sys::Fd tell_workspaces(const std::vector<std::string>& workspaces) {
  sys::Fd file(::memfd_create(name, MFD_CLOEXEC));
  if (!file) throw sys::SysError(errno, "making a file in memory");
  sys::write_all(file.get(), sys::packed(workspaces), name);
  return file;
}

std::vector<std::string> workspaces_of(pid_t process) {
  const std::string link = fmt::format("/memfd:{} (deleted)", name);
  std::error_code gone;
  for (auto at = std::filesystem::directory_iterator(fmt::format("/proc/{}/fd", process), gone);
       !gone && at != std::filesystem::directory_iterator(); at.increment(gone)) {
    std::error_code closed;
    if (std::filesystem::read_symlink(at->path(), closed) != link) continue;
    try {
      const sys::Fd file = sys::open_file(at->path().string(), O_RDONLY);
      return sys::unpacked_from<std::vector<std::string>>(file.get(), name);
    } catch (const sys::Error&) {
      return {};  // it has ended meanwhile
    }
  }
  return {};
}

}  // namespace shelltool
