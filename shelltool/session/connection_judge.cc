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

std::vector<std::string> ConnectionJudge::reachable(const Connection& connection) {
  try {
    return allowed_of(connection);
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

/// Denied where all are; else those that are denied are as if the name did not have them.
std::vector<std::string> ConnectionJudge::allowed_of(const Connection& connection) {
  std::vector<std::string> allowed;
  std::optional<policy::Decision> denial, allowance;
  policy::NetEvent event = event_of(connection);
  // A person has said yes to this rule, and to no other.
  const std::string approved = connection.approved ? setup_.rules.decide(event, setup_.state).rule : "";
  for (const std::string& address : connection.addresses) {
    event.address = policy::read_address(address);
    policy::Decision decision = decide(event);
    const bool is_asked = decision.verdict == Verdict::ask;
    if (is_asked && (decision.rule == approved || granted_.contains(key_of(connection, decision))))
      decision.verdict = Verdict::allow;
    if (event.address && decision.verdict == Verdict::allow) {
      allowed.push_back(address);
      if (!allowance) allowance = std::move(decision);
    } else if (!denial) {
      denial = std::move(decision);
    }
  }
  if (allowance) {
    Connection made = connection;
    made.addresses = allowed;
    record("decided", made, *allowance);
  } else if (denial) {
    const bool is_asked = denial->verdict == Verdict::ask;
    deny(connection, std::move(*denial),
         is_asked ? "A rule on its address asks, and nobody is asked then." : "");
  }
  return allowed;
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
  setup_.audit.write(what, policy::audit_record(event_of(connection), connection.addresses, decision,
                                                setup_.state, context_of(connection))
                               .text());
}

}  // namespace shelltool
