/// What a decision costs with 10 rules and with 10,000: the ratio, and microseconds; and what loading those
/// costs.

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "config/kept_trees.h"
#include "policy/rule_set.h"

namespace {

using Clock = std::chrono::steady_clock;

std::string text_of(int count) {
  std::string text = "version: 1\nrules:\n";
  for (int number = 0; number < count; ++number) {
    // Most rules are about other programs; every tenth is about git, another command each.
    const std::string when =
        number % 10 == 9 ? fmt::format("{{program: git, args: [command{}], options: {{any: [-f]}}}}", number)
                         : fmt::format("{{program: program{}, options: {{any: [-f, --force]}}}}", number);
    text += fmt::format("  - {{id: r{}, event: exec, when: {}, verdict: deny, reason: r}}\n", number, when);
  }
  text +=
      "  - {id: push, event: exec, when: {program: git, args: [push], options: {any: [-f]}}, verdict: deny, "
      "reason: r}\n";
  return text;
}

policy::RuleSet compile(config::Node rules) {
  return policy::RuleSet::compile({{policy::Layer::user, std::move(rules)}},
                                  {"/home/u", {"/ws"}, {"/usr/bin"}});
}

policy::RuleSet rules_of(int count) { return compile(config::read_yaml(text_of(count), "rules.yaml")); }

/// In milliseconds, of a file that has been read before, and of one that has not.
double load(const config::KeptTrees& trees, const std::string& text) {
  const auto begin = Clock::now();
  compile(trees.read(text, "rules.yaml"));
  return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

bool compare_loading() {
  std::string directory = "/tmp/gatehouse-bench.XXXXXX";
  if (::mkdtemp(directory.data()) == nullptr) return false;
  const config::KeptTrees trees(directory + "/trees");
  const std::string text = text_of(10'000);
  const double first = load(trees, text);
  const double again = load(trees, text);
  std::filesystem::remove_all(directory);
  fmt::print("loading 10,000 rules: {:.0f} ms, and {:.0f} ms the first time (target: 200)\n", again, first);
  return again <= 200;
}

sandbox::ExecEvent event_of(const std::string& name, std::vector<std::string> argv) {
  sandbox::ExecEvent event;
  event.cwd = "/ws";
  sandbox::File file;
  file.path = "/usr/bin/" + name;
  event.images.push_back({file.path, file, std::move(argv)});
  return event;
}

/// Rules on files and connections, each about others.
policy::RuleSet target_rules_of(int count) {
  std::string text = "version: 1\nrules:\n";
  for (int number = 0; number < count; ++number) {
    text += number % 2 == 0
                ? fmt::format(
                      "  - {{id: r{0}, event: [read, write], when: {{path: [\"**/n{0}\", \"~/d{0}/**\"]}}, "
                      "verdict: deny, reason: r}}\n",
                      number)
                : fmt::format(
                      "  - {{id: r{0}, event: net, when: {{host: [\"*.n{0}.example\", 10.{1}.{2}.0/24]}}, "
                      "verdict: deny, reason: r}}\n",
                      number, number / 256, number % 256);
  }
  return compile(config::read_yaml(text, "rules.yaml"));
}

/// The median of rounds, in microseconds.
template <class Event>
double cost(const policy::RuleSet& rules, const Event& event) {
  constexpr int rounds = 31;
  constexpr int calls = 1000;
  std::vector<double> costs;
  std::size_t kept = 0;
  for (int round = 0; round < rounds; ++round) {
    const auto begin = Clock::now();
    for (int call = 0; call < calls; ++call) kept += rules.decide(event, {}).rule.size();
    costs.push_back(std::chrono::duration<double, std::micro>(Clock::now() - begin).count() / calls);
  }
  std::nth_element(costs.begin(), costs.begin() + rounds / 2, costs.end());
  return kept == 0 ? -1 : costs[rounds / 2];
}

/// False where a target is missed.
template <class Event>
bool compare(const std::string& name, const policy::RuleSet& few, const policy::RuleSet& many,
             const Event& event) {
  const double with_few = cost(few, event);
  const double with_many = cost(many, event);
  const double ratio = with_many / with_few;
  fmt::print("{:<28} {:>6.2f} µs {:>6.2f} µs {:>7.2f}\n", name, with_few, with_many, ratio);
  return ratio <= 2 && with_many <= 10;
}

}  // namespace

int main() {
  const policy::RuleSet many = rules_of(10'000);
  const policy::RuleSet few = rules_of(10);
  bool reached = true;
  fmt::print("{:<28} {:>9} {:>9} {:>7}\n", "decision", "10", "10,000", "ratio");
  for (const auto& event :
       {event_of("git", {"git", "-C", "x", "push", "-f", "origin"}), event_of("git", {"git", "status"}),
        event_of("cc1plus", {"cc1plus", "-O2", "x.cc"})}) {
    const std::vector<std::string>& argv = event.images[0].argv;
    reached = compare(argv[0] + " " + argv.back(), few, many, event) && reached;
  }
  const policy::RuleSet few_targets = target_rules_of(10);
  const policy::RuleSet many_targets = target_rules_of(10'000);
  const policy::FileEvent file = policy::file_event(policy::EventKind::read, "src/deep/down/in/file.cc",
                                                    "/ws", "/home/u", policy::Resolve::by_name);
  reached = compare("read file.cc", few_targets, many_targets, file) && reached;
  for (const char* to : {"registry.example:443", "10.200.0.1:443"})
    reached = compare(fmt::format("net {}", to), few_targets, many_targets, policy::net_event(to)) && reached;
  fmt::print("target: ratio ≤ 2, ≤ 10 µs: {}\n", reached ? "met" : "missed");
  reached = compare_loading() && reached;
  return reached ? EXIT_SUCCESS : EXIT_FAILURE;
}
