#include "shelltool/session/dry_run.h"

#include "sandbox/gate/host_event.h"
#include "sandbox/sys/error.h"
#include "shelltool/session/script_run.h"

namespace shelltool {
namespace {

policy::CheckTerms terms_of(const Plan& plan, const policy::RuleSet& rules) {
  return {rules, plan.state(), plan.approval()};
}

policy::Resolver resolver_for(const Plan& plan, sandbox::KnownFiles& known) {
  return [&](const std::vector<std::string>& words, const std::string& cwd) {
    sandbox::Spec there = plan.made.spec;
    there.cwd = cwd;
    return sandbox::resolve_on_host(words, there, known);
  };
}

policy::Check with_something(policy::Check found) {
  if (found.commands.empty())
    throw sys::Error(sys::Kind::invalid, "checking: it cannot be told what this starts: {}",
                     found.unclear.front());
  return found;
}

}  // namespace

policy::Check dry_run(const Plan& plan, const policy::RuleSet& rules, const std::vector<std::string>& argv,
                      const std::string& script) {
  sandbox::KnownFiles known([&] { return rules.known_programs(); });
  const policy::Resolver resolve = resolver_for(plan, known);
  const policy::CheckTerms terms = terms_of(plan, rules);
  const std::string& cwd = plan.made.spec.cwd;
  const std::string& home = plan.made.identity.account.home;
  return with_something(argv.empty() ? policy::check_script(terms, script, cwd, home, resolve)
                                     : policy::check_command(terms, argv, cwd, home, resolve));
}

policy::Check dry_run_script(const Plan& plan, const policy::RuleSet& rules, const std::string& script) {
  policy::Rehearsal rehearsal;
  try {
    rehearsal = rehearse(plan, rules, script);
  } catch (const sys::Error& error) {
    policy::Check read = dry_run(plan, rules, {}, script);
    read.unclear.push_back(std::string("this was only read, and not run dry: ") + error.what());
    return read;
  }
  sandbox::KnownFiles known([&] { return rules.known_programs(); });
  policy::CheckTerms terms = terms_of(plan, rules);
  terms.shell = script_shell();
  return with_something(policy::check_rehearsal(terms, rehearsal, script, plan.made.spec.cwd,
                                                plan.made.identity.account.home, resolver_for(plan, known)));
}

}  // namespace shelltool
