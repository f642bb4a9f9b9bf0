#pragma once
/// The state of one gatehouse while it runs: who has said what, what is in force of it, and since when. Each
/// change of what is in force is a new generation.

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sandbox/sys/reactor.h"
#include "shelltool/state/sandbox_state.h"

namespace shelltool {

class LiveState {
 public:
  using Call = std::uint64_t;
  using Done = std::function<void()>;
  /// Makes a state hold; `done` when it does, perhaps at once.
  using Follower = std::function<void(const SandboxState& state, Done done)>;

  LiveState() = default;
  LiveState(const LiveState&) = delete;
  LiveState& operator=(const LiveState&) = delete;

  /// What the owner settled, as a plan has it: at the start, and when it is settled anew.
  void own(SandboxState owner, bool host_may_loosen, Done done = {});
  /// `done` is called when it is in force everywhere.
  void set(const StateWord& word, Done done = {});
  void host_says(StateWord word, Done done = {});
  /// The roots that the connection's client works in, which count as the host's; nothing where it names none.
  void client_works_in(std::optional<std::vector<std::string>> roots, Done done = {});
  /// A call's own word holds while it runs; of the last one also until there is another. A call that says
  /// nothing waits all the same for what others have changed.
  Call begin_call(std::optional<StateWord> word, Done done);
  void end_call(Call call);
  [[nodiscard]] std::size_t running_calls() const { return running_.size(); }

  /// Who holds it now; one at a time.
  void follow(Follower follower) { follower_ = std::move(follower); }
  /// Called when bound_of() the sources has changed, before anything that follows from it. `is_followed`: the
  /// state changes as well.
  void on_bound(std::function<void(const StateWord& bound, bool is_followed)> callback) {
    bounded_ = std::move(callback);
  }
  [[nodiscard]] const StateWord& bound() const { return bound_; }
  /// Called after each change, when it is in force.
  void on_change(std::function<void()> callback) { changed_.push_back(std::move(callback)); }

  [[nodiscard]] const SandboxState& state() const { return state_; }
  [[nodiscard]] const StateSources& sources() const { return sources_; }
  [[nodiscard]] std::uint64_t generation() const { return generation_; }
  /// How long it took the last change to be in force.
  [[nodiscard]] std::chrono::microseconds in_force_after() const { return in_force_after_; }

 private:
  struct Waiting {
    std::uint64_t generation;
    Done done;
  };
  void update(Done done);
  void apply();
  void applied(std::uint64_t generation);
  void gather_calls();
  void gather_host();

  StateSources sources_;
  SandboxState state_;
  std::uint64_t generation_ = 1, in_force_ = 1;
  bool is_owned_ = false, is_applying_ = false;
  sys::BootClock::time_point begun_;
  std::chrono::microseconds in_force_after_{0};
  Follower follower_;
  StateWord bound_;
  std::function<void(const StateWord& bound, bool is_followed)> bounded_;
  std::vector<Waiting> waiting_;
  std::vector<std::function<void()>> changed_;
  std::map<Call, std::optional<StateWord>> running_;
  std::optional<StateWord> last_said_;
  StateWord said_by_host_;
  std::optional<std::vector<std::string>> client_roots_;
  Call last_call_ = 0;
};

}  // namespace shelltool
