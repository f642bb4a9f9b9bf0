#include "shelltool/session/session.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <nlohmann/json.hpp>

#include "policy/audit_record.h"
#include "policy/decision_json.h"
#include "sandbox/sys/error.h"
#include "sandbox/sys/path.h"
#include "sandbox/sys/text.h"
#include "shelltool/session/destinations.h"
#include "shelltool/session/kept_outputs.h"
#include "shelltool/setup/upstream.h"
#include "shelltool/state/owner_state.h"
#include "shelltool/state/state_json.h"

namespace shelltool {
namespace {

constexpr std::chrono::milliseconds look_interval(100);

std::string new_session_id() {
  std::uint64_t random = 0;
  if (::getrandom(&random, sizeof random, 0) != sizeof random)
    throw sys::SysError(errno, "drawing a session id");
  return fmt::format("{:012x}", random >> 16U);
}

}  // namespace

Session::Session(sys::Reactor& reactor, Plan plan, SessionOptions options)
    : reactor_(reactor),
      plan_(std::move(plan)),
      options_(std::move(options)),
      outer_(options_.outer),
      id_(new_session_id()),
      guests_(reactor) {
  if (outer_ != nullptr) return;
  if (!options_.audit.empty()) {  // the usual one lies among what is hidden
    open_audit();
    plan_.made.spec.own.push_back(sys::real_path_of_missing(audit_->path()));
  }
  hold_hidden();
  hold_files();
  protect();
  hold_sockets();
}

void Session::open_audit() {
  if (audit_) return;
  const auto& options = plan_.config.audit;
  std::string path = options_.audit;
  if (path.empty()) {
    make_private_directory(plan_.places.audit());
    policy::prune_audit(plan_.places.audit(), options.keep);
    remove_old_outputs(plan_.places.state + "/sessions");
    path = fmt::format("{}/{}.jsonl", plan_.places.audit(), id_);
  }
  audit_.emplace(
      policy::AuditOptions{std::move(path), id_, options.sync == config::AuditSync::each, options.rotate});
}

void Session::read_rules() {
  if (!rules_)
    rules_.emplace(rules_files_of(plan_).paths(),
                   [this](std::uint64_t generation) { return rules_of(plan_, generation); });
}

void Session::begin_turn() {
  if (outer_ != nullptr) return;
  follow_rules();
  follow_files();
  follow_hidden();
}

/// Whoever judges looks at the rules first, but a command that starts no program is not judged.
void Session::look_for_rules() {
  next_look_ = reactor_.at(sys::BootClock::now() + look_interval, [this] {
    follow_rules();
    follow_sockets();
    watch_hidden();
    follow_hidden();
    look_for_rules();
  });
}

std::string Session::output_directory() const {
  return (outer_ != nullptr ? "/tmp/gatehouse-output/" : plan_.places.state + "/sessions/") + id_;
}

std::string Session::journal_directory() const {
  return outer_ != nullptr ? "/tmp/gatehouse-journal" : plan_.places.state + "/journal";
}

std::string Session::history_directory() const {
  return outer_ != nullptr ? "/tmp/gatehouse-history" : plan_.places.state + "/history";
}

sandbox::GateCounts Session::counts() const {
  return outer_ != nullptr ? sandbox::GateCounts() : supervisor_->gate().counts();
}

void Session::record(const char* event, std::string_view fields) {
  if (audit_) audit_->write(event, fields);
}

policy::Decision Session::decide(const policy::FileEvent& event) const {
  policy::State state = judge_->state();
  state.now = policy::now();
  policy::Decision decision = rules_->rules().decide(event, state);
  if (decision.verdict != policy::Verdict::ask) return decision;
  decision.verdict = policy::Verdict::deny;
  decision.reason += fmt::format("{}({})", decision.reason.empty() ? "" : " ", options_.nobody);
  return decision;
}

std::vector<policy::Decision> Session::judge(const std::vector<policy::FileEvent>& events) {
  constexpr std::size_t few = 32;  // a search asks about thousands: of those what was denied is on record
  std::vector<policy::Decision> decisions(events.size());
  if (outer_ != nullptr) return decisions;
  follow_rules();
  for (std::size_t i = 0; i < events.size(); ++i) {
    policy::Decision& decision = decisions[i] = decide(events[i]);
    if (events.size() > few && decision.verdict == policy::Verdict::allow) continue;
    try {
      record("decided", policy::audit_record(events[i], decision, judge_->state()).text());
    } catch (const sys::Error& error) {  // what cannot be recorded must not happen
      decision.verdict = policy::Verdict::deny;
      decision.rule = "audit.unwritable";
      decision.reason = error.what();
    }
  }
  return decisions;
}

/// What exists is bound by the launcher; what does not is watched from before the command's first program.
void Session::protect() {
  sandbox::Spec& spec = plan_.made.spec;
  leftovers_ = sandbox::sweep_leftovers(plan_.places.state);
  if (spec.mode != sandbox::Mode::workspace_write) return;
  make_private_directory(plan_.places.state);  // the guard's record is written there
  names_ = sandbox::find_protected_names(spec.writable, plan_.config.sandbox.protect);
  spec.protect.insert(spec.protect.end(), names_->protect.begin(), names_->protect.end());
  spec.writable.insert(spec.writable.end(), names_->added_roots.begin(), names_->added_roots.end());
}

void Session::guard(bool mounts_hold) {
  if (!names_) return;
  if (guard_) guard_->finish();
  not_scanned_ = names_->not_scanned;
  sandbox::GuardOptions options;
  options.state_directory = plan_.places.state;
  options.mounts_hold = mounts_hold;
  guard_ = std::make_unique<sandbox::Guard>(reactor_, *names_, std::move(options));
  guard_->begin();
}

sandbox::Supervisor::Judging Session::prepare_judging() {
  open_audit();
  read_rules();
  judge_.emplace(
      TurnJudge::Setup{rules_->rules(), *audit_, plan_.state(), plan_.approval(),
                       plan_.config.audit.redact == config::Redact::default_,
                       [this](const Denial& denial, const sandbox::ExecEvent& event, bool is_first) {
                         guests_.tell(denial, event);
                         if (is_first && options_.denied) options_.denied(denial);
                       },
                       options_.ask, options_.nobody, options_.withdraw, [this] { follow_rules(); }});
  const sandbox::Spec& spec = plan_.made.spec;
  sandbox::GateOptions gate;
  gate.reading = {spec.user.uid, options_.shell, spec.mode != sandbox::Mode::danger_full_access};
  gate.allow_tracers = plan_.config.sandbox.allow_tracers;
  gate.known = known_files();
  gate.receive_guest = [this](pid_t process) { return guests_.receive(process, {judge_->state(), id_}); };
  return {*judge_, std::move(gate), destinations(), upstream_for(spec, plan_.config, plan_.caller.variables)};
}

sandbox::Destinations Session::destinations() {
  return destinations_of({plan_, *judge_, [this]() -> const policy::RuleSet& { return rules_->rules(); },
                          [this] {
                            sandbox::Spec now = spec();
                            now.held = ruled_by_now();
                            return now;
                          },
                          [this]() -> const StateWord& { return bound_; }, [this] { return hidden_by_now(); },
                          [this] { return known_files(); },
                          [this](pid_t process) {
                            return guests_.receive(process, {judge_->state(), id_});
                          }});
}

sandbox::KnownFiles Session::known_files() const {
  return sandbox::KnownFiles([this] { return rules_->rules().known_programs(); });
}

/// Where no mount keeps the command from the files, they are what they were at the start.
void Session::follow_rules() {
  if (supervisor_->tier() != sandbox::Tier::a) return;
  switch (rules_->look()) {
    case LiveRules::News::none:
      return;
    case LiveRules::News::changed:
      supervisor_->gate().know(known_files());
      if (!holds_) holds_.emplace(held_files_of(plan_), rules_->rules(), state());
      holds_->forget_rules();
      follow_files();
      if (hidden_) hidden_->look_again();
      follow_hidden();
      return;
    case LiveRules::News::broken:
      news_.push_back(rules_->trouble() + "; the rules from before stay in force");
      if (options_.notice) options_.notice(news_.back());
      return;
  }
}

void Session::start(sandbox::Supervisor::Handlers handlers, std::optional<sandbox::Nascent> nascent) {
  handlers.left_reached = [this](const sandbox::LimitReached& reached) { tell_left_reached(reached); };
  if (outer_ != nullptr) {
    supervisor_ =
        std::make_unique<sandbox::Supervisor>(reactor_, plan_.made.spec, nullptr, std::move(handlers));
    outer_words_ = reactor_.watch(outer_->fd(), POLLIN, [this](int) { hear_outer(); });
    return;
  }
  const auto meanwhile = [this] {
    guard(true);
    if (options_.meanwhile) options_.meanwhile();
    return prepare_judging();
  };
  try {
    supervisor_ = std::make_unique<sandbox::Supervisor>(reactor_, plan_.made.spec, meanwhile,
                                                        std::move(handlers), std::move(nascent));
  } catch (...) {
    if (guard_) guard_->finish();
    throw;
  }
  if (supervisor_->tier() != sandbox::Tier::a) guard(false);
  check_tier();
  if (supervisor_->tier() == sandbox::Tier::a) look_for_rules();
  judge_->set_tier(supervisor_->tier());
  state_.emplace(reactor_, plan_.made.spec, *supervisor_, state_of(plan_), plan_.config.sandbox.on_writers);
  collect_notes();
}

/// Judged by the new state first: what a program may do under the old one, it does not start to any more.
void Session::apply(const SandboxState& wanted, std::uint64_t generation,
                    std::function<void(bool is_lost)> done) {
  const SandboxState most = state_->most_of(wanted);
  judge_->set_state(most.mode, most.network, generation);
  if (most == state_->state()) return done(false);
  guests_.tell({state(), id_});
  state_->apply(wanted,
                [this, generation, ended = end_moved(), done = std::move(done)](StateHold::Result result) {
                  result.sentences.insert(result.sentences.end(), ended.begin(), ended.end());
                  tell_change(generation, result);
                  if (result.is_lost) {
                    supervisor_->end();
                  } else if (holds_) {
                    holds_->forget_rules();
                    follow_files();
                  }
                  done(result.is_lost);
                });
}

std::vector<std::string> Session::bind(const StateWord& bound, bool is_followed) {
  const StateWord before = std::exchange(bound_, bound);
  if (is_followed || !supervisor_ || outer_ != nullptr || !narrows(bound, before)) return {};
  const std::vector<std::string> said = end_moved();
  if (!said.empty()) record("state", policy::json_text({{"said", said}}));
  for (const std::string& sentence : said)
    if (options_.notice) options_.notice(sentence);
  news_.insert(news_.end(), said.begin(), said.end());
  return said;
}

std::vector<std::string> Session::end_moved() {
  std::vector<std::string> said = supervisor_->end_moved();
  for (std::string& words : said) words = "ended, since it ran in a profile: " + words;
  return said;
}

void Session::tell_left_reached(const sandbox::LimitReached& reached) {
  news_.push_back(reached.sentence() + ": what an earlier command left running has been ended");
  record("limit",
         policy::json_text(
             {{"limit", sandbox::name_of(reached.which)}, {"value", reached.limit}, {"by", reached.by}}));
}

void Session::tell_change(std::uint64_t generation, const StateHold::Result& result) {
  std::vector<std::string> sentences = {
      fmt::format("the state of the sandbox changed: {}", text_of(state_->state()))};
  if (result.is_lost) sentences.clear();
  sentences.insert(sentences.end(), result.sentences.begin(), result.sentences.end());
  for (const std::string& sentence : sentences) {
    changes_.push_back({generation, sentence});
    if (options_.notice) options_.notice(sentence);
  }
  nlohmann::ordered_json fields = json_of(state_->state());
  fields["generation"] = generation;
  fields["said"] = sentences;
  record("state", policy::json_text(fields));
}

std::vector<std::string> Session::changes_since(std::uint64_t generation) const {
  std::vector<std::string> sentences;
  for (const StateChange& change : changes_)
    if (change.generation > generation) sentences.push_back(change.sentence);
  return sentences;
}

void Session::check_tier() const {
  const std::vector<std::string>& required = plan_.config.sandbox.require;
  const sandbox::Tier tier = supervisor_->tier();
  const auto wants = [&](const char* word) {
    return std::find(required.begin(), required.end(), word) != required.end();
  };
  if ((wants("tier-a") && tier != sandbox::Tier::a) || (wants("tier-b") && tier == sandbox::Tier::c))
    throw sys::Error(sys::Kind::unsupported, "sandbox.require: this machine gives tier {} only: {}",
                     sandbox::name_of(tier), fmt::join(supervisor_->missing(), ". "));
}

void Session::collect_notes() {
  notes_ = supervisor_->missing();
  if (supervisor_->tier() != sandbox::Tier::a && !notes_.empty())
    notes_.front() = fmt::format("tier {}: {}", sandbox::name_of(supervisor_->tier()), notes_.front());
  notes_.insert(notes_.end(), plan_.made.notes.begin(), plan_.made.notes.end());
  const std::vector<sandbox::Held> ruled = holds_ ? holds_->held() : std::vector<sandbox::Held>();
  if (supervisor_->tier() != sandbox::Tier::a && !ruled.empty())
    notes_.push_back(
        fmt::format("not held: {} files that rules deny to read or to write, {} first: tier {} has no mounts",
                    ruled.size(), sys::visible(ruled.front().path), sandbox::name_of(supervisor_->tier())));
  for (const std::string& id : rules_->rules().not_in_force(plan_.made.spec.network))
    notes_.push_back(fmt::format(
        "rule {} is not in force: asks on files are not held, and with network full nothing on net",
        sys::visible(id)));
}

/// The turn is that of the keeper among those who asked. A shell's own programs are its children, and it the
/// keeper's.
void Session::hear_outer() {
  constexpr std::ptrdiff_t top_distance = 2;
  for (GuestDenial& guest : outer_->denials()) {
    std::uint64_t turn = plan_.made.spec.argv.empty() ? 0 : 1;
    for (auto process = guest.processes.begin(); turn == 0 && process != guest.processes.end(); ++process) {
      turn = supervisor_->turns().kept_by(*process);
      guest.denial.top = process - guest.processes.begin() <= top_distance;
    }
    outer_denials_[turn].add(std::move(guest.denial));
  }
  if (outer_->is_gone()) outer_words_.cancel();
}

DenialLog Session::take_denials(std::uint64_t turn) {
  if (outer_ == nullptr) return judge_->take_denials(turn);
  hear_outer();
  auto log = outer_denials_.extract(turn);
  return log.empty() ? DenialLog() : std::move(log.mapped());
}

std::vector<sandbox::Taken> Session::with_leftovers(std::vector<sandbox::Taken> taken) {
  std::vector<sandbox::Taken> all = std::exchange(leftovers_, {});
  std::move(taken.begin(), taken.end(), std::back_inserter(all));
  return all;
}

std::vector<sandbox::Taken> Session::take_back(bool names_made) {
  std::vector<sandbox::Taken> taken;
  if (guard_) taken = names_made ? guard_->sweep() : guard_->look();
  follow_files();
  follow_hidden();
  return with_leftovers(std::move(taken));
}

std::vector<sandbox::Taken> Session::finish() {
  return with_leftovers(guard_ ? guard_->finish() : std::vector<sandbox::Taken>());
}

void Session::answer(std::uint64_t ticket, Answer given) {
  bool allowed = false;
  try {
    allowed = judge_->answered(ticket, given);
  } catch (...) {  // unrecorded, so it does not happen
    supervisor_->answer(ticket, false);
    throw;
  }
  supervisor_->answer(ticket, allowed);
}

}  // namespace shelltool
