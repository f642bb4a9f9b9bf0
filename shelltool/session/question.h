#pragma once
/// What the rules are asked about without running anything: a command, a file or a connection.

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "policy/check.h"
#include "policy/event.h"
#include "policy/explanation.h"
#include "shelltool/setup/plan.h"

namespace shelltool {

struct RulesQuestion {
  std::vector<std::string> argv;  ///< the command; with `net`, what connects
  std::string script;             ///< the same as shell text
  bool runs_script = false;       ///< dry; else it is only read, as where other sandboxes live on this thread
  std::optional<std::string> read, write, net;
};

/// Something that would happen, and what is decided about it.
struct Judged {
  std::variant<sandbox::ExecEvent, policy::FileEvent, policy::NetEvent> event;
  std::vector<std::string> words;  ///< like a command line
  policy::Decision decision;
  policy::Sight sight = policy::Sight::text;  ///< of a command
};
nlohmann::ordered_json event_json(const Judged& judged);

struct RulesAnswer {
  std::vector<Judged> judged;        ///< a command has several when it starts others
  std::size_t decider = 0;           ///< the strictest of them
  std::vector<std::string> unclear;  ///< sentences: what cannot be told
};

/// The plan in which the question is asked. Throws sys::Error unless exactly one thing is asked about.
Plan plan_for(const RulesQuestion& question, const CommonOptions& common, const CommandOptions& command);
/// Throws as dry_run does.
RulesAnswer ask(const RulesQuestion& question, const Plan& plan, const policy::RuleSet& rules);
/// What each rule makes of it.
policy::Explanation explain(const Judged& judged, const Plan& plan, const policy::RuleSet& rules);

}  // namespace shelltool
