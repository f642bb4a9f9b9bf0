#include "shelltool/command/exec_command.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <nlohmann/json.hpp>
#include <optional>

#include "policy/decision_json.h"
#include "policy/denial.h"
#include "sandbox/launcher/namespaces.h"
#include "sandbox/launcher/nascent.h"
#include "sandbox/sys/error.h"
#include "sandbox/sys/path.h"
#include "sandbox/sys/text.h"
#include "shelltool/command/asker.h"
#include "shelltool/command/job.h"
#include "shelltool/command/notice.h"
#include "shelltool/control/control_server.h"
#include "shelltool/session/capture.h"
#include "shelltool/session/limit_signs.h"
#include "shelltool/session/login_shell.h"
#include "shelltool/session/redirection.h"
#include "shelltool/session/report.h"
#include "shelltool/session/server_note.h"
#include "shelltool/session/session.h"
#include "shelltool/setup/plan.h"
#include "shelltool/state/live_state.h"
#include "shelltool/state/owner_state.h"

namespace shelltool {
namespace {

class ExecTurn {
 public:
  ExecTurn(Plan plan, const ExecOptions& options, Outer* outer);
  int run(std::optional<sandbox::Nascent> nascent);

 private:
  SessionOptions session_options(Outer* outer);
  void start(std::optional<sandbox::Nascent> nascent);
  void listen();
  void follow(const SandboxState& state, LiveState::Done done);
  void end(const sandbox::Outcome& outcome);
  void finish();
  void pass_on(int signal);
  void write_report() const;
  void record_end(const TurnReport& report);
  int status(const sandbox::Outcome& outcome) const;

  const ExecOptions& options_;
  std::string home_;
  sys::Fd report_file_;
  sys::Reactor reactor_;
  Job job_;
  std::optional<Asker> asker_;
  std::optional<Capture> capture_;
  Session session_;
  LiveState state_;
  LiveState::Done in_force_;
  std::optional<ControlServer> control_;
  TurnReport report_;
};

ExecTurn::ExecTurn(Plan plan, const ExecOptions& options, Outer* outer)
    : options_(options),
      home_(plan.made.identity.account.home),
      job_(reactor_, options.use_terminal ? Terminal::open() : std::nullopt,
           [this](int signal) { pass_on(signal); }),
      session_(reactor_, std::move(plan), session_options(outer)) {
  if (!options.report.empty())
    report_file_ = sys::open_file(options.report, O_WRONLY | O_CREAT | O_TRUNC, 0666);
  if (options.json) capture_.emplace(reactor_);
  if (job_.terminal() != nullptr)
    asker_.emplace(reactor_, job_, home_,
                   [this](std::uint64_t ticket, Answer given) { session_.answer(ticket, given); });
}

SessionOptions ExecTurn::session_options(Outer* outer) {
  SessionOptions session;
  session.outer = outer;
  session.audit = options_.common.audit;
  session.shell = options_.shell;
  session.denied = [this](const Denial& denial) {
    say(policy::denial_text(denial.decision, denial.argv, home_));
  };
  session.notice = [](const std::string& sentence) { say(sentence); };
  session.meanwhile = [this] { listen(); };
  if (job_.terminal() == nullptr) return session;
  session.ask = [this](Question question) { asker_->ask(std::move(question)); };
  session.withdraw = [this](std::uint64_t ticket) { asker_->withdraw(ticket); };
  return session;
}

void ExecTurn::pass_on(int signal) {
  session_.supervisor().signal(signal);
  const bool ends = signal == SIGINT || signal == SIGTERM || signal == SIGHUP || signal == SIGQUIT;
  if (ends && asker_) asker_->refuse_soon();
}

/// One that was made outside can be connected anew, to whatever the command likes.
void refuse_network_sockets(const sandbox::Spec& spec) {
  if (spec.network == sandbox::Network::full) return;
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
    int domain = 0;
    socklen_t size = sizeof domain;
    if (::getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) != 0 || domain == AF_UNIX) continue;
    throw sys::Error(
        sys::Kind::unsupported,
        "descriptor {} is a network socket, by which the command would get around network {}: put a "
        "pipe between, as in cat | gatehouse exec, or say --network full",
        fd, sandbox::name_of(spec.network));
  }
}

void ExecTurn::start(std::optional<sandbox::Nascent> nascent) {
  const sandbox::Supervisor::Handlers handlers{
      .ended = [this](const sandbox::Outcome& outcome) { end(outcome); },
      .stopped = [this](int signal) { job_.stopped(signal); },
      .listening = [](const sandbox::Listening& server) { say(server_note(server, "--publish {0}")); }};
  refuse_network_sockets(session_.plan().made.spec);
  std::optional<Redirection> redirection;
  if (capture_) redirection.emplace(0, capture_->write_end(), capture_->write_end());
  session_.start(handlers, std::move(nascent));
}

/// What is asked before the command has started is answered when it has.
void ExecTurn::listen() {
  const Plan& plan = session_.plan();
  state_.own(state_of(plan), plan.config.sandbox.host_may_loosen);
  state_.follow([this](const SandboxState& state, LiveState::Done done) { follow(state, std::move(done)); });
  state_.on_bound([this](const StateWord& bound, bool is_followed) { session_.bind(bound, is_followed); });
  try {
    control_.emplace(reactor_, plan.places.runtime, plan.workspace.roots, state_, [this] {
      return ControlServer::Facts{"exec " + sys::command_line(options_.argv, 100),
                                  session_.plan().workspace.roots,
                                  session_.id(),
                                  sandbox::name_of(session_.state().tier),
                                  session_.changes_since(state_.generation() - 1),
                                  session_.most_of(state_.state())};
    });
  } catch (const sys::Error& error) {
    say(fmt::format("gatehouse state cannot reach this command: {}", error.what()));
  }
}

