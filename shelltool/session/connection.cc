#include "shelltool/session/connection.h"

#include <utility>

#include "sandbox/net/publisher.h"
#include "sandbox/sys/error.h"
#include "shelltool/session/log.h"
#include "shelltool/state/owner_state.h"

namespace shelltool {
namespace {

constexpr auto longest_goodbye = std::chrono::seconds(3);

/// A failure to build the sandbox, with what mends it.
[[noreturn]] void throw_with_fix(const sandbox::SetupError& error) {
  if (error.fix().empty()) throw error;
  throw sys::Error(sys::Kind::setup, "{}; to mend it: {}", error.what(), error.fix());
}

/// Servers of several workspaces have one config, and the first has the ports.
void leave_out_taken_ports(Plan& plan) {
  std::erase_if(plan.made.spec.publish, [&](const sandbox::Published& port) {
    try {
      sandbox::Publisher({port});
      return false;
    } catch (const sys::SysError& error) {
      plan.made.notes.emplace_back(error.what());
      return true;
    }
  });
}

/// What a sandbox has to be built for, since no running one can be given it; within that it is narrowed.
SandboxState to_build(const SandboxState& owner, const SandboxState& wanted) {
  SandboxState built = owner;
  built.network = wanted.network;
  const bool is_bare =
      owner.mode == sandbox::Mode::danger_full_access || wanted.mode == sandbox::Mode::danger_full_access;
  const bool is_wider = narrowed(wanted, {owner.mode, {}, owner.roots, {}}) != wanted;
  if ((is_bare && wanted.mode != owner.mode) || is_wider) {
    built.mode = wanted.mode;
    built.roots = wanted.roots;
  }
  return built;
}

}  // namespace

Connection::Connection(sys::Reactor& reactor, LiveState& state, std::function<Plan(const Wanted&)> plan,
                       std::string audit)
    : reactor_(reactor), state_(state), make_plan_(std::move(plan)), audit_(std::move(audit)) {
  state_.follow(
      [this](const SandboxState& wanted, LiveState::Done done) { follow(wanted, std::move(done)); });
  state_.on_bound([this](const StateWord& bound, bool is_followed) {
    if (session_) said_ = session_->bind(bound, is_followed);
  });
}

void Connection::follow(const SandboxState& wanted, LiveState::Done done) {
  said_.clear();
  if (!session_ || outer_) return done();
  in_force_ = std::move(done);
  session_->apply(wanted, state_.generation(), [this, generation = state_.generation()](bool is_lost) {
    said_ = session_->changes_since(generation - 1);
    if (is_lost) return;  // it holds when nothing of the session is left
    if (const LiveState::Done tell = std::exchange(in_force_, nullptr)) tell();
  });
}

bool Connection::has_to_be_replaced() const {
  return session_ && !outer_ && state_.running_calls() <= 1 &&
         session_->most_of(state_.state()) != state_.state();
}

/// What holds for a guest are the outer one's mounts.
void Connection::check_guest() const {
  const policy::State& outer = outer_->state();
  const SandboxState& wanted = state_.state();
  if (wanted == state_.sources().owner || (wanted.mode >= outer.mode && wanted.network >= outer.network))
    return;
  throw sys::Error(
      sys::Kind::unsupported,
      "{} is asked for, and this runs in the sandbox of another gatehouse, which holds {}, net {}: "
      "change the state of that one",
      text_of(wanted), sandbox::name_of(outer.mode), sandbox::name_of(outer.network));
}

std::unique_ptr<Session> Connection::start(Plan plan) {
  leave_out_taken_ports(plan);
  SessionOptions options;
  options.audit = audit_;
  options.shell = true;
  options.outer = outer_ ? &*outer_ : nullptr;
  options.nobody = "Nobody can be asked here.";
  auto session = std::make_unique<Session>(reactor_, std::move(plan), std::move(options));
  try {
    session->start(
        {[this, id = session->id()](const sandbox::Outcome&) { reactor_.post([this, id] { forget(id); }); },
         {}});
  } catch (const sandbox::SetupError& error) {
    throw_with_fix(error);
  }
  return session;
}

/// Where the machine has no mounts to narrow a sandbox by, it is built for exactly what holds.
std::unique_ptr<Session> Connection::start_in_state() {
  Plan plan = make_plan_({});
  state_.own(state_of(plan), plan.config.sandbox.host_may_loosen);
  const SandboxState owner = state_.sources().owner, wanted = state_.state();
  const SandboxState built = to_build(owner, wanted);
  auto session = start(built == owner ? std::move(plan) : make_plan_({false, built}));
  bool is_narrowed = true;
  session->apply(wanted, state_.generation(), [&](bool is_lost) { is_narrowed = !is_lost; });
  if (is_narrowed) return session;
  session->finish();
  session.reset();
  session = start(make_plan_({false, wanted}));
  session->apply(wanted, state_.generation(), [](bool) {});
  return session;
}

void Connection::renew() {
  if (!has_to_be_replaced()) return;
  replaced_ = fmt::format(
      "the sandbox was made anew, for {}: what ran in the background and what was in /tmp is "
      "gone",
      text_of(state_.state()));
  forget(session_->id());
}

Session& Connection::session() {
  if (outer_) check_guest();
  if (session_) return *session_;
  session_ = outer_ ? start(make_plan_({true, {}})) : start_in_state();
  session_->bind(state_.bound(), false);
  has_told_notes_ = false;
  log(LogLevel::info, fmt::format("session {}: a sandbox in {}, tier {}", session_->id(),
                                  session_->plan().made.spec.cwd, sandbox::name_of(session_->state().tier)));
  return *session_;
}

std::vector<std::string> Connection::take_notes() {
  std::vector<std::string> notes;
  if (!std::exchange(has_told_notes_, true)) notes = session_->notes();
  if (!replaced_.empty()) notes.push_back(std::exchange(replaced_, {}));
  return notes;
}

/// Its turns have been told by now. The next call makes another sandbox.
void Connection::forget(const std::string& id) {
  if (!session_ || session_->id() != id) return;
  log(LogLevel::info, fmt::format("session {}: its sandbox has ended", id));
  session_->finish();
  for (const auto& callback : forgetting_) callback();
  session_.reset();
  if (is_ending_) reactor_.stop();
  if (const LiveState::Done tell = std::exchange(in_force_, nullptr)) tell();
}

void Connection::end() {
  if (!session_) return;
  session_->supervisor().end();
  is_ending_ = true;
  const sys::Watch limit = reactor_.at(sys::BootClock::now() + longest_goodbye, [this] { reactor_.stop(); });
  reactor_.run();
}

}  // namespace shelltool
