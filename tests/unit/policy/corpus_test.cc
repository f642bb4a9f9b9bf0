/// builtin:base, measured by tests/policy/corpus.yaml: each command and event is judged as `gatehouse policy
/// check` judges it, on a machine that has every program.

#include <doctest/doctest.h>
#include <fmt/core.h>

#include <algorithm>
#include <map>

#include "config/file.h"
#include "config/reader.h"
#include "policy/check.h"
#include "policy/examples.h"
#include "sandbox/sys/text.h"
#include "tests/unit/data.h"
#include "tests/unit/policy/events.h"

namespace policy {
namespace {

const Surroundings owner{"/home/owner", {"/home/owner/src/app"}, {"/usr/bin", "/bin"}};

struct Entry {
  std::string list, command, why;
  std::string event;  ///< "read ~/.netrc", "net a.example:443"; empty: the command is judged
  Verdict wanted = Verdict::allow;
  bool stopped_by_sandbox = false;
  int line = 0;
};

std::string event_in(const config::MapReader& map) {
  const config::Node* const event = map.find("event");
  if (event == nullptr) return {};
  if (const config::Node* const path = map.find("path"))
    return fmt::format("{} {}", event->scalar, config::read_string(*path));
  return fmt::format("{} {}:{}", event->scalar, config::read_string(map.need("host")),
                     map.need("port").scalar);
}

std::vector<Entry> read_corpus() {
  const config::Node corpus = config::read_yaml_file(tests::data_file("../policy/corpus.yaml"));
  std::vector<Entry> entries;
  for (const config::Entry& list : corpus.entries) {
    for (const config::Node& node : list.value.items) {
      const config::MapReader map(
          node, {"command", "event", "path", "host", "port", "verdict", "stopped_by", "why"});
      Entry entry;
      entry.list = list.key.scalar;
      entry.why = config::read_string(map.need("why"));
      entry.wanted = config::read_word<Verdict>(
          map.need("verdict"), {{"allow", Verdict::allow}, {"ask", Verdict::ask}, {"deny", Verdict::deny}});
      if (const config::Node* command = map.find("command")) entry.command = config::read_string(*command);
      entry.event = event_in(map);
      entry.stopped_by_sandbox = map.find("stopped_by") != nullptr;
      entry.line = node.place.line;
      entries.push_back(std::move(entry));
    }
  }
  return entries;
}

/// A bare name lies where any system has it, whether this one does or not.
sandbox::ExecEvent resolve(const std::vector<std::string>& argv, const std::string& cwd) {
  const std::string& called = argv.front();
  if (called.find('/') == std::string::npos) return tests::event_of(argv, tests::program_file(called));
  sandbox::File file = tests::system_file(sys::normal_path(called, cwd));
  if (sys::is_within_any(file.path, {owner.workspaces.front(), "/tmp"}))
    file = {};  // not there before it is built
  return tests::event_of(argv, std::move(file));
}

Check dry_run(const RuleSet& rules, const std::string& command) {
  return check_script({rules, State()}, command, owner.workspaces.front(), owner.home, resolve);
}

/// Nobody knows which program opens the file or connects.
Decision decide_event(const RuleSet& rules, const std::string& text) {
  const Spoken spoken = spoken_event(text).value();
  if (spoken.kind == EventKind::net) return rules.decide(net_event(spoken.what), State());
  return rules.decide(
      file_event(spoken.kind, spoken.what, owner.workspaces.front(), owner.home, Resolve::by_name), State());
}

enum class Outcome { right, wrong_allow, wrong_deny, wrong_ask, cannot_tell, not_for_rules };

struct Judged {
  const Entry* entry = nullptr;
  Outcome outcome = Outcome::right;
  Verdict found = Verdict::allow;
  std::string rule;  ///< or what could not be told
};

/// A program that is not there is judged by its name, which is right where it is no other program's copy.
bool is_open(const std::vector<std::string>& unclear) {
  return std::any_of(unclear.begin(), unclear.end(), [](const std::string& sentence) {
    return sentence.find("judged by its name") == std::string::npos;
  });
}

Outcome outcome_of(Verdict found, Verdict wanted, const std::vector<std::string>& unclear) {
  if (found == Verdict::allow && is_open(unclear)) return Outcome::cannot_tell;
  if (found == wanted) return Outcome::right;
  const bool is_clear = unclear.empty();
  if (found < wanted) return is_clear ? Outcome::wrong_allow : Outcome::cannot_tell;
  return found == Verdict::deny ? Outcome::wrong_deny : Outcome::wrong_ask;
}

Judged judge(const RuleSet& rules, const Entry& entry) {
  Judged judged;
  judged.entry = &entry;
  if (!entry.event.empty()) {
    const Decision decision = decide_event(rules, entry.event);
    judged.found = decision.verdict;
    judged.rule = decision.rule;
    judged.outcome = outcome_of(decision.verdict, entry.wanted, {});
    return judged;
  }
  if (entry.stopped_by_sandbox) {
    judged.outcome = Outcome::not_for_rules;
    return judged;
  }
  const Check check = dry_run(rules, entry.command);
  if (!check.commands.empty()) {
    judged.found = check.commands[check.decider].decision.verdict;
    judged.rule = check.commands[check.decider].decision.rule;
  }
  judged.outcome = outcome_of(judged.found, entry.wanted, check.unclear);
  if (judged.outcome == Outcome::cannot_tell) judged.rule = check.unclear.front();
  return judged;
}

const char* word_of(Outcome outcome) {
  constexpr const char* words[] = {"right",     "wrong allow", "wrong deny",
                                   "wrong ask", "cannot tell", "not for rules"};
  return words[static_cast<std::size_t>(outcome)];
}

using Counts = std::map<Outcome, int>;

/// Of one list; what is not as wanted is told line by line.
Counts report(const std::string& list, const std::vector<Judged>& all) {
  Counts counts;
  int size = 0;
  for (const Judged& each : all) {
    if (each.entry->list != list) continue;
    ++size;
    ++counts[each.outcome];
    if (each.outcome >= Outcome::wrong_allow && each.outcome <= Outcome::cannot_tell)
      fmt::print("corpus.yaml:{}: {}: {} ({}; wanted {}: {}) {}\n", each.entry->line, word_of(each.outcome),
                 name_of(each.found), each.rule, name_of(each.entry->wanted), each.entry->why,
                 sys::visible(each.entry->event.empty() ? each.entry->command : each.entry->event));
  }
  std::string figures;
  for (const auto& [outcome, count] : counts) figures += fmt::format(", {} {}", count, word_of(outcome));
  fmt::print("{}: {} entries{}\n", list, size, figures);
  return counts;
}

int size_of(const Counts& counts) {
  int size = 0;
  for (const auto& [outcome, count] : counts) size += count;
  return size;
}

RuleSet base_alone() {
  return RuleSet::compile(
      {{Layer::user, config::read_yaml("version: 1\nextends: [builtin:base]\n", "rules.yaml")}}, owner);
}

std::string line_of(const Decision& decision) {
  std::string line = fmt::format("{} {}", name_of(decision.verdict), decision.rule);
  for (const Matched& matched : decision.matched) line += " " + matched.rule;
  return line;
}

/// Verdict and rule of the event, or of every command that it starts.
std::vector<std::string> said_of(const RuleSet& rules, const Entry& entry) {
  if (!entry.event.empty()) return {line_of(decide_event(rules, entry.event))};
  std::vector<std::string> said;
  for (const CheckedCommand& each : dry_run(rules, entry.command).commands)
    said.push_back(line_of(each.decision));
  return said;
}

TEST_CASE("builtin:base decides the same whether it was read at once or as it was needed") {
  const RuleSet read_at_once = base_alone();
  CHECK_FALSE(read_at_once.known_programs().empty());
  const RuleSet read_on_the_way = base_alone();
  for (const Entry& entry : read_corpus()) {
    if (entry.event.empty() && entry.stopped_by_sandbox) continue;
    CAPTURE(entry.command);
    CAPTURE(entry.event);
    const std::vector<std::string> wanted = said_of(read_at_once, entry);
    CHECK(said_of(base_alone(), entry) == wanted);
    CHECK(said_of(read_on_the_way, entry) == wanted);
  }
}

TEST_CASE("builtin:base does with the corpus what a careful owner wants") {
  const RuleSet rules = base_alone();
  const std::vector<Entry> corpus = read_corpus();
  std::vector<Judged> judged;
  judged.reserve(corpus.size());
  for (const Entry& entry : corpus) judged.push_back(judge(rules, entry));
  Counts ordinary = report("ordinary", judged);
  Counts dangerous = report("dangerous", judged);
  const auto in_all = [&](Outcome outcome) { return ordinary[outcome] + dangerous[outcome]; };
  CHECK(in_all(Outcome::wrong_allow) == 0);
  CHECK(in_all(Outcome::wrong_deny) == 0);
  CHECK(dangerous[Outcome::wrong_ask] == 0);
  CHECK(ordinary[Outcome::wrong_ask] * 100 <= size_of(ordinary) * 3);
  CHECK(in_all(Outcome::right) > 850);
}

}  // namespace
}  // namespace policy
