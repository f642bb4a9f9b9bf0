#pragma once
/// The operation `find`: what is in a directory tree, as a list or as a tree.

#include <cstdint>
#include <string>
#include <vector>

#include "shelltool/files/judge.h"
#include "shelltool/files/walk.h"

namespace shelltool::files {

struct FindRequest {
  enum class Kind : std::uint8_t { any, file, directory, link };
  enum class Format : std::uint8_t { paths, tree, details };
  std::string path;         ///< absolute
  std::string pattern;      ///< see NamePattern; empty: everything
  Kind kind = Kind::file;   ///< file: all that are no directories
  std::uint64_t depth = 0;  ///< 0: all
  Format format = Format::paths;
  std::uint64_t limit = 200, offset = 0;  ///< of entries; a tree has at most `limit` lines
  std::uint64_t time_ms = 10'000;
};
template <class Wire>
void carry(Wire& wire, FindRequest& request) {
  auto& [path, pattern, kind, depth, format, limit, offset, time_ms] = request;
  wire(path), wire(pattern), wire(kind), wire(depth), wire(format), wire(limit), wire(offset), wire(time_ms);
}

struct FoundEntry {
  std::uint64_t number = 0;  ///< of all that match
  std::string path;          ///< from the directory searched
  EntryKind kind = EntryKind::file;
  // With Format::details:
  std::uint64_t size = 0;
  std::int64_t modified = 0;  ///< seconds since 1970
  std::string target;         ///< of a link
};
template <class Wire>
void carry(Wire& wire, FoundEntry& entry) {
  auto& [number, path, kind, size, modified, target] = entry;
  wire(number), wire(path), wire(kind), wire(size), wire(modified), wire(target);
}

struct TreeLine {
  std::string path;  ///< from the directory searched
  std::string name;  ///< directories with '/'; several in each other with nothing else in them as "a/b/c/"
  std::uint64_t depth = 0;  ///< how far it is indented
  bool is_folded = false;   ///< what is in it is not shown, and is so many:
  std::uint64_t files = 0;
};
template <class Wire>
void carry(Wire& wire, TreeLine& line) {
  auto& [path, name, depth, is_folded, files] = line;
  wire(path), wire(name), wire(depth), wire(is_folded), wire(files);
}

struct FindResult {
  std::string root;  ///< its true name
  /// That match, not only those that are shown; of more than 2,000, and of a tree, with what is hidden.
  std::uint64_t files = 0, directories = 0;
  std::vector<FoundEntry> entries;  ///< from `offset` on
  std::vector<TreeLine> tree;
  std::uint64_t tree_next = 0;  ///< of the root's own entries the first without a line; 0: all have one
  WalkLosses losses;
  std::vector<Counted> hidden;           ///< rules, and how much they hide of it
  std::vector<std::string> explanation;  ///< where nothing was found: why that may be
};
template <class Wire>
void carry(Wire& wire, FindResult& result) {
  auto& [root, files, directories, entries, tree, tree_next, losses, hidden, explanation] = result;
  wire(root), wire(files), wire(directories), wire(entries), wire(tree), wire(tree_next), wire(losses),
      wire(hidden);
  wire(explanation);
}

/// Throws FileError.
FindResult find(const FindRequest& request, const Judge& judge);

}  // namespace shelltool::files
