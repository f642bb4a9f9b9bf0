#pragma once
/// Dynamic loaders that were called as programs (`ld.so PROGRAM`), from their first instruction until they
/// have opened what they are asked to run: the file that was judged, or nothing more happens. The first file
/// that a loader opens is its program (glibc elf/rtld.c, dl_main(); musl ldso/dynlink.c, __dls3()).

#include <sys/types.h>

#include <cstdint>
#include <map>

#include "sandbox/gate/image.h"

namespace sandbox {

class Loadings {
 public:
  /// Counts those that opened another file, which were killed.
  explicit Loadings(std::uint64_t& raced) : raced_(raced) {}

  /// The process stands in the stop of its exec, and goes on.
  void begin(pid_t pid, Loaded expected);
  /// False where that process is none of ours.
  bool on_wait_status(pid_t pid, int status);

 private:
  struct Loading {
    Loaded expected;
    bool is_opening = false;  ///< the system call that it is in opens a file
  };
  using Place = std::map<pid_t, Loading>::iterator;

  void on_system_call(Place loading);
  void end(Place loading, int descriptor);

  std::uint64_t& raced_;
  std::map<pid_t, Loading> loading_;
};

}  // namespace sandbox
