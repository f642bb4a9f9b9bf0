#include "shelltool/files/find.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <limits>
#include <optional>

#include "sandbox/sys/path.h"
#include "sandbox/sys/text.h"
#include "shelltool/files/file_error.h"
#include "shelltool/files/hidden_files.h"
#include "shelltool/files/name_pattern.h"
#include "shelltool/files/pinned.h"
#include "shelltool/files/tree.h"

namespace shelltool::files {
namespace {

constexpr std::size_t most_judged = 2000;  // a ruling takes 10 µs

using Kind = FindRequest::Kind;
using Format = FindRequest::Format;
using Clock = std::chrono::steady_clock;

std::optional<NamePattern> pattern_of(const FindRequest& request, NamePattern::Case letters) {
  if (request.pattern.empty()) return std::nullopt;
  try {
    return NamePattern(request.pattern, letters);
  } catch (const sys::Error& error) {
    throw FileError("bad_pattern", "{}", error.what());
  }
}

bool is_of(Kind kind, EntryKind entry) {
  switch (kind) {
    case Kind::any:
      return true;
    case Kind::file:
      return entry != EntryKind::directory;
    case Kind::directory:
      return entry == EntryKind::directory;
    case Kind::link:
      return entry == EntryKind::link;
  }
  return false;
}

/// What is asked for, as a predicate over entries.
struct Wanted {
  std::optional<NamePattern> pattern;
  Kind kind = Kind::any;

