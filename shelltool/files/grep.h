#pragma once
/// The operation `grep`: ripgrep's search, in an order that is always the same, by pages, and without what
/// rules hide.

#include <cstdint>
#include <string>
#include <vector>

#include "shelltool/files/judge.h"
#include "shelltool/files/walk.h"

namespace shelltool::files {

struct GrepRequest {
  enum class Mode : std::uint8_t { content, files, count };
  enum class Case : std::uint8_t { sensitive, insensitive, smart };
  std::string path;  ///< absolute; a directory or a file
  std::string pattern;
  std::vector<std::string> globs;  ///< as rg's --glob, from the directory
  std::string type;                ///< as rg's --type
  Mode mode = Mode::content;
  Case letters = Case::sensitive;
  bool is_fixed = false, is_multiline = false;
  std::uint64_t before = 0, after = 0;
  std::uint64_t limit = 250, offset = 0;  ///< of matching lines, or of files
  std::uint64_t time_ms = 10'000;
};
template <class Wire>
void carry(Wire& wire, GrepRequest& request) {
  auto& [path, pattern, globs, type, mode, letters, is_fixed, is_multiline, before, after, limit, offset,
         time] = request;
  wire(path), wire(pattern), wire(globs), wire(type), wire(mode), wire(letters), wire(is_fixed),
      wire(is_multiline);
  wire(before), wire(after), wire(limit), wire(offset), wire(time);
}

struct GrepLine {
  std::uint64_t number = 0;
  bool is_match = true;  ///< false: around one
  std::string text;      ///< its bytes; of a long line the beginning, which says so
};
template <class Wire>
void carry(Wire& wire, GrepLine& line) {
  auto& [number, is_match, text] = line;
  wire(number), wire(is_match), wire(text);
}

struct GrepFile {
  std::string path;           ///< from the directory; of a file that was named itself its base name
  std::uint64_t matches = 0;  ///< matching lines; with Mode::files 1
  bool is_binary = false;     ///< ripgrep stopped at a NUL byte
  std::vector<GrepLine> lines;
};
template <class Wire>
void carry(Wire& wire, GrepFile& file) {
  auto& [path, matches, is_binary, lines] = file;
  wire(path), wire(matches), wire(is_binary), wire(lines);
}

struct GrepResult {
  std::string root;                      ///< the directory's true name
  std::string file;                      ///< the name in it of the file that was searched; empty: all of it
  std::uint64_t matches = 0, files = 0;  ///< all, but for what rules hide
  std::vector<GrepFile> shown;           ///< by path, from `offset` on
  std::vector<Counted> hidden;           ///< rules, and how many files with matches
  std::uint64_t unreadable = 0;
  std::string unreadable_example;
  bool is_complete = true;               ///< false: the time ended first
  std::vector<std::string> explanation;  ///< where nothing was found: why that may be
};
template <class Wire>
void carry(Wire& wire, GrepResult& result) {
  auto& [root, file, matches, files, shown, hidden, unreadable, example, is_complete, explanation] = result;
  wire(root), wire(file), wire(matches), wire(files), wire(shown), wire(hidden), wire(unreadable),
      wire(example);
  wire(is_complete), wire(explanation);
}

/// Throws FileError.
GrepResult grep(const GrepRequest& request, const Judge& judge);

}  // namespace shelltool::files
