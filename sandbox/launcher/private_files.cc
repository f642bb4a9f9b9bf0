#include "sandbox/launcher/private_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "sandbox/launcher/mount_api.h"
#include "sandbox/sys/error.h"

namespace sandbox {
namespace {

sys::Fd place_in(int directory, const std::string& name) {
  sys::Fd place(::openat(directory, name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
  if (!place) throw sys::SysError(errno, "opening the private {}", name);
  return place;
}

sys::Fd read_only_copy(int place, const std::string& name) {
  sys::Fd tree = copy_tree(place, name);
  change_mounts(tree.get(), {.set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOEXEC},
                "making the " + name + " read-only");
  return tree;
}

}  // namespace

PrivateFiles::PrivateFiles(std::uint64_t bytes) {
  // A name takes memory of the kernel's, too; some are ours.
  const std::string size =
      bytes != 0 ? fmt::format(",size={},nr_inodes={}", bytes, bytes / 4096 + 4096) : std::string();
  mount_new("tmpfs", "/proc", MS_NOSUID | MS_NODEV, "mode=0755" + size);
  root_ = place_at("/proc");
  if (::mkdirat(root_.get(), "empty", 0555) != 0 || ::mkdirat(root_.get(), "spare", 0755) != 0 ||
      ::mknodat(root_.get(), "unreadable", S_IFREG, 0) != 0)
    throw sys::SysError(errno, "making what hides a path");
  empty_ = place_in(root_.get(), "empty");
  unreadable_ = place_in(root_.get(), "unreadable");
}

void PrivateFiles::cover(int place, const std::string& path, unsigned mode) const {
  std::string name = path;
  std::replace(name.begin(), name.end(), '/', '-');
  if (::mkdirat(root_.get(), name.c_str(), mode) != 0)
    throw sys::SysError(errno, "making a private {}", path);
  bind(sys::proc_path(root_.get()) + "/" + name, sys::proc_path(place), path);
}

/// A file system of its own, of which the command has nothing.
int PrivateFiles::spare() const {
  if (spare_) return spare_.get();
  mount_new("tmpfs", place_in(root_.get(), "spare").get(), MS_NOSUID | MS_NODEV, "mode=0755",
            "a spare file system");
  spare_ = place_in(root_.get(), "spare");
  return spare_.get();
}

sys::Fd PrivateFiles::make_directory(const std::string& name) const {
  int where = root_.get();
  int made = ::mkdirat(where, name.c_str(), 0755);
  if (made != 0 && errno == ENOSPC) {
    where = spare();
    made = ::mkdirat(where, name.c_str(), 0755);
  }
  if (made != 0) throw sys::SysError(errno, "making a private {}", name);
  return place_in(where, name);
}

void PrivateFiles::remove_directory(const std::string& name) const {
  for (const int where : {root_.get(), spare_.get()})
    if (where >= 0) ::unlinkat(where, name.c_str(), AT_REMOVEDIR);
}

sys::Fd PrivateFiles::empty_directory() const { return read_only_copy(empty_.get(), "empty directory"); }

sys::Fd PrivateFiles::unreadable_file() const { return read_only_copy(unreadable_.get(), "unreadable file"); }

// They keep their names: on what has none nothing can be mounted.
sys::Fd PrivateFiles::file_with(std::string_view text) const {
  const std::string name = fmt::format("file-{}", ++files_);
  const sys::Fd file(::openat(root_.get(), name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0444));
  if (!file) throw sys::SysError(errno, "making a private file");
  sys::write_all(file.get(), text, "a private file");
  return read_only_copy(place_in(root_.get(), name).get(), "private file");
}

}  // namespace sandbox
