#include "shelltool/session/login_shell.h"

#include <fcntl.h>
#include <unistd.h>

#include <chrono>

#include "policy/audit.h"
#include "sandbox/supervisor.h"
#include "sandbox/sys/path.h"
#include "shelltool/session/capture.h"
#include "shelltool/session/redirection.h"
#include "shelltool/session/turn_judge.h"
#include "shelltool/setup/environment.h"
#include "shelltool/setup/login_exports.h"

namespace shelltool {
namespace {

constexpr std::chrono::seconds longest_profile(2);

/// As login(1) starts it: what is ours would come back as what the shell exports.
sandbox::Spec spec_for(const Plan& plan, const Account& account, std::vector<std::string> argv) {
  sandbox::Spec spec = plan.made.spec;
  spec.argv = std::move(argv);
  spec.env = strings_of({{"HOME", account.home},
                         {"USER", account.name},
                         {"LOGNAME", account.name},
                         {"SHELL", account.shell},
                         {"PATH", usual_path}});
  spec.cwd = sys::real_path(account.home).value_or("/");
  spec.mode = sandbox::Mode::read_only;
  spec.network = sandbox::Network::none;
  spec.caches.clear();
  return spec;
}

std::optional<Variables> run_login_shell(const Plan& plan, const Account& account,
                                         std::vector<std::string> argv) {
  const sandbox::Spec spec = spec_for(plan, account, std::move(argv));
  const policy::RuleSet rules = lasting_rules_of(plan);
  make_private_directory(plan.places.audit());
  policy::Audit audit(
      {plan.places.audit() + "/login-shell.jsonl", "login-shell", false, plan.config.audit.rotate});
  policy::State state = plan.state();
  state.mode = spec.mode;
  state.network = spec.network;
  TurnJudge judge(
      {rules, audit, state, policy::Approval::never, plan.config.audit.redact == config::Redact::default_});
  sys::Reactor reactor;
  Capture capture(reactor);
  sandbox::Outcome outcome;
  const sandbox::Supervisor::Handlers handlers{[&](const sandbox::Outcome& how) {
                                                 outcome = how;
                                                 reactor.stop();
                                               },
                                               {}};
  const auto judging = [&]() -> sandbox::Supervisor::Judging {
    sandbox::GateOptions gate;
    gate.reading = {spec.user.uid, true, true};
    gate.known = sandbox::KnownFiles([&] { return rules.known_programs(); });
    return {judge, std::move(gate)};
  };
  std::optional<Redirection> redirection;
  const sys::Fd nothing = sys::open_file("/dev/null", O_RDWR);
  redirection.emplace(nothing.get(), capture.write_end(), nothing.get());
  sandbox::Supervisor supervisor(reactor, spec, judging, handlers);
  redirection.reset();
  capture.close_write_end();
  supervisor.end_after(longest_profile);
  reactor.run();
  capture.finish();
  if (outcome.timed_out || capture.truncated()) return std::nullopt;
  return parse_login_exports(capture.text());
}

void ask_login_shell(const Plan& plan, const Account& account) {
  std::vector<std::string> argv = login_shell_command(account);
  std::optional<Variables> exports;
  try {
    if (!argv.empty()) exports = run_login_shell(plan, account, std::move(argv));
    keep_login_exports(plan.places, account, exports);
  } catch (const sys::Error&) {
    // A broken rules file, a sandbox that cannot be built: the command itself will say so, if it matters to
    // it.
  }
}

}  // namespace

Plan settled_plan(const CommonOptions& common, const CommandOptions& command,
                  const std::vector<std::string>& argv) {
  Plan plan = make_plan(common, command, argv);
  if (plan.made.unasked && can_keep_login_exports(plan.places)) {
    ask_login_shell(plan, *plan.made.unasked);
    plan = make_plan(common, command, argv);
  }
  prepare_host(plan.made, plan.places);
  return plan;
}

}  // namespace shelltool
