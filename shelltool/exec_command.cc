#include "shelltool/exec_command.h"

#include <fcntl.h>
#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "policy/audit.h"
#include "policy/decision_json.h"
#include "policy/denial.h"
#include "sandbox/guard/guard.h"
#include "sandbox/supervisor.h"
#include "sandbox/sys/error.h"
#include "sandbox/sys/text.h"
#include "shelltool/asker.h"
#include "shelltool/capture.h"
#include "shelltool/job.h"
#include "shelltool/login_exports.h"
#include "shelltool/login_shell.h"
#include "shelltool/notice.h"
#include "shelltool/plan.h"
#include "shelltool/redirection.h"
#include "shelltool/report.h"
#include "shelltool/turn_judge.h"

namespace shelltool {
namespace {

std::string new_session_id() {
  std::uint64_t random = 0;
  if (::getrandom(&random, sizeof random, 0) != sizeof random)
    throw sys::SysError(errno, "drawing a session id");
  return fmt::format("{:012x}", random >> 16U);
}

Approval approval_of(config::ApprovalPolicy policy) {
  switch (policy) {
    case config::ApprovalPolicy::never:
      return Approval::never;
    case config::ApprovalPolicy::untrusted:
      return Approval::untrusted;
    case config::ApprovalPolicy::on_request:
      return Approval::on_request;
  }
  return Approval::never;
}

policy::Audit open_audit(const Plan& plan, const ExecOptions& options, const std::string& session) {
  std::string path = options.common.audit;
  if (path.empty()) {
    make_private_directory(plan.places.audit());
    policy::prune_audit(plan.places.audit(), plan.config.audit.keep);
    path = plan.places.audit() + "/" + session + ".jsonl";
  }
  const config::Config& config = plan.config;
  return policy::Audit({path, session, config.audit.sync == config::AuditSync::each, config.audit.rotate});
}

class ExecTurn {
 public:
  ExecTurn(Plan& plan, const ExecOptions& options);
  int run();

 private:
  TurnJudge::Setup judge_setup();
  sandbox::Supervisor::Judging prepare_judging();
  std::optional<sandbox::ProtectedNames> protect();
  void guard(sandbox::ProtectedNames names);
  void start();
  void check_tier() const;
  void say_what_is_missing();
  void finish();
  void answer(std::uint64_t ticket, Answer answer);
  void record_end(const TurnReport& report);
  int status(const sandbox::Outcome& outcome) const;
  [[nodiscard]] const std::string& home() const { return plan_.made.identity.account.home; }

