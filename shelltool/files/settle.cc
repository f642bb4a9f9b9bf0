#include "shelltool/files/settle.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>

#include "sandbox/guard/quarantine.h"
#include "sandbox/sys/error.h"
#include "sandbox/sys/path.h"
#include "shelltool/files/content_hash.h"
#include "shelltool/files/rename.h"
#include "shelltool/files/trash.h"
#include "shelltool/files/true_name.h"
#include "shelltool/files/written.h"

namespace shelltool::files {
namespace {

using Kind = JournalStep::Kind;

void remove_any(const sys::Fd& directory, const std::string& name) {
  if (::unlinkat(directory.get(), name.c_str(), 0) != 0 && errno == EISDIR)
    sandbox::remove_tree(directory.get(), name);
}

/// As writing over it from the beginning may have left it. What is not was written by somebody else since.
bool is_half_written(std::string_view now, std::string_view before, std::string_view after) {
  const auto ours = static_cast<std::size_t>(
      std::mismatch(now.begin(), now.end(), after.begin(), after.end()).first - now.begin());
  if (ours == now.size() && now.size() == after.size()) return true;
  return now.size() == std::max(before.size(), ours) &&
         now.substr(ours) == before.substr(std::min(ours, before.size()));
}

void write_back(const sys::Fd& directory, const JournalStep& step) {
  const sys::Fd file =
      sys::try_open_at(directory.get(), step.name, O_RDWR | O_NONBLOCK, {.follow_links = false});
  struct stat status {};
  if (!file || ::fstat(file.get(), &status) != 0 || status.st_ino != step.before) return;
  const std::size_t most = std::max(step.content.size(), step.content_after.size());
  const bool is_after_kept = !step.content_after.empty() || step.version == version_of(std::string_view());
  const bool is_known = step.is_content_kept && is_after_kept;
  if (is_known &&
      (status.st_size > static_cast<off_t>(most) ||
       !is_half_written(sys::read_all(file.get(), most, step.name), step.content, step.content_after)))
    return;
  write_over(file.get(), step.content, step.name);
  restore_mode(file.get(), status.st_mode);
}

bool is_as_written(const sys::Fd& directory, const JournalStep& step) {
  const Written now = written_at(directory, step.name);
  return now.inode == step.after && now.ns == step.after_ns;
}

/// What somebody has changed in it goes to the trash along with it.
void take_back_copy(const sys::Fd& directory, const JournalStep& step) {
  if (inode_of(directory, step.name) != step.after) return;
  if (is_as_written(directory, step))
    remove_any(directory, step.name);
  else
    (void)move_to_trash(step.path(), {}, [](const std::string&) {});
}

void take_back_move(const sys::Fd& directory, const JournalStep& step) {
  const sys::Fd there = held_parent(step.to);
  if (inode_of(there, sys::base_name(step.to)) == step.before)
    rename_to_new(there, sys::base_name(step.to), directory, step.name);
}

void unlink_link(const sys::Fd& directory, const JournalStep& step) {
  std::array<char, 4097> text{};
  const ssize_t size = ::readlinkat(directory.get(), step.name.c_str(), text.data(), text.size() - 1);
  if (size >= 0 && step.to == text.data()) ::unlinkat(directory.get(), step.name.c_str(), 0);
}

void mode_back(const sys::Fd& directory, const JournalStep& step) {
  const sys::Fd place =
      sys::try_open_at(directory.get(), step.name, O_PATH | O_NOFOLLOW, {sys::Reach::beneath, false, false});
  struct stat status {};
  if (place && ::fstat(place.get(), &status) == 0 && !S_ISLNK(status.st_mode) &&
      (status.st_mode & 07777U) == step.mode)
    (void)::chmod(sys::proc_path(place.get()).c_str(), step.mode_before);
}

/// Each step may have been taken or not, and somebody may have changed the files since: then they are theirs.
void take_back(const sys::Fd& directory, const JournalStep& step) {
  switch (step.kind) {
    case Kind::exchanged:
      if (is_as_written(directory, step)) exchange(directory, step.name, step.temporary);
      return;
    case Kind::created:
      if (is_as_written(directory, step)) ::unlinkat(directory.get(), step.name.c_str(), 0);
      return;
    case Kind::removed:
      rename_to_new(directory, step.temporary, directory, step.name);
      return;
    case Kind::overwritten:
      return write_back(directory, step);
    case Kind::directory:
      ::unlinkat(directory.get(), step.name.c_str(), AT_REMOVEDIR);
      return;
    case Kind::temporary:
      return remove_any(directory, step.temporary);
    case Kind::moved:
      return take_back_move(directory, step);
    case Kind::copied:
      return take_back_copy(directory, step);
    case Kind::discarded:
      move_from_trash(step.to, step.path());
      return;
    case Kind::linked:
      return unlink_link(directory, step);
    case Kind::mode:
      return mode_back(directory, step);
    case Kind::doomed:
    case Kind::emptied:
    case Kind::kept:
    case Kind::left_out:
    case Kind::done:
      return;
  }
}

void finish(const sys::Fd& directory, const JournalStep& step) {
  if (step.kind == Kind::temporary) remove_any(directory, step.temporary);
  if (step.kind == Kind::doomed) sandbox::remove_tree(directory.get(), step.name);
  if (step.kind == Kind::emptied) leave_trash(directory, step.name);
}

void settle_step(const JournalStep& step, bool is_done) {
  const sys::Fd directory =
      sys::try_open_at(AT_FDCWD, step.directory, O_PATH | O_DIRECTORY, {.follow_links = false});
  if (!directory) return;
  try {
    is_done ? finish(directory, step) : take_back(directory, step);
  } catch (const sys::Error&) {
    // Somebody else has changed what stands there: it is theirs now.
  }
}

}  // namespace

void all_or_nothing(Journal& journal, const std::function<void()>& work) {
  try {
    work();
    journal.add_done();
  } catch (const sys::Error&) {
    settle(journal);
    throw;
  }
  for (const JournalStep& step : journal.unfinished()) settle_step(step, true);
}

void settle(Journal& journal) {
  if (journal.is_empty()) return;
  const std::vector<JournalStep> steps = journal.steps();
  if (!steps.empty() && steps.back().kind == Kind::done) {
    for (const JournalStep& step : steps)
      if (needs_finish(step.kind)) settle_step(step, true);
    return;
  }
  // In reverse: what a directory got is gone before the directory is.
  for (auto step = steps.rbegin(); step != steps.rend(); ++step) settle_step(*step, false);
  journal.clear();
}

}  // namespace shelltool::files
