#include "shelltool/files/apply_patch.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <set>

#include "sandbox/sys/text.h"
#include "shelltool/files/content.h"
#include "shelltool/files/content_hash.h"
#include "shelltool/files/encoding.h"
#include "shelltool/files/file_error.h"
#include "shelltool/files/line_diff.h"
#include "shelltool/files/name_changes.h"
#include "shelltool/files/patch_plan.h"
#include "shelltool/files/replace_file.h"
#include "shelltool/files/settle.h"
#include "shelltool/files/spot.h"

namespace shelltool::files {
namespace {

using Kind = FileChange::Kind;
using State = FileState::Kind;

constexpr std::size_t most_bytes = 64 * 1024 * 1024;  // of one file

/// The places that a patch names, each once, and what stands there as text.
class PatchedPlaces {
 public:
  PatchedPlaces(const std::string& directory, bool is_text) : directory_(directory), is_text_(is_text) {}

  /// Makes two names of one file one. A patch does not remove links: the file behind is not meant.
  void hold(Patch& patch) {
    for (FileChange& change : patch.changes) {
      const bool removes = change.kind == Kind::remove || change.kind == Kind::move;
      hold(change, change.path, removes);
      if (!change.to.empty()) hold(change, change.to, false);
    }
  }

  /// Under every name that the patch has for them.
  [[nodiscard]] std::vector<Touch> touches(const Patch& patch, bool writes) const {
    std::vector<Touch> touches;
    std::set<std::pair<Access, std::string>> known;
    const auto touch = [&](Access access, const std::string& path) {
      if (!known.emplace(access, path).second) return;
      for (const std::string& named : named_.at(path)) touches.push_back({access, named, at(path).real});
    };
    for (const FileChange& change : patch.changes) {
      for (const std::string& path : {change.path, change.to}) {
        if (path.empty()) continue;
        const bool is_copied = change.kind == Kind::copy && path == change.path;
        if (at(path).file) touch(Access::read, path);
        if (writes && !is_copied) touch(Access::write, path);
      }
    }
    return touches;
  }

  [[nodiscard]] const Spot& at(const std::string& path) const { return spots_.at(path); }

  FileState look(const std::string& path) {
    const Spot& spot = spots_.at(path);
    if (!spot.file) return {};
    if (spot.file->is_directory()) return {State::directory, {}, false};
    if (!spot.file->is_regular()) return {State::other, {}, false};
    const std::string bytes = Content(*spot.file).whole(most_bytes);
    return {State::regular, text_of(path, bytes), (spot.file->status.st_mode & S_IXUSR) != 0};
  }

  /// The bytes of what becomes of a file: its own encoding, or that of the file it has been.
  [[nodiscard]] std::string bytes_of(const PlannedFile& file) const {
    const auto found = forms_.find(file.origin.empty() ? file.path : file.origin);
    if (found == forms_.end()) return file.after.content;
    const auto bytes = encoded(file.after.content, found->second.encoding);
    if (!bytes)
      throw FileError("encoding",
                      "{} is {}, which has no character for what the patch adds; nothing was changed",
                      sys::shown(file.path), name_of(found->second.encoding));
    return found->second.mark + *bytes;
  }

 private:
  struct Form {
    Encoding encoding;
    std::string mark;
  };

  void hold(const FileChange& change, std::string& path, bool removes) {
    if (path.find('\0') != std::string::npos)
      throw FileError("bad_patch", "line {} of the patch: a NUL byte stands in {}", change.at_line,
                      sys::shown(path));
    const std::string full = path.starts_with('/') ? path : directory_ + "/" + path;
    struct stat status {};
    if (removes && ::lstat(full.c_str(), &status) == 0 && S_ISLNK(status.st_mode))
      throw FileError(
          "special_file",
          "{} is a link (line {} of the patch): a patch does not remove links; use the tool files",
          sys::shown(path), change.at_line);
    Spot spot = spot_at(full);
    path = names_.emplace(spot.real, path).first->second;
    named_[path].insert(spot.named);
    spots_.emplace(path, std::move(spot));
  }

  /// The patch is UTF-8. Where the file is not, it is looked at as UTF-8, if nothing of it is lost that way.
  std::string text_of(const std::string& path, const std::string& bytes) {
    const Encoding encoding = encoding_of(bytes);
    if (!is_text_ ||
        (encoding != Encoding::utf16le && encoding != Encoding::utf16be && encoding != Encoding::latin1))
      return bytes;
    const Form form{encoding, encoding == Encoding::latin1 ? "" : std::string(mark_of(bytes))};
    std::string text = decoded(bytes, encoding);
    if (form.mark + encoded(text, encoding).value_or("") != bytes) return bytes;
    forms_.insert_or_assign(path, form);
    return text;
  }