  [[nodiscard]] bool has_name(const WalkEntry& entry) const {
    return !pattern || pattern->matches(entry.path, entry.name);
  }
  [[nodiscard]] bool operator()(const WalkEntry& entry) const {
    return is_of(kind, entry.kind) && has_name(entry);
  }
};

Wanted wanted_by(const FindRequest& request) {
  Wanted wanted{pattern_of(request, NamePattern::Case::sensitive), request.kind};
  if (wanted.pattern && wanted.pattern->is_for_directories()) wanted.kind = Kind::directory;
  return wanted;
}

void add_details(int root, FoundEntry& entry) {
  struct stat status {};
  if (::fstatat(root, entry.path.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return;
  entry.size = static_cast<std::uint64_t>(status.st_size);
  entry.modified = status.st_mtim.tv_sec;
  if (!S_ISLNK(status.st_mode)) return;
  std::array<char, PATH_MAX> target{};
  const ssize_t size = ::readlinkat(root, entry.path.c_str(), target.data(), target.size());
  if (size > 0) entry.target.assign(target.data(), static_cast<std::size_t>(size));
}

/// Why nothing was found: all is walked once more, and what comes near is counted.
class Explanation {
 public:
  Explanation(const FindRequest& request, const Wanted& wanted, const Judge& judge)
      : request_(request),
        wanted_(wanted),
        judge_(judge),
        letters_(pattern_of(request, NamePattern::Case::insensitive)) {}

  std::vector<std::string> of(int root, const std::string& path, Clock::time_point deadline) {
    WalkOptions options;
    options.shows_ignored = true;
    options.deadline = deadline;
    walk(root, path, options, [this](const WalkEntry& entry) { return take(entry); });
    if (entries_ == 0) return {"the directory is empty"};
    std::vector<std::string> sentences;
    const auto say = [&](const Near& near, const char* what) {
      std::vector<Example> shown = near.examples;
      const bool is_all = drop_hidden(shown, path, judge_).empty();
      if (shown.empty()) return;
      std::vector<std::string> names;
      for (const Example& example : shown) names.push_back(sys::visible(example.path));
      sentences.push_back(fmt::format("{} {}: {}", is_all ? std::to_string(near.count) : "some", what,
                                      fmt::join(names, ", ")));
    };
    say(ignored_, "would match and are ignored (an ignored directory given as 'path' is looked into)");
    say(kind_, "would match and are of another kind");
    say(deeper_, "would match and lie deeper than 'depth'");
    say(other_case_, "would match with letters in the other case");
    if (sentences.empty() && request_.pattern.find('/') != std::string::npos)
      sentences.push_back(
          "a pattern with '/' is about paths from 'path'; \"**/\" in front of it means at any depth");
    return sentences;
  }

 private:
  struct Example {
    std::string path;
  };
  struct Near {
    std::uint64_t count = 0;
    std::vector<Example> examples;
    bool add(const WalkEntry& entry) {
      if (++count <= 3) examples.push_back({std::string(entry.path)});
      return true;
    }
  };

  bool take(const WalkEntry& entry) {
    ++entries_;
    if (wanted_.has_name(entry)) {
      if (entry.is_ignored) return !is_of(wanted_.kind, entry.kind) || ignored_.add(entry);
      if (!is_of(wanted_.kind, entry.kind)) return kind_.add(entry);
      return request_.depth == 0 || entry.depth <= request_.depth || deeper_.add(entry);
    }
    if (letters_ && is_of(wanted_.kind, entry.kind) && letters_->matches(entry.path, entry.name))
      other_case_.add(entry);
    return true;
  }

  const FindRequest& request_;
  const Wanted& wanted_;
  const Judge& judge_;
  std::optional<NamePattern> letters_;
  std::uint64_t entries_ = 0;
  Near ignored_, kind_, deeper_, other_case_;
};

/// What rules hide does not count, where there are few enough to ask about all.
void leave_out_hidden(const FindRequest& request, std::vector<FoundEntry> all, FindResult& result,
                      const Judge& judge) {
  result.hidden = drop_hidden(all, result.root, judge);
  result.entries.clear();
  result.files = result.directories = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    ++(all[i].kind == EntryKind::directory ? result.directories : result.files);
    all[i].number = i;
    if (i >= request.offset && result.entries.size() < request.limit) result.entries.push_back(all[i]);
  }
}

void list(const FindRequest& request, const Wanted& wanted, int root, const WalkOptions& options,
          FindResult& result, const Judge& judge) {
  std::uint64_t index = 0;
  std::vector<FoundEntry> first;
  result.losses = walk(root, result.root, options, [&](const WalkEntry& entry) {
    if (!wanted(entry)) return true;
    ++(entry.kind == EntryKind::directory ? result.directories : result.files);
    const FoundEntry found{index, std::string(entry.path), entry.kind, 0, 0, {}};
    if (index >= request.offset && result.entries.size() < request.limit) result.entries.push_back(found);
    if (index < most_judged) first.push_back(found);
    ++index;
    return true;
  });
  if (index <= most_judged)
    leave_out_hidden(request, std::move(first), result, judge);
  else
    result.hidden = drop_hidden(result.entries, result.root, judge);
}

void draw(const FindRequest& request, const Wanted& wanted, int root, const WalkOptions& options,
          FindResult& result) {
  Tree tree;
  result.losses = walk(root, result.root, options, [&](const WalkEntry& entry) {
    const bool is_wanted = wanted(entry), is_directory = entry.kind == EntryKind::directory;
    if (is_wanted) ++(is_directory ? result.directories : result.files);
    if (is_wanted || is_directory) tree.add(entry, is_wanted);
    return true;
  });
  result.tree = tree.lines(request.limit, request.offset);
  result.tree_next = tree.next();
}

}  // namespace

FindResult find(const FindRequest& request, const Judge& judge) {
  const Wanted wanted = wanted_by(request);
  const Pinned pinned = pin(request.path);
  require(judge, {pinned.touch(Access::read)});
  if (!pinned.is_directory())
    throw FileError("not_a_directory", "{} is {}, and find looks into directories; read shows a file",
                    sys::visible(request.path), kind_of(pinned.status.st_mode));
  const sys::Fd root = pinned.open(O_RDONLY | O_DIRECTORY);
  FindResult result;
  result.root = pinned.real;
  WalkOptions options;
  options.depth = request.depth;
  options.deadline = Clock::now() + std::chrono::milliseconds(request.time_ms);
  if (request.format == Format::tree) {
    draw(request, wanted, root.get(), options, result);
    result.hidden = drop_hidden(result.tree, result.root, judge);
  } else {
    list(request, wanted, root.get(), options, result, judge);
  }
  if (request.format == Format::details)
    for (FoundEntry& entry : result.entries) add_details(root.get(), entry);
  if (result.files + result.directories == 0 && result.hidden.empty() && result.losses.stopped_at.empty()) {
    if (::lseek(root.get(), 0, SEEK_SET) == 0)
      result.explanation = Explanation(request, wanted, judge).of(root.get(), result.root, options.deadline);
  }
  return result;
}

}  // namespace shelltool::files
