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

namespace shelltool {

class Connection {
 public:
  /// `plan` is asked when a sandbox is made, and told whether it is to be a guest's. `audit`: --audit.
  Connection(sys::Reactor& reactor, std::function<Plan(bool is_guest)> plan, std::string audit);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Throws sys::Error where none can be made, with what mends it.
  Session& session();
  /// The one that there is.
  [[nodiscard]] Session* current() const { return session_.get(); }
  /// What the user should know of it; to the first who asks.
  std::vector<std::string> take_notes();
  [[nodiscard]] bool is_ending() const { return is_ending_; }
  /// Called each time that a session has ended, before it is gone.
  void on_forget(std::function<void()> callback) { forgetting_.push_back(std::move(callback)); }
  /// Ends everything that runs and takes back what it left. Runs the reactor.
  void end();

 private:
  void forget();

  sys::Reactor& reactor_;
  std::function<Plan(bool)> make_plan_;
  std::string audit_;
  std::optional<Outer> outer_ = Outer::find();
  std::unique_ptr<Session> session_;
  std::vector<std::function<void()>> forgetting_;
  bool has_told_notes_ = false, is_ending_ = false;
};

}  // namespace shelltool
