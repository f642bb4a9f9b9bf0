#pragma once
/// One walk over a directory tree, for lists, globs and trees: in the order of git's index, without following
/// a link.

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace shelltool::files {

enum class EntryKind : std::uint8_t { file, directory, link, other };

struct WalkEntry {
  std::string_view path;  ///< from the walk's root
  std::string_view name;  ///< the end of `path`
  EntryKind kind = EntryKind::file;
  std::size_t depth = 1;    ///< 1: in the root itself
  bool is_ignored = false;  ///< or lies in what is
};

struct WalkOptions {
  std::size_t depth = 0;       ///< how deep it goes; 0: as deep as there is something
  bool shows_ignored = false;  ///< hands out what is ignored, too, but for `.git`
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
};

/// Something, and how often.
struct Counted {
  std::string what;
  std::uint64_t count = 0;
};
template <class Wire>
void carry(Wire& wire, Counted& counted) {
  auto& [what, count] = counted;
  wire(what), wire(count);
}

/// What a walk did not look at, and why.
struct WalkLosses {
  std::uint64_t ignored_files = 0;
  std::uint64_t ignored_directories = 0;      ///< what is in them is not counted
  std::vector<std::string> ignored_examples;  ///< the first of the directories, from the root
  std::vector<Counted> ignored_by;            ///< "/src/.gitignore:7: *.o": those that ignore most
  std::uint64_t unreadable = 0;               ///< directories
  std::string unreadable_example;             ///< "src: Permission denied"
  std::uint64_t below_depth = 0;              ///< directories at the depth where it ends
  std::string stopped_at;                     ///< where the time ended; empty: it did not
};
template <class Wire>
void carry(Wire& wire, WalkLosses& losses) {
  auto& [files, directories, examples, by, unreadable, unreadable_example, below_depth, stopped_at] = losses;
  wire(files), wire(directories), wire(examples), wire(by), wire(unreadable), wire(unreadable_example);
  wire(below_depth), wire(stopped_at);
}

/// Hands out each directory before what is in it. `visit` returns whether to go into a directory. `.git` is
/// passed over where it is not the root, and so are /proc, /sys and /dev.
WalkLosses walk(int root, const std::string& root_path, const WalkOptions& options,
                const std::function<bool(const WalkEntry&)>& visit);

}  // namespace shelltool::files
