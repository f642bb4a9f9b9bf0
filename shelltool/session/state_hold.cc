#include "shelltool/session/state_hold.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "sandbox/sys/text.h"

namespace shelltool {
namespace {

/// With on_writers: wait. Then they are ended all the same.
constexpr auto longest_wait = std::chrono::seconds(10);
constexpr auto next_look = std::chrono::milliseconds(20);

constexpr std::size_t most_told = 20;
constexpr std::size_t most_bytes = 200;

/// Paths and names are as long as who chose them likes.
std::string told(const std::string& bytes) {
  return sys::visible(sys::cut(bytes, most_bytes)) + (bytes.size() > most_bytes ? "…" : "");
}

std::string sentence_on(const sandbox::Writer& writer) {
  return fmt::format("ended, since it had {} open for writing: {} (pid {} in the sandbox)", told(writer.path),
                     told(writer.program), writer.process);
}

std::string sentence_on(const std::string& failure) { return "not writable: " + told(failure); }

template <class Thing>
void tell(const std::vector<Thing>& things, std::vector<std::string>& sentences) {
  const std::size_t first = std::min(things.size(), most_told);
  for (std::size_t i = 0; i < first; ++i) sentences.push_back(sentence_on(things[i]));
  if (first < things.size()) sentences.push_back(fmt::format("and {} more", things.size() - first));
}

std::string why_ended(const sandbox::RootsAnswer& answer) {
  if (answer.is_lost) return told(answer.failures.back());
  if (answer.in_the_way.empty()) return "files stayed open for writing";
  return "files stayed open for writing, as " + told(answer.in_the_way.front().path);
}

}  // namespace

StateHold::StateHold(sys::Reactor& reactor, const sandbox::Spec& spec, sandbox::Supervisor& supervisor,
                     SandboxState built, config::OnWriters on_writers)
    : reactor_(reactor),
      spec_(spec),
      supervisor_(supervisor),
      built_(std::move(built)),
      on_writers_(on_writers),
      state_(built_) {}

SandboxState StateHold::most_of(const SandboxState& wanted) const {
  return narrowed(wanted, {built_.mode, built_.network, built_.roots, {}});
}

/// What no running sandbox can be given; empty where this one can.
std::string StateHold::why_lost(const SandboxState& state) const {
  if (state.mode != state_.mode && spec_.mode == sandbox::Mode::danger_full_access)
    return "it was built with all of the host's files";
  if (state.network != state_.network && built_.network == sandbox::Network::full)
    return "it was built with the host's network, and what runs in it could always connect again";
  const bool same_roots = state.mode == state_.mode && state.roots == state_.roots;
  if (!same_roots && supervisor_.tier() != sandbox::Tier::a)
    return fmt::format("tier {} has no mounts to change", sandbox::name_of(supervisor_.tier()));
  return {};
}

/// Git directories elsewhere, a profile's own and shared caches belong to the whole of the workspace.
std::vector<std::string> StateHold::writable_in(const SandboxState& state) const {
  if (state.mode == sandbox::Mode::read_only) return {};
  return state.roots == built_.roots ? spec_.writable : state.roots;
}

void StateHold::apply(const SandboxState& wanted, Done done) {
  const SandboxState state = most_of(wanted);
  done_ = std::move(done);
  result_ = {};
  if (state == state_) return finish({});
  if (const std::string why = why_lost(state); !why.empty()) {
    result_.is_lost = true;
    result_.sentences.push_back(fmt::format(
        "the sandbox ended, and all that ran in it: {} came into force, and {}", text_of(state), why));
    return finish(std::move(result_));
  }
  state_ = state;
  narrowed_.emplace(spec_);
  narrowed_->mode = state.mode;
  narrowed_->network = state.network;
  narrowed_->writable = writable_in(state);
  supervisor_.set_network(state.network);
  patience_ends_ = sys::BootClock::now() + longest_wait;
  set_roots(on_writers_ == config::OnWriters::kill);
}

void StateHold::set_roots(bool end_writers) {
  const std::optional<sandbox::RootsAnswer> answer =
      supervisor_.set_roots({narrowed_->writable, end_writers});
  if (!answer) {
    result_.is_lost = true;
    result_.sentences.emplace_back("the sandbox ended: its first process did not answer in time");
    return finish(std::move(result_));
  }
  std::vector<std::string> failures = answer->failures;
  if (answer->is_lost) failures.pop_back();  // why_ended()
  tell(answer->ended, result_.sentences);
  tell(failures, result_.sentences);
  if (answer->in_force) return finish(std::move(result_));
  if (!end_writers && !answer->is_lost) {
    const bool is_late = sys::BootClock::now() >= patience_ends_;
    next_try_ = reactor_.at(sys::BootClock::now() + next_look, [this, is_late] { set_roots(is_late); });
    return;
  }
  result_.is_lost = true;
  result_.sentences.push_back("the sandbox ended, and all that ran in it: " + why_ended(*answer));
  finish(std::move(result_));
}

void StateHold::finish(Result result) {
  if (const Done done = std::exchange(done_, nullptr)) done(result);
}

}  // namespace shelltool
