#pragma once
/// How much a command may take, and which of it was too much.

#include <cstdint>
#include <string>
#include <vector>

namespace sandbox {

/// Zero: none of ours. Processes, open files and file sizes are the kernel's affair (setrlimit(2)), and the
/// caller's own hard limit stays; the others hold for all that runs in the sandbox together.
struct Limits {
  std::uint64_t processes = 4096;  ///< with their threads
  std::uint64_t file_bytes = 0;    ///< the largest file that is written
  std::uint64_t open_files = 0;    ///< of one process
  std::uint64_t memory_bytes = 0;  ///< who takes more is ended
  std::uint64_t tmp_bytes = 0;     ///< of the private /tmp, and what else is private and in memory
  std::uint64_t wall_ms = 0;       ///< what runs longer is ended; of turns each by itself
};

struct LimitReached {
  enum class Which { memory, processes, wall, file, open_files, tmp };
  Which which = Which::memory;
  std::uint64_t limit = 0;  ///< in the unit that Limits has it in
  std::string by = {};      ///< the command line of the program that took most, for a person; empty: unknown

  /// "limit memory: 512 MB, reached by python3 train.py"
  [[nodiscard]] std::string sentence() const;
};
const char* name_of(LimitReached::Which which);  ///< as config.yaml calls it: "open_files"

/// Each limit once: the first word counts.
void add(std::vector<LimitReached>& all, LimitReached reached);

}  // namespace sandbox
