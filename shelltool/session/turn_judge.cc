#include "shelltool/session/turn_judge.h"

#include "policy/audit_record.h"
#include "sandbox/gate/task.h"
#include "sandbox/sys/error.h"

namespace shelltool {
namespace {

using policy::Approval;
using policy::Verdict;
using sandbox::Occasion;
using sandbox::Ruling;

constexpr const char* refused_at_terminal = " (Refused at the terminal.)";

/// What an approval is bound to: program, arguments, directory, profile.
std::string approval_key(const sandbox::ExecEvent& event, const policy::Decision& decision) {
  std::string key = fmt::format("{}:{}", event.images.front().file.device, event.images.front().file.inode);
  for (const std::string* part :
       {&event.images.front().called, &event.cwd, &decision.profile, &decision.rule})
    key.append(1, '\0').append(*part);
  for (const std::string& word : event.images.front().argv) key.append(1, '\0').append(word);
  return key;
}

/// What a process is not asked for a second time: a shell tries the same program under /usr/bin and /bin.
std::string refusal_key(const sandbox::ExecEvent& event, const policy::Decision& decision) {
  const sandbox::Image& image = event.images.front();
  std::string key = fmt::format("{}:{}:{}", event.pid, image.file.device, image.file.inode);
  for (const std::string* part : {&event.cwd, &decision.profile, &decision.rule})
    key.append(1, '\0').append(*part);
  for (const std::string& word : image.argv) key.append(1, '\0').append(word);
  return key;
}

pid_t parent_of(pid_t process) {
  try {
    return sandbox::Task(process).parent();
  } catch (const sys::SysError&) {
    return 0;
  }
}

const std::vector<std::string>& argv_of(const sandbox::ExecEvent& event) {
  static const std::vector<std::string> unknown = {"(unreadable)"};
  return event.images.empty() ? unknown : event.images.front().argv;
}

}  // namespace

TurnJudge::TurnJudge(Setup setup)
    : setup_(std::move(setup)),
      connections_({setup_.rules, setup_.audit, setup_.state, setup_.approval,
                    [this](const sandbox::Connection& connection, const policy::Decision& decision,
                           std::vector<std::string> words) {
                      static const sandbox::ExecEvent nobody;
                      const sandbox::ExecEvent& process = connection.process ? *connection.process : nobody;
                      deny({decision, std::move(words), false, 1, policy::EventKind::net}, process);
                    },
                    setup_.ask, setup_.nobody}) {}

Ruling TurnJudge::judge(const sandbox::ExecEvent& event, Occasion occasion, std::uint64_t ticket) {
  const auto meant = event.caller ? meant_.end() : meant_.find(event.turn);
  if (meant == meant_.end()) return rule_on({}, event, occasion, ticket);
  sandbox::ExecEvent as_meant = event;
  as_meant.images.front().argv = std::exchange(meant->second, {});
  meant_.erase(meant);
  return rule_on({}, as_meant, occasion, ticket);
}

Ruling TurnJudge::judge_at(const Place& place, const sandbox::ExecEvent& event, Occasion occasion,
                           std::uint64_t ticket) {
  return rule_on(place, event, occasion, ticket);
}

/// With the profile that it will run in. What no rule moves stays where it is if that keeps it.
policy::Decision TurnJudge::decide(const Place& place, const sandbox::ExecEvent& event) const {
  policy::Decision decision = policy::decide(setup_.rules, event, setup_.state, setup_.approval);
  if (decision.profile.empty() && (!place.keeps || place.keeps(event, event.pid == place.process)))
    decision.profile = place.profile;
  return decision;
}

std::optional<std::string> TurnJudge::place_of(std::uint64_t ticket) {
  auto place = places_.extract(ticket);
  return place.empty() ? std::nullopt : std::make_optional(std::move(place.mapped()));
}

Ruling TurnJudge::rule_on(const Place& place, const sandbox::ExecEvent& event, Occasion occasion,
                          std::uint64_t ticket) {
  allowed_.reset();
  places_.erase(ticket);
  setup_.state.now = policy::now();
  try {
    policy::Decision decision = decide(place, event);
    const bool moves = decision.profile != place.profile;
    if (decision.verdict == Verdict::ask && granted_.contains(approval_key(event, decision)))
      decision.verdict = Verdict::allow;
    const bool found = occasion == Occasion::found;
    if (decision.verdict == Verdict::allow && !(found && moves)) {
      if (moves) places_[ticket] = decision.profile;
      if (!event.caller) started_.insert_or_assign(event.turn, event);
      return allow(found ? "rejudged" : "decided", event, std::move(decision));
    }
    if (decision.verdict == Verdict::deny || found) {
      record(found ? "raced" : "decided", event, decision);
      return deny(event, decision);
    }
    if (said_no_.contains(refusal_key(event, decision))) {
      decision.verdict = Verdict::deny;
      decision.reason += refused_at_terminal;
      record("decided", event, decision);
      return deny(event, decision);
    }
    record("asked", event, decision);
    if (setup_.approval == Approval::never || !setup_.ask) {
      decision.verdict = Verdict::deny;
      decision.reason += fmt::format(
          " ({})", setup_.approval == Approval::never ? "Approval is never asked for." : setup_.nobody);
      record("decided", event, decision);
      return deny(event, decision);
    }
    pending_.emplace(ticket, Pending{event, decision, moves, setup_.state.generation});
    setup_.ask({ticket, decision, argv_of(event), event.cwd});
    return Ruling::wait;
  } catch (const sys::Error& error) {
    return deny_unrecorded(event, error);
  }
}

/// Records at once what would otherwise be killed where it could be denied: without a sign that recording
/// works, and the first program of a turn, which may be judged as another.
Ruling TurnJudge::allow(const char* what, const sandbox::ExecEvent& event, policy::Decision decision) {
  if (!is_recording_ || !event.caller)
    record(what, event, decision);
  else
    allowed_.emplace(Allowed{what, std::move(decision)});
  return Ruling::allow;
}

bool TurnJudge::reads_environment() {
  if (setup_.refresh) setup_.refresh();
  return setup_.rules.reads_environment();
}

bool TurnJudge::record_allowed(const sandbox::ExecEvent& event) {
  const std::optional<Allowed> allowed = std::exchange(allowed_, std::nullopt);
  if (!allowed) return true;
  try {
    record(allowed->what, event, allowed->decision);
    return true;
  } catch (const sys::Error& error) {
    deny_unrecorded(event, error);
    return false;
  }
}

/// What cannot be recorded must not happen.
Ruling TurnJudge::deny_unrecorded(const sandbox::ExecEvent& event, const sys::Error& error) {
  policy::Decision unrecorded;
  unrecorded.verdict = Verdict::deny;
  unrecorded.rule = "audit.unwritable";
  unrecorded.reason = error.what();
  unrecorded.chain = chain_of(event);
  return deny(event, unrecorded);
}

Ruling TurnJudge::deny(const sandbox::ExecEvent& event, const policy::Decision& decision) {
  deny({decision, argv_of(event), event.top}, event);
  return Ruling::deny;
}

void TurnJudge::deny(const Denial& denial, const sandbox::ExecEvent& event) {
  const bool is_first = denials_[event.turn].add(denial);
  if (setup_.denied) setup_.denied(denial, event, is_first);
}

/// Of what is judged without an exec of its own.
void TurnJudge::look() {
  if (setup_.refresh) setup_.refresh();
  setup_.state.now = policy::now();
}

Ruling TurnJudge::judge_connection(const sandbox::Connection& connection, std::uint64_t ticket) {
  look();
  return connections_.judge(connection, ticket);
}

sandbox::Reach TurnJudge::reachable(const sandbox::Connection& connection, std::uint64_t ticket) {
  look();
  return connections_.reachable(connection, ticket);
}

void TurnJudge::connection_refused(const sandbox::Connection& connection, const sandbox::Refusal& refusal) {
  connections_.refused(connection, refusal);
}

void TurnJudge::connection_ended(const sandbox::Connection& connection, const sandbox::ConnectionEnd& end) {
  connections_.ended(connection, end);
}

bool TurnJudge::judge_as(std::uint64_t turn, const std::vector<std::string>& argv) {
  meant_[turn] = argv;
  const auto found = started_.find(turn);
  if (found == started_.end()) return true;
  constexpr std::uint64_t no_ticket = 0;
  const Ruling ruling = judge(found->second, Occasion::asked, no_ticket);
  if (ruling == Ruling::wait) answered(no_ticket, Answer::no);
  return ruling == Ruling::allow && !place_of(no_ticket);  // it runs where it is
}

DenialLog TurnJudge::take_denials(std::uint64_t turn) {
  started_.erase(turn);
  meant_.erase(turn);
  auto log = denials_.extract(turn);
  return log.empty() ? DenialLog() : std::move(log.mapped());
}

void TurnJudge::refused(const sandbox::ExecEvent& event, const sandbox::Refusal& refusal) {
  policy::Decision decision;
  decision.verdict = Verdict::deny;
  decision.rule = refusal.rule;
  decision.reason = refusal.reason;
  decision.chain = chain_of(event);
  deny(event, decision);
  record("decided", event, decision);
}

void TurnJudge::withdrawn(std::uint64_t ticket) {
  const bool was_asked = pending_.erase(ticket) != 0 || connections_.withdrawn(ticket);
  if (was_asked && setup_.withdraw) setup_.withdraw(ticket);
}

void TurnJudge::set_state(sandbox::Mode mode, sandbox::Network network, std::uint64_t generation) {
  setup_.state.mode = mode;
  setup_.state.network = network;
  setup_.state.generation = generation;
}

/// Under another state than it was asked about.
bool TurnJudge::is_denied_by_now(Pending& pending) {
  if (pending.generation == setup_.state.generation) return false;
  policy::Decision decision = policy::decide(setup_.rules, pending.event, setup_.state, setup_.approval);
  if (decision.verdict != Verdict::deny) return false;
  pending.decision = std::move(decision);
  return true;
}

bool TurnJudge::answered(std::uint64_t ticket, Answer answer) {
  if (const std::optional<bool> allowed = connections_.answered(ticket, answer)) return *allowed;
  auto pending = pending_.extract(ticket);
  if (pending.empty()) return false;
  auto& [event, decision, moves, generation] = pending.mapped();
  if (is_denied_by_now(pending.mapped())) {
    record("decided", event, decision);
    deny(event, decision);
    return false;
  }
  if (answer == Answer::session) granted_.insert(approval_key(event, decision));
  if (answer == Answer::no) said_no_.insert(refusal_key(event, decision));
  decision.verdict = answer == Answer::no ? Verdict::deny : Verdict::allow;
  if (answer == Answer::no) decision.reason += refused_at_terminal;
  record("answered", event, decision);
  if (answer == Answer::no) deny(event, decision);
  if (answer != Answer::no && moves) places_[ticket] = decision.profile;
  return answer != Answer::no;
}

void TurnJudge::record(const char* what, const sandbox::ExecEvent& event, const policy::Decision& decision) {
  is_recording_ = false;
  const policy::RecordContext context{event.turn, setup_.redact, parent_of(event.pid)};
  setup_.audit.write(what, audit_record(event, decision, setup_.state, context).text());
  is_recording_ = true;
}

}  // namespace shelltool
