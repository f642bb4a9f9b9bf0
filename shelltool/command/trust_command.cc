#include "shelltool/command/trust_command.h"

#include <fmt/core.h>

#include "sandbox/sys/error.h"
#include "sandbox/sys/text.h"
#include "shelltool/command/owner.h"
#include "shelltool/command/terminal.h"
#include "shelltool/setup/plan.h"
#include "shelltool/setup/project_rules.h"

namespace shelltool {
namespace {

/// As a person should see what a stranger wrote: nothing that moves the cursor or hides text.
std::string shown_text(std::string_view text) {
  std::string shown;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    shown.append("  ").append(sys::visible(text.substr(0, end))).push_back('\n');
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return shown;
}

/// With everything else that is in force, as they would be read.
void check(const Plan& plan, const ProjectRules& rules) {
  std::vector<policy::Source> sources = rules_files_of(plan).read();
  std::erase_if(sources,
                [&](const policy::Source& source) { return source.document.place.file == rules.path; });
  sources.push_back({policy::Layer::project, config::read_yaml(*rules.text, rules.path)});
  (void)policy::RuleSet::compile(sources, surroundings_of(plan));
}

int withdraw(const Plan& plan, const std::string& workspace) {
  const bool was_trusted = withdraw_trust(plan.places, workspace);
  fmt::print("{}: its rules {}\n", sys::visible(workspace),
             was_trusted ? "do not count any more" : "were not trusted");
  return 0;
}

}  // namespace

int run_trust(const TrustOptions& options) {
  require_owner("no rules are trusted");
  const Plan plan = make_plan(options.common, {}, {});
  const std::string& workspace = plan.workspace.roots.front();
  if (options.remove) return withdraw(plan, workspace);
  const ProjectRules rules = find_project_rules(plan.places, workspace);
  const std::string path = sys::visible(rules.path);
  if (!rules.trouble.empty())
    throw sys::Error(sys::Kind::invalid, "trusting the project's rules: {}", rules.trouble);
  if (!rules.text) throw sys::Error(sys::Kind::invalid, "trusting the project's rules: there is no {}", path);
  if (rules.text == rules.trusted) {
    fmt::print("{}: trusted already, as it is\n", path);
    return 0;
  }
  check(plan, rules);
  fmt::print("{}:\n{}These rules can deny and ask; what they allow counts only where you delegate it.\n",
             path, shown_text(*rules.text));
  std::fflush(stdout);
  if (!options.yes && !is_confirmed("Trust " + path + " as it is?")) {
    fmt::print("{}: not trusted\n", path);
    return 1;
  }
  trust(plan.places, workspace, *rules.text);
  fmt::print("{}: trusted\n", path);
  return 0;
}

}  // namespace shelltool
