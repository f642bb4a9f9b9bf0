#pragma once
/// One sandbox for all tools of a connection: made when the first of them needs it, and made again when it
/// has ended.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "shelltool/session/session.h"
#include "shelltool/setup/plan.h"
#include "shelltool/state/live_state.h"

namespace shelltool {

class Connection {
 public:
  struct Wanted {
    bool is_guest = false;
    std::optional<SandboxState> state = std::nullopt;  ///< else what the owner settled
  };
  /// `plan` is asked when a sandbox is made. `audit`: --audit. `state` outlives this, which holds it.
  Connection(sys::Reactor& reactor, LiveState& state, std::function<Plan(const Wanted&)> plan,
             std::string audit);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Before a call: a sandbox that cannot be given the state that holds goes, unless another call runs in it.
  void renew();
  /// Throws sys::Error where none can be made, with what mends it.
  Session& session();
  /// The one that there is.
  [[nodiscard]] Session* current() const { return session_.get(); }
  /// What the user should know of it; to the first who asks.
  std::vector<std::string> take_notes();
  [[nodiscard]] bool is_guest() const { return outer_.has_value(); }
  /// What came of the last change of the state, a sentence each.
  [[nodiscard]] const std::vector<std::string>& said() const { return said_; }
  [[nodiscard]] bool is_ending() const { return is_ending_; }
  /// Called each time that a session has ended, before it is gone.
  void on_forget(std::function<void()> callback) { forgetting_.push_back(std::move(callback)); }
  /// Ends everything that runs and takes back what it left. Runs the reactor.
  void end();

 private:
  void forget(const std::string& id);
  void follow(const SandboxState& state, LiveState::Done done);
  void check_guest() const;
  std::unique_ptr<Session> start(Plan plan);
  std::unique_ptr<Session> start_in_state();
  [[nodiscard]] bool has_to_be_replaced() const;

  sys::Reactor& reactor_;
  LiveState& state_;
  std::function<Plan(const Wanted&)> make_plan_;
  std::string audit_;
  std::optional<Outer> outer_ = Outer::find();
  std::unique_ptr<Session> session_;
  std::vector<std::function<void()>> forgetting_;
  LiveState::Done in_force_;  // when the session that cannot hold it has ended
  std::vector<std::string> said_;
  std::string replaced_;  // what is to be told of it
  bool has_told_notes_ = false, is_ending_ = false;
};

}  // namespace shelltool
