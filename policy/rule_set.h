#pragma once
/// Rules, compiled: from what the owner wrote to decisions. Pure: the same event under the same state is
/// always decided the same way. For one thread: what is built in is read when it is first needed.

#include <memory>
#include <string>
#include <vector>

#include "config/node.h"
#include "policy/decision.h"
#include "policy/event.h"
#include "policy/layer.h"
#include "policy/profiles.h"
#include "policy/surroundings.h"
#include "sandbox/exec_event.h"

namespace policy {

struct ExplainedRule;

struct Source {
  enum class Holds { rules, grants };
  Layer layer = Layer::user;
  config::Node document;
  Holds holds = Holds::rules;
};

class RuleSet {
 public:
  /// Throws config::BadInput naming the place; nothing is loaded then. `extends: [builtin:base]` is resolved
  /// here; examples of every rule are run, and a failing one is an error.
  static RuleSet compile(std::vector<Source> sources, const Surroundings& surroundings,
                         std::uint64_t generation = 1);
  RuleSet(RuleSet&&) noexcept;
  RuleSet& operator=(RuleSet&&) noexcept;
  ~RuleSet();

  [[nodiscard]] Decision decide(const sandbox::ExecEvent& event, const State& state) const;
  [[nodiscard]] Decision decide(const FileEvent& event, const State& state) const;
  [[nodiscard]] Decision decide(const NetEvent& event, const State& state) const;
  /// What each rule on such events makes of it: policy/explain.h.
  [[nodiscard]] std::vector<ExplainedRule> explain(const sandbox::ExecEvent& event, const State& state) const;
  [[nodiscard]] std::vector<ExplainedRule> explain(const FileEvent& event, const State& state) const;
  [[nodiscard]] std::vector<ExplainedRule> explain(const NetEvent& event, const State& state) const;
  /// What some rule on net looks at and the event does not say, for people: "the address of a.example". The
  /// decision may be another one when it is known.
  [[nodiscard]] std::vector<std::string> unknowns_of(const NetEvent& event) const;
  /// Of the system's and the user's files, the system's first.
  [[nodiscard]] const std::vector<Profile>& profiles() const;
  /// What is asked for is what `programs` says that this program is made of (`runs`), and is that file
  /// itself.
  [[nodiscard]] bool is_part_of(const sandbox::Image& program, const sandbox::ExecEvent& event) const;
  /// True when some rule looks at the environment, or moves programs; else the gate need not read it.
  [[nodiscard]] bool reads_environment() const;
  /// Where the files lie that rules deny to read or to write: directories or the very files, "/" for what may
  /// be anywhere. Empty when no rule denies any; those of builtin:base lie where the sandbox keeps everybody
  /// from in any case.
  [[nodiscard]] std::vector<std::string> denied_places(EventKind kind) const;
  /// Asks on read and write, which this version does not hold, and on the host's network all but allows on
  /// net: their ids, but for builtin:base's, of which nobody has to be told at each start.
  [[nodiscard]] std::vector<std::string> not_in_force(sandbox::Network network) const;
  /// Files whose unchanged copies are the same program to `deny` and `ask`: absolute paths.
  [[nodiscard]] std::vector<std::string> known_programs() const;

 private:
  struct Compiled;
  explicit RuleSet(std::unique_ptr<Compiled> compiled);
  std::unique_ptr<Compiled> compiled_;
};

constexpr const char* base_name = "builtin:base";
/// What it says: policy/base/*.yaml.
config::Node base_rules();

}  // namespace policy
