#include "shelltool/files/copy_tree.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <vector>

#include "sandbox/guard/quarantine.h"
#include "sandbox/sys/path.h"
#include "sandbox/sys/text.h"
#include "shelltool/files/file_error.h"
#include "shelltool/files/pinned.h"
#include "shelltool/files/true_name.h"

namespace shelltool::files {
namespace {

constexpr sys::Lookup no_links{sys::Reach::beneath, false, false};
constexpr mode_t permissions = 01777;

void copy_content(const sys::Fd& from, const sys::Fd& to, const std::string& shown) {
  if (::ioctl(to.get(), FICLONE, from.get()) == 0) return;
  for (;;) {
    ssize_t count = ::copy_file_range(from.get(), nullptr, to.get(), nullptr, std::size_t{1} << 30U, 0);
    if (count == 0) return;
    if (count > 0) continue;
    if (errno != EXDEV && errno != EINVAL && errno != ENOSYS && errno != EOPNOTSUPP)
      throw_errno(errno, "copying {}", sys::visible(shown));
    break;
  }
  std::vector<char> buffer(std::size_t{256} * 1024);
  while (const ssize_t count = ::read(from.get(), buffer.data(), buffer.size())) {
    if (count < 0) throw_errno(errno, "copying {}", sys::visible(shown));
    sys::write_all(to.get(), {buffer.data(), static_cast<std::size_t>(count)}, shown);
  }
}

/// From below one directory to below another, by the same name or by two.
class TreeCopy {
 public:
  TreeCopy(const sys::Fd& from, const sys::Fd& to, const std::string& shown)
      : from_(from), to_(to), shown_(shown) {}

  void copy(const std::string& from, const std::string& to, mode_t mode) {
    if (S_ISDIR(mode)) {
      if (::mkdirat(to_.get(), to.c_str(), 0700) != 0) fail(to);
      directories_.emplace_back(to, mode & permissions);
    } else if (S_ISREG(mode)) {
      copy_file(from, to, mode & permissions);
    } else if (S_ISLNK(mode)) {
      copy_link(from, to);
    } else {
      throw FileError("special_file", "{}/{} is {}, which is not copied", sys::visible(shown_),
                      sys::visible(from), kind_of(mode));
    }
  }

  /// Directories get their permissions last: some are not to be written.
  void finish() {
    for (auto directory = directories_.rbegin(); directory != directories_.rend(); ++directory)
      if (::fchmodat(to_.get(), directory->first.c_str(), directory->second, 0) != 0) fail(directory->first);
  }

 private:
  [[noreturn]] void fail(const std::string& name) const {
    throw_errno(errno, "copying {}/{}", sys::visible(shown_), sys::visible(name));
  }

  void copy_file(const std::string& from, const std::string& to, mode_t mode) {
    const sys::Fd source = sys::try_open_at(from_.get(), from, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, no_links);
    struct stat status {};
    if (!source || ::fstat(source.get(), &status) != 0 || !S_ISREG(status.st_mode)) fail(from);
    const sys::Fd target =
        sys::try_open_at(to_.get(), to, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, no_links, 0600);
    if (!target) fail(to);
    copy_content(source, target, shown_ + "/" + from);
    if (::fchmod(target.get(), mode) != 0) fail(to);
  }

  void copy_link(const std::string& from, const std::string& to) const {
    std::array<char, 4097> text{};
    if (::readlinkat(from_.get(), from.c_str(), text.data(), text.size() - 1) < 0 ||
        ::symlinkat(text.data(), to_.get(), to.c_str()) != 0)
      fail(from);
  }

  const sys::Fd& from_;
  const sys::Fd& to_;
  const std::string& shown_;
  std::vector<std::pair<std::string, mode_t>> directories_;
};

}  // namespace

void copy_tree(const std::string& from, const std::string& to) {
  const sys::Fd source = held_parent(from), target = held_parent(to);
  const std::string name = sys::base_name(from), new_name = sys::base_name(to);
  struct stat status {};
  if (::fstatat(source.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0)
    throw_errno(errno, "{}", sys::visible(from));
  if (::faccessat(target.get(), new_name.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) == 0)
    throw FileError("exists", "{} is there already", sys::visible(to));
  const std::string parent = sys::parent_of(from);
  try {
    TreeCopy top(source, target, parent);
    top.copy(name, new_name, status.st_mode);
    if (S_ISDIR(status.st_mode)) {
      const sys::Fd below = sys::open_at(source.get(), name, O_PATH | O_DIRECTORY, no_links);
      const sys::Fd made = sys::open_at(target.get(), new_name, O_PATH | O_DIRECTORY, no_links);
      TreeCopy tree(below, made, from);
      each_below(below, from, [&](const std::string& entry, mode_t mode) { tree.copy(entry, entry, mode); });
      tree.finish();
    }
    top.finish();
  } catch (const sys::Error&) {
    sandbox::remove_tree(target.get(), new_name);
    throw;
  }
}

}  // namespace shelltool::files
