#pragma once
/// ripgrep, run for one search: what it prints is handed on as it comes.

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace shelltool::files {

/// Debian's or the owner's; never one that a command could have put in the way. Nothing where there is none.
std::optional<std::string> ripgrep_path();

struct RipgrepRun {
  std::vector<std::string> arguments;  ///< behind what ripgrep() gives itself: no configuration, no colours
  int directory = -1;                  ///< where it runs; -1: in "/"
  int input = -1;                      ///< its standard input; -1: nothing
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
};

struct RipgrepEnd {
  struct Unreadable {
    std::string path;  ///< a file or directory, from where it ran
    std::string why;   ///< "Permission denied"
  };
  bool is_complete = true;             ///< false: the time ended first, and it was killed
  std::string failure;                 ///< why it could not search at all, a sentence; empty: it has
  std::vector<Unreadable> unreadable;  ///< of very many the first
};

/// Throws FileError where it cannot be started.
RipgrepEnd ripgrep(const RipgrepRun& run, const std::function<void(std::string_view chunk)>& take);

}  // namespace shelltool::files
