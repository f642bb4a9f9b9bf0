#pragma once
/// What of one turn was refused.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "policy/decision.h"
#include "policy/event.h"

namespace shelltool {

/// A program or a connection that was refused, and why.
struct Denial {
  policy::Decision decision;
  std::vector<std::string> argv;
  bool top = false;  ///< the turn's own command, or what its shell started itself
  std::uint64_t times = 1;
  policy::EventKind kind = policy::EventKind::exec;  ///< of a connection `argv` is policy::words_of() it
};

class DenialLog {
 public:
  /// True when it is the first of its kind; equal ones are counted. Of a long command line the beginning is
  /// kept, and beyond a bound different ones are not: a loop of them must not fill the memory, nor an answer.
  bool add(Denial denial);
  [[nodiscard]] const std::vector<Denial>& all() const { return denials_; }

 private:
  std::vector<Denial> denials_;
  std::map<std::string, std::size_t> index_;
  std::size_t bytes_ = 0;  // of their words
};

}  // namespace shelltool
