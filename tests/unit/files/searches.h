#pragma once
/// Searches of a temporary directory, and rules for them.

#include <string>
#include <vector>

#include "shelltool/files/find.h"
#include "shelltool/files/grep.h"
#include "shelltool/files/judge.h"
#include "tests/unit/files/scene.h"

namespace tests {

/// A rule "secrets" that denies reading every path with these words in it.
inline shelltool::files::Judge secrets(const std::string& words) {
  return [words](const std::vector<shelltool::files::Touch>& touches) {
    std::vector<shelltool::files::Ruling> rulings(touches.size());
    for (std::size_t i = 0; i < touches.size(); ++i)
      if (touches[i].real.find(words) != std::string::npos)
        rulings[i] = {false, "secrets", "denied: a secret"};
    return rulings;
  };
}

inline std::vector<std::string> paths_of(const shelltool::files::FindResult& found) {
  std::vector<std::string> paths;
  for (const auto& entry : found.entries) paths.push_back(entry.path);
  return paths;
}

/// "a.c:1:text" for a match, "a.c-1-text" around one.
inline std::vector<std::string> lines_of(const shelltool::files::GrepResult& found) {
  std::vector<std::string> lines;
  for (const auto& file : found.shown)
    for (const auto& line : file.lines) {
      const std::string mark = line.is_match ? ":" : "-";
      lines.push_back(file.path + mark + std::to_string(line.number) + mark + line.text);
    }
  return lines;
}

}  // namespace tests
