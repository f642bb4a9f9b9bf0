#include "shelltool/files/name_changes.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "sandbox/sys/path.h"
#include "sandbox/sys/text.h"
#include "shelltool/files/content_hash.h"
#include "shelltool/files/copy_tree.h"
#include "shelltool/files/file_error.h"
#include "shelltool/files/mode_text.h"
#include "shelltool/files/rename.h"
#include "shelltool/files/replace_file.h"
#include "shelltool/files/trash.h"
#include "shelltool/files/true_name.h"
#include "shelltool/files/written.h"

namespace shelltool::files {
namespace {

using Kind = JournalStep::Kind;

constexpr sys::Lookup itself{sys::Reach::beneath, false, false};

/// A step that takes what stands at the path elsewhere.
JournalStep step_away(Kind kind, const std::string& path, const std::string& to) {
  JournalStep step = step_about(kind, path);
  const Written is = written_at(held_parent(path), sys::base_name(path));
  step.to = to;
  step.before = is.inode;
  step.born_ns = is.born_ns;
  step.changed_before_ns = is.changed_ns;
  return step;
}

/// Of a file; empty for what is none.
std::string version_at(const std::string& path) {
  const sys::Fd place =
      sys::try_open_at(held_parent(path).get(), sys::base_name(path), O_PATH | O_NOFOLLOW, itself);
  struct stat status {};
  if (!place || ::fstat(place.get(), &status) != 0 || !S_ISREG(status.st_mode) ||
      status.st_size > static_cast<off_t>(most_kept_before))
    return {};
  const sys::Fd file(::open(sys::proc_path(place.get()).c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file) return {};
  return version_of(sys::read_all(file.get(), most_kept_before, path));
}

}  // namespace

void NameChanges::move(const std::string& from, const std::string& to) {
  JournalStep step = step_away(Kind::moved, from, to);
  step.version = version_at(from);
  journal_.add(step);
  const int error =
      rename_to_new(held_parent(from), sys::base_name(from), held_parent(to), sys::base_name(to));
  if (error == EXDEV)
    throw FileError("other_file_system",
                    "{} and {} are on different file systems or mounts; copy it, then delete the first",
                    sys::visible(from), sys::visible(to));
  if (error != 0) throw_errno(error, "moving {} to {}", sys::visible(from), sys::visible(to));
  if (is_in_trash(from)) journal_.add(step_about(Kind::emptied, sys::parent_of(from)));
}

/// It gets its name when it is whole.
void NameChanges::copy(const std::string& from, const std::string& to) {
  JournalStep step = step_about(Kind::temporary, to);
  step.temporary = new_temporary_name();
  journal_.add(step);
  const std::string made = sys::parent_of(to) + "/" + step.temporary;
  copy_tree(from, made);
  const sys::Fd parent = held_parent(to);
  const Written written = written_at(parent, step.temporary);
  JournalStep copied = step_about(Kind::copied, to);
  copied.to = from;
  copied.after = written.inode;
  copied.after_ns = written.ns;
  copied.version = version_at(made);
  journal_.add(copied);
  if (const int error = rename_to_new(parent, step.temporary, parent, step.name); error != 0)
    throw_errno(error, "copying {} to {}", sys::visible(from), sys::visible(to));
}

std::string NameChanges::discard(const std::string& path) {
  if (is_in_trash(path)) {
    journal_.add(step_about(Kind::doomed, path));
    journal_.add(step_about(Kind::emptied, sys::parent_of(path)));
    return {};
  }
  std::string moved = move_to_trash(
      path, roots_, [&](const std::string& place) { journal_.add(step_away(Kind::discarded, path, place)); });
  if (tidied_.insert(sys::parent_of(sys::parent_of(moved))).second) remove_old(moved);
  return moved;
}

void NameChanges::make_directory(const std::string& path) {
  journal_.add(step_about(Kind::directory, path));
  if (::mkdirat(held_parent(path).get(), sys::base_name(path).c_str(), 0777) != 0)
    throw_errno(errno, "making {}", sys::visible(path));
}

void NameChanges::link(const std::string& path, const std::string& target) {
  JournalStep step = step_about(Kind::linked, path);
  step.to = target;
  journal_.add(step);
  if (::symlinkat(target.c_str(), held_parent(path).get(), sys::base_name(path).c_str()) != 0)
    throw_errno(errno, "linking {}", sys::visible(path));
}

mode_t NameChanges::change_mode(const std::string& path, const std::string& mode) {
  const sys::Fd place =
      sys::try_open_at(held_parent(path).get(), sys::base_name(path), O_PATH | O_NOFOLLOW, itself);
  struct stat status {};
  if (!place || ::fstat(place.get(), &status) != 0) throw_errno(errno, "{}", sys::visible(path));
  if (S_ISLNK(status.st_mode))
    throw FileError("stale", "{} has become a link at this moment", sys::visible(path));
  JournalStep step = step_about(Kind::mode, path);
  step.mode_before = status.st_mode & 07777U;
  step.mode = mode_after(mode, step.mode_before).value_or(step.mode_before);
  journal_.add(step);
  if (::chmod(sys::proc_path(place.get()).c_str(), step.mode) != 0)
    throw_errno(errno, "changing the mode of {}", sys::visible(path));
  return step.mode;
}

}  // namespace shelltool::files
