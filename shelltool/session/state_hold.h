#pragma once
/// Holds a session's sandbox in a state: what it can be given while commands run, and what it must end for.

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "config/config.h"
#include "sandbox/supervisor.h"
#include "sandbox/sys/reactor.h"
#include "shelltool/state/sandbox_state.h"

namespace shelltool {

class StateHold {
 public:
  struct Result {
    bool is_lost = false;  ///< the sandbox cannot hold it, and has to end
    std::vector<std::string> sentences;
  };
  using Done = std::function<void(const Result&)>;

  /// Of a sandbox built for `built`, by a Spec that says the same. `spec` and `supervisor` outlive this.
  StateHold(sys::Reactor& reactor, const sandbox::Spec& spec, sandbox::Supervisor& supervisor,
            SandboxState built, config::OnWriters on_writers);

  /// The most of a state that this sandbox can be given. What it was built for is the most that it ever gets:
  /// Landlock, the host's files, the network.
  [[nodiscard]] SandboxState most_of(const SandboxState& wanted) const;
  /// `done` is called when it holds, or cannot; at once, but where writers are waited for.
  void apply(const SandboxState& state, Done done);
  [[nodiscard]] const SandboxState& state() const { return state_; }
  /// As a sandbox would be built for it.
  [[nodiscard]] const sandbox::Spec& spec() const { return narrowed_ ? *narrowed_ : spec_; }

 private:
  [[nodiscard]] std::string why_lost(const SandboxState& state) const;
  [[nodiscard]] std::vector<std::string> writable_in(const SandboxState& state) const;
  void set_roots(bool end_writers);
  void finish(Result result);

  sys::Reactor& reactor_;
  const sandbox::Spec& spec_;
  sandbox::Supervisor& supervisor_;
  const SandboxState built_;
  const config::OnWriters on_writers_;
  SandboxState state_;
  std::optional<sandbox::Spec> narrowed_;
  Done done_;
  Result result_;
  sys::BootClock::time_point patience_ends_;
  sys::Watch next_try_;
};

}  // namespace shelltool
