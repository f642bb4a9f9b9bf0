#include "shelltool/files/patch_plan.h"

#include <map>
#include <set>
#include <utility>

#include "sandbox/sys/text.h"

namespace shelltool::files {
namespace {

using Kind = FileChange::Kind;
using State = FileState::Kind;

/// An envelope is done change by change. So is a unified diff, but that git's renames and copies are all from
/// the files as they were, in whatever order they stand: two files can change their names.
class Planner {
 public:
  Planner(const Patch& patch, const std::function<FileState(const std::string&)>& look)
      : is_git_(patch.form == Patch::Form::unified), form_(patch.form), look_(look) {
    if (!is_git_) return;
    for (const FileChange& change : patch.changes)
      if (change.kind == Kind::remove || change.kind == Kind::move) leaving_.insert(change.path);
  }

  PlannedChange make(const FileChange& change) {
    PlannedChange planned;
    switch (change.kind) {
      case Kind::create:
        create(change, planned);
        break;
      case Kind::update:
        file(change.path).after = changed(change, file(change.path).after, planned);
        break;
      case Kind::remove:
        remove(change, planned);
        break;
      case Kind::move:
      case Kind::copy:
        carry(change, planned);
        break;
    }
    return planned;
  }

  std::vector<PlannedFile> take() { return std::move(files_); }

 private:
  template <class... Args>
  [[noreturn]] static void fail(const FileChange& change, fmt::format_string<Args...> format,
                                Args&&... args) {
    throw sys::Error(sys::Kind::invalid, "{} (line {} of the patch)",
                     fmt::format(format, std::forward<Args>(args)...), change.at_line);
  }

  PlannedFile& file(const std::string& path) {
    const auto found = numbers_.find(path);
    if (found != numbers_.end()) return files_[found->second];
    FileState there = look_(path);
    numbers_.emplace(path, files_.size());
    return files_.emplace_back(PlannedFile{path, there, std::move(there), {}});
  }

  static void require_regular(const FileChange& change, const FileState& there) {
    const std::string path = sys::shown(change.path);
    if (there.kind == State::nothing) fail(change, "{} is not there", path);
    if (there.kind == State::directory) fail(change, "{} is a directory, and a patch changes files", path);
    if (there.kind == State::other) fail(change, "{} is no regular file", path);
  }

  FileState changed(const FileChange& change, FileState state, PlannedChange& planned) const {
    require_regular(change, state);
    Applied applied = apply_hunks(state.content, change, form_);
    state.content = std::move(applied.content);
    planned.places = std::move(applied.places);
    state.executable = change.executable.value_or(state.executable);
    return state;
  }

  /// A file that is made at a path, and what it is made of.
  void put(const FileChange& change, const std::string& path, FileState state, const std::string& origin,
           PlannedChange& planned) {
    PlannedFile& target = file(path);
    if (target.after.kind != State::nothing && target.after.kind != State::regular)
      fail(change, "{} is {}, and a patch changes files", sys::shown(path),
           target.after.kind == State::directory ? "a directory" : "no regular file");
    const bool is_leaving = leaving_.count(path) > 0 && made_.count(path) == 0;
    if (target.after.kind == State::regular && !is_leaving) {
      if (is_git_) fail(change, "{} is there already", sys::shown(path));
      planned.overwrites = true;
    }
    target.after = std::move(state);
    target.origin = origin;
    made_.insert(path);
  }

  void create(const FileChange& change, PlannedChange& planned) {
    const FileState& there = file(change.path).after;
    FileState made{State::regular, apply_hunks("", change, form_).content,
                   change.executable.value_or(there.executable)};
    put(change, change.path, std::move(made), {}, planned);
  }

  /// Unless something else has come to the path meanwhile, which only a git diff can mean.
  void take_away(const std::string& path) {
    if (is_git_ && made_.count(path) > 0) return;
    file(path).after = {};
    file(path).origin.clear();
  }

  void remove(const FileChange& change, PlannedChange& planned) {
    const FileState& there = is_git_ ? file(change.path).before : file(change.path).after;
    require_regular(change, there);
    if (!change.hunks.empty() && !changed(change, there, planned).content.empty())
      fail(change, "{} has more than what the patch removes with it", sys::shown(change.path));
    take_away(change.path);
  }

  void carry(const FileChange& change, PlannedChange& planned) {
    const PlannedFile& source = file(change.path);
    FileState state = changed(change, is_git_ ? source.before : source.after, planned);
    if (change.to == change.path) {
      file(change.path).after = std::move(state);
      return;
    }
    const std::string origin = is_git_ || source.origin.empty() ? change.path : source.origin;
    put(change, change.to, std::move(state), origin, planned);
    if (change.kind == Kind::move) take_away(change.path);
  }

  bool is_git_;
  Patch::Form form_;
  const std::function<FileState(const std::string&)>& look_;
  std::vector<PlannedFile> files_;
  std::map<std::string, std::size_t> numbers_;
  std::set<std::string> leaving_;  ///< paths that a git diff removes or moves away
  std::set<std::string> made_;     ///< paths that files were made at
};

}  // namespace

PatchPlan plan_patch(const Patch& patch, const std::function<FileState(const std::string& path)>& look) {
  PatchPlan plan;
  Planner planner(patch, look);
  for (std::size_t i = 0; i < patch.changes.size() && !plan.failure; ++i) {
    try {
      plan.changes.push_back(planner.make(patch.changes[i]));
      plan.changes.back().change = i;
    } catch (const sys::Error& error) {
      plan.failure = error.what();
    }
  }
  plan.files = planner.take();
  return plan;
}

}  // namespace shelltool::files
