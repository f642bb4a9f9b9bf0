#pragma once
/// A program's way into another sandbox than its caller's: who builds that one, and what the gate tells of
/// the stand-in that takes the caller's place.

#include <functional>
#include <memory>
#include <string>

#include "sandbox/gate/exec_reader.h"
#include "sandbox/gate/stand_in.h"
#include "sandbox/launcher/inherited.h"

namespace sandbox {

/// Its end is the end of everything in that sandbox.
class Passage {
 public:
  virtual ~Passage() = default;
  /// The stand-in is there, and stays for as long as this: the program may start.
  virtual void begin(StandIn& stand_in) = 0;
  virtual void signal(int number) = 0;
};

/// Builds a sandbox in which everything is ready but the program; it waits for begin(). Throws sys::Error,
/// and nothing is left then.
using Passages = std::function<std::unique_ptr<Passage>(const ExecRead& read, const Inherited& inherited,
                                                        const std::string& place)>;

}  // namespace sandbox