  std::string directory_;
  bool is_text_;
  std::map<std::string, std::string> names_;  ///< true name: as the patch has it first
  std::map<std::string, std::set<std::string>> named_;
  std::map<std::string, Spot> spots_;
  std::map<std::string, Form> forms_;
};

bool is_changed(const PlannedFile& file) {
  return file.before.kind != file.after.kind || file.before.content != file.after.content ||
         !file.origin.empty();
}

bool changes_mode(const PlannedFile& file) {
  return file.after.kind == State::regular && file.after.executable != file.before.executable;
}

PatchedChange described(const FileChange& change, const PlannedChange& planned, const PatchedPlaces& places) {
  PatchedChange described;
  described.kind = change.kind;
  described.path = places.at(change.path).real;
  if (!change.to.empty()) described.to = places.at(change.to).real;
  described.overwrites = planned.overwrites;
  described.places = planned.places;
  for (const Hunk& hunk : change.hunks)
    for (const PatchLine& line : hunk.lines) {
      described.added += line.sign == PatchLine::Sign::add ? 1 : 0;
      described.removed += line.sign == PatchLine::Sign::remove ? 1 : 0;
    }
  return described;
}

std::string diff_of(const PatchPlan& plan, std::size_t room) {
  std::string diff;
  for (const PlannedFile& file : plan.files) {
    if (!is_changed(file)) continue;
    const bool was = file.before.kind == State::regular, is = file.after.kind == State::regular;
    diff += fmt::format("--- {}\n+++ {}\n{}", was ? sys::visible(file.path) : "/dev/null",
                        is ? sys::visible(file.path) : "/dev/null",
                        line_diff(file.before.content, file.after.content));
    if (diff.size() <= room) continue;
    diff.resize(diff.rfind('\n', room) + 1);
    return diff + "… the rest of the diff is not shown\n";
  }
  return diff;
}

/// Whoever may read it may run it then, or nobody.
std::string mode_with(const Spot& spot, bool executable) {
  struct stat status {};
  if (::lstat(spot.real.c_str(), &status) != 0) throw_errno(errno, "{}", sys::visible(spot.named));
  const mode_t mode = status.st_mode & 0777U;
  return fmt::format("{:03o}", executable ? mode | (mode & 0444U) >> 2U : mode & ~0111U);
}

bool is_too_large_to_keep(const Spot& spot) {
  return spot.file && spot.file->status.st_size > static_cast<off_t>(most_kept_before);
}

bool goes_to_trash(const PlannedFile& file, const PatchedPlaces& places) {
  return is_changed(file) && file.after.kind == State::nothing && is_too_large_to_keep(places.at(file.path));
}

/// What the planned files are to be, and nothing that stays as it is.
std::vector<Replacement> replacements_of(const PatchPlan& plan, const PatchedPlaces& places) {
  std::vector<Replacement> replacements;
  for (const PlannedFile& file : plan.files) {
    const Spot& spot = places.at(file.path);
    if (changes_mode(file) && spot.file && spot.file->status.st_uid != ::geteuid())
      throw FileError("refused", "{} belongs to another user, who alone can change its mode",
                      sys::visible(spot.named));
    if (!is_changed(file) || goes_to_trash(file, places)) continue;
    const Spot* origin = file.origin.empty() ? nullptr : &places.at(file.origin);
    const bool is_there = file.after.kind == State::regular;
    Replacement& replacement = replacements.emplace_back();
    replacement.kind = is_there ? Replacement::Kind::write : Replacement::Kind::remove;
    replacement.spot = &spot;
    if (is_there) replacement.content = places.bytes_of(file);
    replacement.like = origin != nullptr && origin->file ? &*origin->file : nullptr;
  }
  return replacements;
}

void tell_versions(const PatchPlan& plan, const PatchedPlaces& places, ApplyPatchResult& result) {
  std::map<std::string, std::string> versions;
  for (const PlannedFile& file : plan.files)
    if (file.after.kind == State::regular)
      versions[places.at(file.path).real] = version_of(places.bytes_of(file));
  for (PatchedChange& change : result.changes) {
    const auto found = versions.find(change.to.empty() ? change.path : change.to);
    if (found != versions.end()) change.version = found->second;
  }
}

/// Overwritten files that nobody can have back.
void tell_lost(const PatchPlan& plan, const PatchedPlaces& places, ApplyPatchResult& result) {
  for (const PlannedFile& file : plan.files) {
    const Spot& spot = places.at(file.path);
    if (!is_changed(file) || file.after.kind == State::nothing || !is_too_large_to_keep(spot)) continue;
    for (PatchedChange& change : result.changes)
      if ((change.to.empty() ? change.path : change.to) == spot.real) change.is_before_lost = true;
  }
}

/// What of it is done to names, behind the contents.
void change_names(const PatchPlan& plan, const PatchedPlaces& places, NameChanges& changes,
                  ApplyPatchResult& result) {
  for (const PlannedFile& file : plan.files) {
    const Spot& spot = places.at(file.path);
    if (changes_mode(file)) changes.change_mode(spot.real, mode_with(spot, file.after.executable));
    if (!goes_to_trash(file, places)) continue;
    const std::string trash = changes.discard(spot.real);
    for (PatchedChange& change : result.changes)
      if (change.path == spot.real) change.trash = trash;
  }
}

}  // namespace

ApplyPatchResult apply_patch(const ApplyPatchRequest& request, const Judge& judge, Journal& journal) {
  Patch patch = read_patch(request.patch);
  PatchedPlaces places(request.directory, encoding_of(request.patch) == Encoding::utf8);
  places.hold(patch);
  require(judge, places.touches(patch, !request.dry_run));
  const PatchPlan plan = plan_patch(patch, [&](const std::string& path) { return places.look(path); });
  if (plan.failure && !request.in_part)
    throw FileError("does_not_apply", "{}\nNothing was changed.", *plan.failure);
  const std::vector<Replacement> replacements = replacements_of(plan, places);
  ApplyPatchResult result;
  result.failure = plan.failure.value_or("");
  for (const PlannedChange& planned : plan.changes)
    result.changes.push_back(described(patch.changes[planned.change], planned, places));
  tell_versions(plan, places, result);
  tell_lost(plan, places, result);
  if (request.dry_run) {
    result.diff = diff_of(plan, request.room);
    return result;
  }
  const bool changes_files = std::any_of(plan.files.begin(), plan.files.end(), [](const PlannedFile& file) {
    return is_changed(file) || changes_mode(file);
  });
  if (!changes_files) return result;
  all_or_nothing(journal, [&] {
    put_files(replacements, journal);
    NameChanges changes(request.roots, journal);
    change_names(plan, places, changes, result);
  });
  return result;
}

}  // namespace shelltool::files
