#include "shelltool/session/dry_run.h"

#include "sandbox/gate/host_event.h"
#include "sandbox/sys/error.h"

namespace shelltool {

policy::Check dry_run(const Plan& plan, const policy::RuleSet& rules, const std::vector<std::string>& argv,
                      const std::string& script) {
  const sandbox::Spec& spec = plan.made.spec;
  sandbox::KnownFiles known([&] { return rules.known_programs(); });
  const policy::Resolver resolve = [&](const std::vector<std::string>& words, const std::string& cwd) {
    sandbox::Spec there = spec;
    there.cwd = cwd;
    return sandbox::resolve_on_host(words, there, known);
  };
  const policy::CheckTerms terms{rules, plan.state(), plan.approval()};
  const std::string& home = plan.made.identity.account.home;
  policy::Check found = argv.empty() ? policy::check_script(terms, script, spec.cwd, home, resolve)
                                     : policy::check_command(terms, argv, spec.cwd, home, resolve);
  if (found.commands.empty())
    throw sys::Error(sys::Kind::invalid, "checking: it cannot be told what this starts: {}",
                     found.unclear.front());
  return found;
}

}  // namespace shelltool
