#pragma once
/// What the supervisor and a session's zygote say to each other: orders to start a turn down, how it goes up.

#include <cstdint>
#include <string>
#include <vector>

#include "sandbox/sys/fd.h"

namespace sandbox {

/// What one turn runs. Strings are bytes.
struct TurnProgram {
  std::vector<std::string> argv;  ///< argv[0] is searched in the PATH of `env`
  std::vector<std::string> env;   ///< NAME=value, all of it
  std::string cwd;                ///< absolute, as the sandbox sees it
};

/// With it come descriptors: the program, and what the command gets as 0, 1, 2 and perhaps more.
struct TurnOrder {
  std::uint64_t turn;
};

struct TurnReport {
  enum class Kind : std::int32_t {
    started,      ///< value: the keeper's pid as the sandbox numbers it; with a pidfd of it. Before the first
                  ///< exec
    cwd_failed,   ///< value: the errno of entering the directory; `ended` follows
    exec_failed,  ///< value: the errno of the command's own exec; `ended` follows
    ended,        ///< value: the command's status as wait(2) tells it
    gone,  ///< value: the keeper's status; without it nothing of the turn is left that still belongs to it
  };
  Kind kind;
  std::int32_t value;
  std::uint64_t turn;
  std::uint64_t left = 0;  ///< of `ended`: 1 when something that the command started still runs
};

/// A memfd: programs are larger than packets may be. Throws sys::Error for what cannot be a program: no
/// words, a NUL byte in one, more than any exec takes.
sys::Fd pack(const TurnProgram& program);
/// Throws sys::Error for what no pack() wrote.
TurnProgram unpack(int fd);

}  // namespace sandbox