void ExecTurn::follow(const SandboxState& state, LiveState::Done done) {
  in_force_ = std::move(done);
  session_.apply(state, state_.generation(), [this](bool is_lost) {
    if (is_lost) return;  // it holds when nothing of the command is left
    if (const LiveState::Done tell = std::exchange(in_force_, nullptr)) tell();
  });
}

void ExecTurn::end(const sandbox::Outcome& outcome) {
  report_.outcome = outcome;
  if (const LiveState::Done tell = std::exchange(in_force_, nullptr)) tell();
  reactor_.stop();
}

int ExecTurn::run(std::optional<sandbox::Nascent> nascent) {
  start(std::move(nascent));
  if (capture_) capture_->close_write_end();
  // Nothing is said where all is as it should be, so that the output equals the plain command's.
  for (const std::string& note : session_.notes()) say(note);
  sandbox::Supervisor& supervisor = session_.supervisor();
  job_.started(supervisor.process_group());
  if (options_.timeout.count() > 0) supervisor.end_after(options_.timeout);
  reactor_.run();
  job_.ended();
  finish();
  return status(report_.outcome);
}

bool is_wall_reached(const sandbox::Outcome& outcome) {
  return std::any_of(outcome.limits.begin(), outcome.limits.end(), [](const sandbox::LimitReached& reached) {
    return reached.which == sandbox::LimitReached::Which::wall;
  });
}

void ExecTurn::finish() {
  if (capture_) {
    capture_->finish();
    report_.output = capture_->text();
    report_.truncated = capture_->truncated();
  }
  add_limits_told(report_.output.value_or(""), session_.spec().limits, report_.outcome);
  if (report_.outcome.timed_out && !is_wall_reached(report_.outcome))
    say(fmt::format("ended by --timeout after {:g} s",
                    std::chrono::duration<double>(options_.timeout).count()));
  for (const sandbox::LimitReached& reached : report_.outcome.limits) say(reached.sentence());
  report_.taken = session_.finish();
  for (const sandbox::Taken& taken : report_.taken) say(taken.sentence());
  control_.reset();
  report_.notes = session_.notes();
  if (!session_.plan().made.spec.is_guest)
    for (std::string& sentence : session_.changes_since(1)) report_.notes.push_back(std::move(sentence));
  for (const sandbox::Listening& server : report_.outcome.listening)
    report_.notes.push_back(server_note(server, "--publish {0}"));
  const std::vector<std::string> news = session_.take_news();
  report_.notes.insert(report_.notes.end(), news.begin(), news.end());
  // In the report only: it is no news to a person at every command.
  const std::vector<std::string>& not_scanned = session_.not_scanned();
  report_.notes.insert(report_.notes.end(), not_scanned.begin(), not_scanned.end());
  report_.cwd = session_.plan().made.spec.cwd;
  report_.session = session_.id();
  report_.state = session_.state();
  report_.denials = session_.take_denials(1).all();
  report_.execs = session_.counts();
  report_.audit = session_.audit_path();
  record_end(report_);
  if (options_.json) sys::write_all(1, report_text(report_), "standard output");
  if (report_file_) write_report();
}

/// The command has run: its status stays what it is.
void ExecTurn::write_report() const {
  try {
    sys::write_all(report_file_.get(), report_text(report_), options_.report);
  } catch (const sys::Error& error) {
    say(error.what());
  }
}

void ExecTurn::record_end(const TurnReport& report) {
  nlohmann::ordered_json fields = report_json(report);
  for (const char* repeated : {"denials", "output", "session", "audit", "notes"}) fields.erase(repeated);
  session_.record("ended", policy::json_text(fields));
}

int ExecTurn::status(const sandbox::Outcome& outcome) const {
  if (outcome.timed_out) return status_timed_out;
  if (outcome.exec_error == 0) return outcome.status.as_shell();
  const bool denied = !report_.denials.empty() && outcome.exec_error == EACCES;
  if (!denied)
    say(fmt::format("{}: {}", sys::visible(options_.argv.front()), sys::error_text(outcome.exec_error)));
  return outcome.exec_error == ENOENT || outcome.exec_error == ENOTDIR ? status_not_found : status_denied;
}

/// The namespaces that it will most likely have; captured output is not there yet.
std::optional<sandbox::Nascent> begin_sandbox(const ExecOptions& options) {
  if (options.json) return std::nullopt;
  sandbox::Spec expected;
  if (options.common.mode == config::Mode::danger_full_access)
    expected.mode = sandbox::Mode::danger_full_access;
  if (options.common.network) expected.network = network_of(*options.common.network);
  return sandbox::Nascent(sandbox::namespaces_of(expected));
}

int run(const ExecOptions& options) {
  std::optional<Outer> outer = Outer::find();
  std::optional<sandbox::Nascent> nascent = outer ? std::nullopt : begin_sandbox(options);
  Plan plan = outer ? guest_plan(options.common, options.command, options.argv)
                    : settled_plan(options.common, options.command, options.argv);
  return ExecTurn(std::move(plan), options, outer ? &*outer : nullptr).run(std::move(nascent));
}

}  // namespace

int run_exec(const ExecOptions& options) {
  try {
    return run(options);
  } catch (const std::exception& error) {
    if (options.json) {
      const nlohmann::ordered_json document = {{"exit_code", nullptr}, {"not_started", error.what()}};
      sys::write_all(1, policy::json_text(document, 2) + "\n", "standard output");
    }
    throw;
  }
}

}  // namespace shelltool
