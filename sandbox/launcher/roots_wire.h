#pragma once
/// Which of its writable roots a sandbox may write now: what the supervisor asks of its first process, and
/// what becomes of it.

#include <sys/types.h>

#include <string>
#include <vector>

#include "sandbox/sys/fd.h"

namespace sandbox {

struct RootsOrder {
  std::vector<std::string> writable;  ///< of Spec::writable, or below one of them; all else is read-only
  bool end_writers = true;  ///< who holds a file of a lost root open for writing; else they are named
};

/// Somebody who has a file open for writing that shall be read-only, or maps it, or has sent it to himself.
struct Writer {
  pid_t process = 0;  ///< as the sandbox numbers it
  std::string program;
  std::string path;  ///< of the file, as far as it can be told
};

struct RootsAnswer {
  bool in_force = true;
  std::vector<Writer> ended;
  std::vector<Writer> in_the_way;     ///< who keep it from being in force
  std::vector<std::string> failures;  ///< a sentence each
  bool is_lost = false;               ///< not in force whoever is ended: the last of the failures says why
};

/// Memfds. unpack…() throw sys::Error for what no pack() wrote.
sys::Fd pack(const RootsOrder& order);
RootsOrder unpack_roots_order(int fd);
sys::Fd pack(const RootsAnswer& answer);
RootsAnswer unpack_roots_answer(int fd);

}  // namespace sandbox
