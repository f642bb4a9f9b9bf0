#pragma once
/// What the audit says of an event and its decision.

#include <sys/types.h>

#include <string>

#include "policy/decision.h"
#include "policy/event.h"
#include "policy/json_line.h"
#include "sandbox/exec_event.h"

namespace policy {

struct RecordContext {
  std::uint64_t turn = 1;
  bool redact = true;
  pid_t parent = 0;  ///< of the asking thread's process, as the supervisor numbers it; 0: it is gone
};

/// Every key of DESIGN §12; strings are visible text, for bytes that are no UTF-8.
JsonLine audit_record(const sandbox::ExecEvent& event, const Decision& decision, const State& state,
                      const RecordContext& context);

/// The same of a connection, to these addresses as far as they are known.
JsonLine audit_record(const NetEvent& event, const std::vector<std::string>& addresses,
                      const Decision& decision, const State& state, const RecordContext& context);

/// The same of a file that a tool is about to touch.
JsonLine audit_record(const FileEvent& event, const Decision& decision, const State& state);

}  // namespace policy
