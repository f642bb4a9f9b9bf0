#include "shelltool/files/name_changes.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>

#include "sandbox/guard/quarantine.h"
#include "sandbox/sys/path.h"
#include "sandbox/sys/text.h"
#include "shelltool/files/copy_tree.h"
#include "shelltool/files/file_error.h"
#include "shelltool/files/mode_text.h"
#include "shelltool/files/rename.h"
#include "shelltool/files/trash.h"
#include "shelltool/files/true_name.h"

namespace shelltool::files {
namespace {

void rename_between(const std::string& from, const std::string& to) {
  const int error =
      rename_to_new(held_parent(from), sys::base_name(from), held_parent(to), sys::base_name(to));
  if (error == EXDEV)
    throw FileError("other_file_system",
                    "{} and {} are on different file systems or mounts; copy it, then delete the first",
                    sys::visible(from), sys::visible(to));
  if (error != 0) throw_errno(error, "moving {} to {}", sys::visible(from), sys::visible(to));
}

}  // namespace

NameChanges::~NameChanges() {
  for (auto undo = undo_.rbegin(); undo != undo_.rend(); ++undo) {
    try {
      (*undo)();
    } catch (const sys::Error&) {
      // Somebody else has changed what stands there: it is theirs now.
    }
  }
}

void NameChanges::move(const std::string& from, const std::string& to) {
  rename_between(from, to);
  undo_.emplace_back([from, to] { rename_between(to, from); });
}

void NameChanges::copy(const std::string& from, const std::string& to) {
  copy_tree(from, to);
  undo_.emplace_back([to] { sandbox::remove_tree(held_parent(to).get(), sys::base_name(to)); });
}

std::string NameChanges::discard(const std::string& path) {
  if (is_in_trash(path)) {
    doomed_.push_back(path);
    return {};
  }
  const std::string place = move_to_trash(path, roots_);
  undo_.emplace_back([path, place] { move_from_trash(place, path); });
  return place;
}

void NameChanges::make_directory(const std::string& path) {
  const sys::Fd parent = held_parent(path);
  if (::mkdirat(parent.get(), sys::base_name(path).c_str(), 0777) != 0)
    throw_errno(errno, "making {}", sys::visible(path));
  undo_.emplace_back(
      [path] { ::unlinkat(held_parent(path).get(), sys::base_name(path).c_str(), AT_REMOVEDIR); });
}

void NameChanges::link(const std::string& path, const std::string& target) {
  const sys::Fd parent = held_parent(path);
  if (::symlinkat(target.c_str(), parent.get(), sys::base_name(path).c_str()) != 0)
    throw_errno(errno, "linking {}", sys::visible(path));
  undo_.emplace_back([path] { ::unlinkat(held_parent(path).get(), sys::base_name(path).c_str(), 0); });
}

mode_t NameChanges::change_mode(const std::string& path, const std::string& mode) {
  const auto place =
      std::make_shared<sys::Fd>(sys::try_open_at(held_parent(path).get(), sys::base_name(path),
                                                 O_PATH | O_NOFOLLOW, {sys::Reach::beneath, false, false}));
  struct stat status {};
  if (!*place || ::fstat(place->get(), &status) != 0) throw_errno(errno, "{}", sys::visible(path));
  if (S_ISLNK(status.st_mode))
    throw FileError("stale", "{} has become a link at this moment", sys::visible(path));
  const mode_t before = status.st_mode & 07777U;
  const mode_t after = mode_after(mode, before).value_or(before);
  if (::chmod(sys::proc_path(place->get()).c_str(), after) != 0)
    throw_errno(errno, "changing the mode of {}", sys::visible(path));
  undo_.emplace_back([place, before] { (void)::chmod(sys::proc_path(place->get()).c_str(), before); });
  return after;
}

void NameChanges::keep() {
  undo_.clear();
  for (const std::string& path : doomed_) sandbox::remove_tree(held_parent(path).get(), sys::base_name(path));
  doomed_.clear();
}

}  // namespace shelltool::files
