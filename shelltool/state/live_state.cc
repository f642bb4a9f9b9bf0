#include "shelltool/state/live_state.h"

#include <utility>

namespace shelltool {

void LiveState::own(SandboxState owner, bool host_may_loosen, Done done) {
  sources_.owner = std::move(owner);
  sources_.host_may_loosen = host_may_loosen;
  if (!std::exchange(is_owned_, true)) state_ = in_force(sources_);  // what it begins with is no change
  update(std::move(done));
}

void LiveState::set(const StateWord& word, Done done) {
  sources_.set = laid_over(sources_.set, word);
  update(std::move(done));
}

void LiveState::host_says(StateWord word, Done done) {
  said_by_host_ = std::move(word);
  gather_host();
  update(std::move(done));
}

void LiveState::client_works_in(std::optional<std::vector<std::string>> roots, Done done) {
  client_roots_ = std::move(roots);
  gather_host();
  update(std::move(done));
}

void LiveState::gather_host() {
  sources_.host = said_by_host_;
  if (!client_roots_) return;
  std::optional<std::vector<std::string>>& roots = sources_.host.roots;
  roots = roots ? common_roots(*roots, *client_roots_) : *client_roots_;
}

LiveState::Call LiveState::begin_call(std::optional<StateWord> word, Done done) {
  running_.emplace(++last_call_, word);
  if (word) last_said_ = std::move(word);
  gather_calls();
  const Call call = last_call_;
  update(std::move(done));
  return call;
}

/// What is left of the call in the background stays as narrow as it was, until somebody says otherwise.
void LiveState::end_call(Call call) {
  running_.erase(call);
  gather_calls();
}

void LiveState::gather_calls() {
  std::vector<StateWord> calls;
  for (const auto& [call, word] : running_)
    if (word) calls.push_back(*word);
  if (calls.empty() && last_said_) calls.push_back(*last_said_);
  sources_.calls = std::move(calls);
}

void LiveState::update(Done done) {
  SandboxState wanted = in_force(sources_);
  if (StateWord bound = bound_of(sources_); bound != bound_) {
    bound_ = std::move(bound);
    if (bounded_) bounded_(bound_, wanted != state_);
  }
  if (wanted != state_) {
    state_ = std::move(wanted);
    ++generation_;
  }
  if (in_force_ == generation_) {
    if (done) done();
    return;
  }
  if (done) waiting_.push_back({generation_, std::move(done)});
  if (!is_applying_) apply();
}

void LiveState::apply() {
  is_applying_ = true;
  begun_ = sys::BootClock::now();
  const std::uint64_t generation = generation_;
  if (!follower_) return applied(generation);
  follower_(state_, [this, generation] { applied(generation); });
}

/// What was changed meanwhile comes next: who waits for the earlier change waits for no more than that.
void LiveState::applied(std::uint64_t generation) {
  is_applying_ = false;
  in_force_ = generation;
  in_force_after_ = std::chrono::duration_cast<std::chrono::microseconds>(sys::BootClock::now() - begun_);
  std::vector<Waiting> ready;
  std::erase_if(waiting_, [&](Waiting& waiting) {
    if (waiting.generation > generation) return false;
    ready.push_back(std::move(waiting));
    return true;
  });
  if (in_force_ != generation_) apply();
  for (const auto& callback : changed_) callback();
  for (const Waiting& waiting : ready) waiting.done();
}

}  // namespace shelltool
