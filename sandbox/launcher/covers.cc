#include "sandbox/launcher/covers.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>

#include "sandbox/launcher/mount_api.h"
#include "sandbox/sys/error.h"
#include "sandbox/sys/path.h"

namespace sandbox {
namespace {

bool is_directory(int fd, const std::string& path) {
  struct stat status {};
  if (::fstatat(fd, "", &status, AT_EMPTY_PATH) != 0) throw sys::SysError(errno, "examining {}", path);
  return S_ISDIR(status.st_mode);
}

}  // namespace

const std::string* Covers::outermost_top(const std::string& path) const {
  const std::string* outermost = nullptr;
  for (const std::string& top : tops_)
    if (sys::is_within(path, top) && (outermost == nullptr || top.size() < outermost->size()))
      outermost = &top;
  return outermost;
}

void Covers::pin_ancestors(const std::string& path) {
  const std::string* top = outermost_top(path);
  if (top == nullptr) return;
  std::size_t end = *top == "/" ? 0 : top->size();
  while ((end = path.find('/', end + 1)) != std::string::npos) {
    const std::string ancestor = path.substr(0, end);
    if (!pinned_.insert(ancestor).second) continue;
    const sys::Fd place = try_place(ancestor);
    if (!place && is_out_of_reach(errno)) return;
    if (!place) throw sys::SysError(errno, "opening {}", ancestor);
    attach(copy_tree(place.get(), ancestor).get(), place.get(), ancestor);
  }
}

void Covers::make_read_only(const std::string& path) {
  const sys::Fd place = try_place(path);
  if (!place && is_out_of_reach(errno)) return;
  if (!place) throw sys::SysError(errno, "opening {}", path);
  const sys::Fd tree = copy_tree(place.get(), path);
  change_mounts(tree.get(), {.set = MOUNT_ATTR_RDONLY}, "binding " + path + " read-only");
  attach(tree.get(), place.get(), path);
}

void Covers::protect(const std::string& path) {
  bool matters = outermost_top(path) != nullptr;
  for (const std::string& top : tops_) matters = matters || sys::is_within(top, path);
  if (!matters) return;
  pin_ancestors(path);
  make_read_only(path);
}

void Covers::hide(const std::string& path) {
  // Symlinks are followed: to hide too much is no harm.
  const sys::Fd place = sys::try_open_at(AT_FDCWD, path, O_PATH);
  if (!place && (is_out_of_reach(errno) || errno == ELOOP)) return;
  if (!place) throw sys::SysError(errno, "hiding {}", path);
  const sys::Fd blank = is_directory(place.get(), path) ? files_.empty_directory() : files_.unreadable_file();
  attach(blank.get(), place.get(), path);
}

}  // namespace sandbox
