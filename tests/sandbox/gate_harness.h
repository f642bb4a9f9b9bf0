#pragma once
/// Runs a command under the real gate with nothing else around it: no namespaces, no mounts, a judge made of
/// lambdas.

#include <functional>
#include <string>
#include <vector>

#include "sandbox/gate/gate.h"
#include "sandbox/sys/process.h"
#include "tests/unit/temporary.h"

namespace gate_test {

struct Seen {
  sandbox::ExecEvent event;
  sandbox::Occasion occasion = sandbox::Occasion::asked;
};

struct Run {
  sys::ExitStatus status;
  std::vector<Seen> judged;
  std::vector<sandbox::Refusal> refused;
  sandbox::GateCounts counts;
  std::string output;               ///< standard output and error
  std::vector<std::string> errors;  ///< that the gate let out

  /// The first event whose program was reached by a path with this base name; fails the test when there is
  /// none.
  [[nodiscard]] const sandbox::ExecEvent& event(const std::string& name) const;
  [[nodiscard]] bool has(const std::string& name) const;
};

struct Setup {
  std::vector<std::string> argv;
  std::string cwd = "/";
  std::function<sandbox::Ruling(const sandbox::ExecEvent&, sandbox::Occasion)> judge;  ///< empty: allow
  std::function<bool(const sandbox::ExecEvent&)> record_allowed = {};                  ///< empty: true
  sandbox::GateOptions options;
};

Run run(const Setup& setup);

/// Writes an executable file and returns its path.
std::string script(const tests::TemporaryDirectory& dir, const std::string& name, const std::string& text,
                   unsigned mode = 0755);

}  // namespace gate_test