  Plan& plan_;
  const ExecOptions& options_;
  std::string session_ = new_session_id();
  policy::Audit audit_;
  sys::Fd report_file_;
  sys::Reactor reactor_;
  Job job_;
  std::optional<Asker> asker_;
  std::optional<policy::RuleSet> rules_;
  std::optional<TurnJudge> judge_;
  std::optional<Capture> capture_;
  std::unique_ptr<sandbox::Guard> guard_;
  std::unique_ptr<sandbox::Supervisor> supervisor_;
  std::vector<std::string> not_scanned_;  // in the report only: it is no news to a person at every command
  TurnReport report_;
};

ExecTurn::ExecTurn(Plan& plan, const ExecOptions& options)
    : plan_(plan),
      options_(options),
      audit_(open_audit(plan, options, session_)),
      job_(reactor_, options.use_terminal ? Terminal::open() : std::nullopt,
           [this](int signal) { supervisor_->signal(signal); }) {
  if (!options.report.empty())
    report_file_ = sys::open_file(options.report, O_WRONLY | O_CREAT | O_TRUNC, 0666);
  if (options.json) capture_.emplace(reactor_);
  if (job_.terminal() != nullptr)
    asker_.emplace(reactor_, job_, home(),
                   [this](std::uint64_t ticket, Answer given) { answer(ticket, given); });
  plan_.made.spec.own.push_back(audit_.path());
}

TurnJudge::Setup ExecTurn::judge_setup() {
  TurnJudge::Setup setup{
      *rules_,
      audit_,
      plan_.state(),
      approval_of(plan_.config.approvals.policy),
      plan_.config.audit.redact == config::Redact::default_,
      [this](const Denial& denial) { say(policy::denial_text(denial.decision, denial.argv, home())); },
      {},
      {}};
  if (job_.terminal() == nullptr) return setup;
  setup.ask = [this](Question question) { asker_->ask(std::move(question)); };
  setup.withdraw = [this](std::uint64_t ticket) { asker_->withdraw(ticket); };
  return setup;
}

void ExecTurn::answer(std::uint64_t ticket, Answer given) {
  bool allowed = false;
  try {
    allowed = judge_->answered(ticket, given);
  } catch (...) {  // unrecorded, so it does not happen
    supervisor_->gate().answer(ticket, false);
    throw;
  }
  supervisor_->gate().answer(ticket, allowed);
}

/// What exists is bound by the launcher; what does not is watched from before the command's first program.
std::optional<sandbox::ProtectedNames> ExecTurn::protect() {
  sandbox::Spec& spec = plan_.made.spec;
  report_.taken = sandbox::sweep_leftovers(plan_.places.state);
  if (spec.mode != sandbox::Mode::workspace_write) return std::nullopt;
  make_private_directory(plan_.places.state);  // the guard's record is written there
  sandbox::ProtectedNames names = sandbox::find_protected_names(spec.writable, plan_.config.sandbox.protect);
  spec.protect.insert(spec.protect.end(), names.protect.begin(), names.protect.end());
  spec.writable.insert(spec.writable.end(), names.added_roots.begin(), names.added_roots.end());
  return names;
}

void ExecTurn::guard(sandbox::ProtectedNames names) {
  not_scanned_ = names.not_scanned;
  sandbox::GuardOptions options;
  options.state_directory = plan_.places.state;
  options.mounts_hold = supervisor_->tier() == sandbox::Tier::a;
  guard_ = std::make_unique<sandbox::Guard>(reactor_, std::move(names), std::move(options));
  guard_->begin();
}

sandbox::Supervisor::Judging ExecTurn::prepare_judging() {
  rules_.emplace(rules_of(plan_));
  judge_.emplace(judge_setup());
  sandbox::GateOptions gate;
  gate.reading = {plan_.made.spec.user.uid, rules_->reads_environment(), options_.shell,
                  plan_.made.spec.mode != sandbox::Mode::danger_full_access};
  gate.allow_tracers = plan_.config.sandbox.allow_tracers;
  gate.known = sandbox::KnownFiles(rules_->known_programs());
  return {*judge_, std::move(gate)};
}

void ExecTurn::start() {
  const sandbox::Supervisor::Handlers handlers{[this](const sandbox::Outcome& outcome) {
                                                 report_.outcome = outcome;
                                                 reactor_.stop();
                                               },
                                               [this](int signal) { job_.stopped(signal); }};
  std::optional<Redirection> redirection;
  if (capture_) redirection.emplace(0, capture_->write_end(), capture_->write_end());
  supervisor_ = std::make_unique<sandbox::Supervisor>(
      reactor_, plan_.made.spec, [this] { return prepare_judging(); }, handlers);
}

void ExecTurn::check_tier() const {
  const std::vector<std::string>& required = plan_.config.sandbox.require;
  const sandbox::Tier tier = supervisor_->tier();
  const auto wants = [&](const char* word) {
    return std::find(required.begin(), required.end(), word) != required.end();
  };
  if ((wants("tier-a") && tier != sandbox::Tier::a) || (wants("tier-b") && tier == sandbox::Tier::c))
    throw sys::Error(sys::Kind::unsupported, "sandbox.require: this machine gives tier {} only{}{}",
                     sandbox::name_of(tier), supervisor_->missing().empty() ? "" : ": ",
                     supervisor_->missing().empty() ? "" : supervisor_->missing().front());
}

/// Nothing of this is said where all is as it should be, so that the output equals the plain command's.
void ExecTurn::say_what_is_missing() {
  std::vector<std::string>& notes = report_.notes;
  notes = supervisor_->missing();
  if (supervisor_->tier() != sandbox::Tier::a && !notes.empty())
    notes.front() = fmt::format("tier {}: {}", sandbox::name_of(supervisor_->tier()), notes.front());
  notes.insert(notes.end(), plan_.made.notes.begin(), plan_.made.notes.end());
  for (const std::string& note : notes) say(note);
  notes.insert(notes.end(), not_scanned_.begin(), not_scanned_.end());
}

int ExecTurn::run() {
  std::optional<sandbox::ProtectedNames> names = protect();
  start();
  if (names) guard(std::move(*names));
  if (capture_) capture_->close_write_end();
  check_tier();
  judge_->set_tier(supervisor_->tier());
  say_what_is_missing();
  job_.started(supervisor_->process_group());
  const auto limit = options_.timeout.count() > 0 ? options_.timeout : plan_.config.limits.wall;
  if (limit.count() > 0) supervisor_->end_after(limit);
  reactor_.run();
  job_.ended();
  finish();
  return status(report_.outcome);
}

void ExecTurn::finish() {
  if (capture_) {
    capture_->finish();
    report_.output = capture_->text();
    report_.truncated = capture_->truncated();
  }
  if (guard_)
    for (sandbox::Taken& taken : guard_->finish()) report_.taken.push_back(std::move(taken));
  for (const sandbox::Taken& taken : report_.taken) say(taken.sentence());
  report_.cwd = plan_.made.spec.cwd;
  report_.session = session_;
  report_.state = judge_->state();
  report_.denials = judge_->denials();
  report_.execs = supervisor_->gate().counts();
  report_.audit = audit_.path();
  record_end(report_);
  if (options_.json) sys::write_all(1, report_text(report_), "standard output");
  if (report_file_) sys::write_all(report_file_.get(), report_text(report_), options_.report);
}

void ExecTurn::record_end(const TurnReport& report) {
  nlohmann::ordered_json fields = report_json(report);
  for (const char* repeated : {"denials", "output", "session", "audit", "notes"}) fields.erase(repeated);
  audit_.write("ended", policy::json_text(fields));
}

int ExecTurn::status(const sandbox::Outcome& outcome) const {
  if (outcome.timed_out) return status_timed_out;
  if (outcome.exec_error == 0) return outcome.status.as_shell();
  const bool denied = !report_.denials.empty() && outcome.exec_error == EACCES;
  if (!denied)
    say(fmt::format("{}: {}", sys::visible(options_.argv.front()), sys::error_text(outcome.exec_error)));
  return outcome.exec_error == ENOENT || outcome.exec_error == ENOTDIR ? status_not_found : status_denied;
}

}  // namespace

int run_exec(const ExecOptions& options) {
  Plan plan = make_plan(options.common, options.command, options.argv);
  if (plan.made.unasked && can_keep_login_exports(plan.places)) {
    ask_login_shell(plan, *plan.made.unasked);
    plan = make_plan(options.common, options.command, options.argv);
  }
  prepare_host(plan.made, plan.places);
  return ExecTurn(plan, options).run();
}

}  // namespace shelltool
