#include "shelltool/session/connection_judge.h"

#include <utility>

#include "policy/audit_record.h"
#include "policy/event.h"
#include "sandbox/gate/task.h"

namespace shelltool {
namespace {

using policy::Verdict;
using sandbox::Connection;
using sandbox::Ruling;

policy::NetEvent event_of(const Connection& connection) {
  policy::NetEvent event;
  event.host = connection.host;
  event.port = connection.port;
  event.process = connection.process;
  event.profile = connection.place;
  if (connection.host.empty() && !connection.addresses.empty())
    event.address = policy::read_address(connection.addresses.front());
  return event;
}

std::uint64_t turn_of(const Connection& connection) {
  return connection.process ? connection.process->turn : 0;
}

policy::RecordContext context_of(const Connection& connection) {
  policy::RecordContext context{.turn = turn_of(connection)};
  try {
    if (connection.process) context.parent = sandbox::Task(connection.process->pid).parent();
  } catch (const sys::SysError&) {  // it is gone
  }
  return context;
}

/// What an approval is bound to.
std::string key_of(const Connection& connection, const policy::Decision& decision) {
  std::string key = fmt::format("{}:{} {}", connection.host, connection.port, decision.rule);
  if (connection.host.empty() && !connection.addresses.empty()) key += " " + connection.addresses.front();
  if (connection.process && !connection.process->images.empty()) {
    const sandbox::File& file = connection.process->images.front().file;
    key += fmt::format(" {}:{}", file.device, file.inode);
  }
  return key;
}

std::string key_of_process(const Connection& connection, const policy::Decision& decision) {
  return fmt::format("{} {}", connection.process ? connection.process->pid : 0, key_of(connection, decision));
}

}  // namespace

Ruling ConnectionJudge::judge(const Connection& connection, std::uint64_t ticket) {
  try {
    return rule_on(connection, ticket);
  } catch (const sys::Error& error) {
    deny_unrecorded(connection, error);
    return Ruling::deny;
  }
}

sandbox::Reach ConnectionJudge::reachable(const Connection& connection, std::uint64_t ticket) {
  try {
    return reach_of(connection, ticket);
  } catch (const sys::Error& error) {
    deny_unrecorded(connection, error);
    return {};
  }
}

/// What cannot be recorded must not happen.
void ConnectionJudge::deny_unrecorded(const Connection& connection, const sys::Error& error) {
  policy::Decision decision;
  decision.verdict = Verdict::deny;
  decision.rule = "audit.unwritable";
  decision.reason = error.what();
  setup_.deny(connection, decision, policy::words_of(event_of(connection)));
}

Ruling ConnectionJudge::rule_on(const Connection& connection, std::uint64_t ticket) {
  policy::Decision decision = setup_.rules.decide(event_of(connection), setup_.state);
  if (decision.verdict == Verdict::ask && granted_.contains(key_of(connection, decision)))
    decision.verdict = Verdict::allow;
  if (decision.verdict == Verdict::allow) return Ruling::allow;  // on record with the addresses
  if (decision.verdict == Verdict::deny) return deny(connection, std::move(decision));
  return ask(connection, std::move(decision), ticket);
}

Ruling ConnectionJudge::ask(const Connection& connection, policy::Decision decision, std::uint64_t ticket) {
  if (said_no_.contains(key_of_process(connection, decision)))
    return deny(connection, std::move(decision), "Refused at the terminal.");
  record("asked", connection, decision);
  if (setup_.approval == policy::Approval::never)
    return deny(connection, std::move(decision), "Approval is never asked for.");
  if (!setup_.ask) return deny(connection, std::move(decision), setup_.nobody.c_str());
  pending_.insert_or_assign(ticket, Pending{connection, decision, setup_.state.generation});
  setup_.ask({ticket, decision, policy::words_of(event_of(connection)),
              connection.process ? connection.process->cwd : std::string()});
  return Ruling::wait;
}

/// Who names the loopback outside means it.
policy::Decision ConnectionJudge::decide(policy::NetEvent event) const {
  policy::Decision decision = setup_.rules.decide(event, setup_.state);
  if (event.host != sandbox::own_host || decision.rule != policy::internal_rule) return decision;
  event.address.reset();
  return setup_.rules.decide(event, setup_.state);
}

bool ConnectionJudge::is_approved(const Connection& connection, const policy::Decision& decision,
                                  std::uint64_t ticket) const {
  const auto approved = approved_.find(ticket);
  return (approved != approved_.end() && approved->second.contains(decision.rule)) ||
         granted_.contains(key_of(connection, decision));
}

/// Denied where all addresses are; else those that are denied are as if the name did not have them. A name
/// that the owner's proxy looks up has none that we know.
sandbox::Reach ConnectionJudge::reach_of(const Connection& connection, std::uint64_t ticket) {
  sandbox::Reach reach;
  std::optional<policy::Decision> allowance, question, denial;
  const bool is_upstreams_affair = connection.addresses.empty() && !connection.upstream.empty();
  const std::vector<std::string> by_name = {""};
  policy::NetEvent event = event_of(connection);
  for (const std::string& address : is_upstreams_affair ? by_name : connection.addresses) {
    event.address = policy::read_address(address);
    policy::Decision decision = decide(event);
    if (decision.verdict == Verdict::ask && is_approved(connection, decision, ticket))
      decision.verdict = Verdict::allow;
    if (!event.address && !is_upstreams_affair) decision.verdict = Verdict::deny;
    if (decision.verdict == Verdict::allow && event.address) reach.addresses.push_back(address);
    std::optional<policy::Decision>& first = decision.verdict == Verdict::allow ? allowance
                                             : decision.verdict == Verdict::ask ? question
                                                                                : denial;
    if (!first) first = std::move(decision);
  }
  if (!allowance && question) {
    reach.ruling = ask(connection, std::move(*question), ticket);
    return reach;
  }
  approved_.erase(ticket);
  if (allowance) {
    Connection made = connection;
    made.addresses = reach.addresses;
    record("decided", made, *allowance);
    reach.ruling = Ruling::allow;
  } else if (denial) {
    deny(connection, std::move(*denial));
  }
  return reach;
}

void ConnectionJudge::refused(const Connection& connection, const sandbox::Refusal& refusal) {
  policy::Decision decision;
  decision.rule = refusal.rule;
  decision.reason = refusal.reason;
  if (connection.process) decision.chain = chain_of(*connection.process);
  deny(connection, std::move(decision));
}

void ConnectionJudge::ended(const Connection& connection, const sandbox::ConnectionEnd& end) {
  policy::JsonLine fields;
  fields.add("turn", turn_of(connection));
  if (connection.process) fields.add("pid", connection.process->pid);
  fields.add("host", connection.host);
  fields.add("address", end.address);
  fields.add("port", connection.port);
  fields.add("sent", end.sent);
  fields.add("received", end.received);
  if (end.error != 0) fields.add("error", sys::error_text(end.error));
  setup_.audit.write("disconnected", fields.text());
}

bool ConnectionJudge::is_denied_by_now(Pending& pending) const {
  if (pending.generation == setup_.state.generation) return false;
  policy::Decision decision = setup_.rules.decide(event_of(pending.connection), setup_.state);
  if (decision.verdict != Verdict::deny) return false;
  pending.decision = std::move(decision);
  return true;
}

std::optional<bool> ConnectionJudge::answered(std::uint64_t ticket, Answer answer) {
  auto pending = pending_.extract(ticket);
  if (pending.empty()) return std::nullopt;
  auto& [connection, decision, generation] = pending.mapped();
  if (is_denied_by_now(pending.mapped())) {
    deny(connection, decision);
    return false;
  }
  if (answer == Answer::session) granted_.insert(key_of(connection, decision));
  if (answer == Answer::no) {
    said_no_.insert(key_of_process(connection, decision));
    deny(connection, decision, "Refused at the terminal.");
    return false;
  }
  approved_[ticket].insert(decision.rule);
  decision.verdict = Verdict::allow;
  record("answered", connection, decision);
  return true;
}

Ruling ConnectionJudge::deny(const Connection& connection, policy::Decision decision, const char* why) {
  decision.verdict = Verdict::deny;
  if (*why != '\0') decision.reason += fmt::format("{}({})", decision.reason.empty() ? "" : " ", why);
  record("decided", connection, decision);
  setup_.deny(connection, decision, policy::words_of(event_of(connection)));
  return Ruling::deny;
}

void ConnectionJudge::record(const char* what, const Connection& connection,
                             const policy::Decision& decision) {
  policy::JsonLine fields = policy::audit_record(event_of(connection), connection.addresses, decision,
                                                 setup_.state, context_of(connection));
  if (!connection.upstream.empty()) fields.add("upstream", connection.upstream);
  setup_.audit.write(what, fields.text());
}

}  // namespace shelltool
