#include "shelltool/files/no_matches.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <optional>

#include "sandbox/sys/text.h"
#include "shelltool/files/grep_hits.h"
#include "shelltool/files/walk.h"

namespace shelltool::files {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::seconds time_for_reasons(3);

class Reasons {
 public:
  Reasons(const GrepRequest& request, const GrepScope& scope, const Judge& judge)
      : request_(request), scope_(scope), judge_(judge), deadline_(Clock::now() + time_for_reasons) {}

  std::vector<std::string> all() {
    const bool is_directory = scope_.file_name.empty();
    if (is_directory && !has_files()) return sentences_;
    if (may_match_otherwise()) {
      try_letters();
      if (is_directory) try_scope();
      try_binary();
    }
    try_plain();
    return sentences_;
  }

 private:
  /// How many files are searched; nothing where the time did not suffice.
  [[nodiscard]] std::optional<std::uint64_t> count_files(const GrepRequest& request) const {
    std::uint64_t count = 0;
    const RipgrepEnd end = ripgrep(listing_of(request, scope_, deadline_), [&](std::string_view chunk) {
      count += static_cast<std::uint64_t>(std::count(chunk.begin(), chunk.end(), '\0'));
    });
    if (!end.is_complete) return std::nullopt;
    return count;
  }

  bool has_files() {
    const auto files = count_files(request_);
    if (!files) return true;
    if (*files > 0) {
      sentences_.push_back(fmt::format("{} files were searched", *files));
      return true;
    }
    GrepRequest wider = request_;
    wider.globs.clear();
    wider.type.clear();
    const auto others = count_files(wider);
    if (others && *others > 0)
      sentences_.push_back(fmt::format(
          "no file was searched: 'glob' and 'type' leave out all {} (a directory goes into 'path')",
          *others));
    else
      say_ignored();
    return false;
  }

  void say_ignored() {
    WalkOptions options;
    options.deadline = deadline_;
    bool is_empty = true;
    const WalkLosses losses = walk(scope_.descriptor, scope_.root, options, [&](const WalkEntry& entry) {
      is_empty = is_empty && entry.kind == EntryKind::directory;
      return true;
    });
    if (losses.ignored_by.empty()) {
      sentences_.push_back(is_empty ? "no file was searched: there is none"
                                    : "no file was searched: there are links and the like only");
      return;
    }
    sentences_.push_back(fmt::format("no file was searched: all is ignored, most by {}",
                                     sys::visible(losses.ignored_by.front().what)));
  }

  /// Most patterns that match nothing do so however one searches: one search tells.
  bool may_match_otherwise() {
    GrepRequest changed = without_limits();
    changed.letters = GrepRequest::Case::insensitive;
    GrepScope scope = scope_;
    scope.has_ignored = scope.has_binary = true;
    return files_with(changed, scope).files > 0;
  }

  [[nodiscard]] GrepRequest without_limits() const {
    GrepRequest changed = request_;
    changed.globs.clear();
    changed.type.clear();
    return changed;
  }

  /// Nothing where the time did not suffice.
  [[nodiscard]] GrepResult files_with(GrepRequest request, const GrepScope& scope) const {
    constexpr std::uint64_t most_shown = 3;
    request.mode = GrepRequest::Mode::files;
    request.limit = most_shown;
    request.offset = 0;
    GrepHits hits(request, scope.root, scope.file_name, judge_);
    const RipgrepEnd end =
        ripgrep(run_of(request, scope, deadline_), [&](std::string_view chunk) { hits.take(chunk); });
    GrepResult result;
    if (end.is_complete && end.failure.empty()) hits.finish(result);
    return result;
  }

  /// The same search, changed in one way.
  void try_with(const GrepRequest& request, const GrepScope& scope, const char* what) {
    const GrepResult result = files_with(request, scope);
    if (result.files == 0) return;
    std::string names;
    for (const GrepFile& file : result.shown) names += (names.empty() ? "" : ", ") + sys::visible(file.path);
    sentences_.push_back(fmt::format(
        "{} {}: {}{}", result.files == 1 ? "1 file matches" : fmt::format("{} files match", result.files),
        what, names, result.files > result.shown.size() ? ", …" : ""));
  }

  void try_letters() {
    GrepRequest changed = request_;
    changed.letters = GrepRequest::Case::insensitive;
    if (request_.letters != changed.letters) try_with(changed, scope_, "with case: insensitive");
  }

  void try_plain() {
    GrepRequest changed = request_;
    changed.is_fixed = true;
    if (!request_.is_fixed && request_.pattern.find_first_of(".*+?()[]{}|^$\\") != std::string::npos)
      try_with(changed, scope_, "as plain text, with fixed: true");
  }

  void try_binary() {
    GrepScope scope = scope_;
    scope.has_binary = true;
    try_with(request_, scope, "as binary data, which is not searched");
  }

  void try_scope() {
    if (!request_.globs.empty() || !request_.type.empty())
      try_with(without_limits(), scope_, "without 'glob' and 'type'");
    GrepScope scope = scope_;
    scope.has_ignored = true;
    try_with(request_, scope, "in what is ignored (an ignored directory given as 'path' is searched)");
  }

  const GrepRequest& request_;
  const GrepScope& scope_;
  const Judge& judge_;
  Clock::time_point deadline_;
  std::vector<std::string> sentences_;
};

}  // namespace

std::vector<std::string> why_nothing_matches(const GrepRequest& request, const GrepScope& scope,
                                             const Judge& judge) {
  return Reasons(request, scope, judge).all();
}

}  // namespace shelltool::files
