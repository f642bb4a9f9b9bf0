#include "shelltool/tools/shell_turn.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <nlohmann/json.hpp>

#include "policy/decision_json.h"
#include "policy/redact.h"
#include "sandbox/sys/error.h"
#include "sandbox/sys/path.h"
#include "sandbox/sys/text.h"
#include "shelltool/session/limit_signs.h"
#include "shelltool/session/log.h"
#include "shelltool/session/server_note.h"
#include "shelltool/setup/hidden.h"
#include "shelltool/tools/plain_text.h"
#include "shelltool/tools/sandbox_refusals.h"
#include "shelltool/tools/shell_result.h"

namespace shelltool {
namespace {

constexpr auto progress_interval = std::chrono::seconds(2);
constexpr std::size_t longest_progress = 200;
constexpr const char* session_is_lost =
    "the session ended with this command: what ran in the background and what was in /tmp is gone; the next "
    "call begins "
    "another";

/// For a shell that is started ahead of its command. Descriptor 3 has the command, a NUL behind it; bash
/// reads a pipe byte by byte, so a long one is no gain. To be evaluated is as near to being given with -c as
/// bash has it: the same name, options and line numbers.
constexpr const char* loader = "IFS= read -r -d '' -u 3 || exit 125; exec 3<&-; eval \"$REPLY\"";
constexpr std::size_t longest_script = 4000;  // a pipe takes it at once

/// More than a result shows, as escape sequences and redrawn lines take none of its room.
CaptureLimits limits_for(const Session& session, const sandbox::Turns::Id next) {
  const std::size_t shown = session.plan().config.shell.output;
  return {2 * shown, 4 * shown, fmt::format("{}/{}.out", session.output_directory(), next)};
}

/// No shell takes it for options.
std::string as_script(const std::string& command) {
  return command.starts_with('-') || command.starts_with('+') ? " " + command : command;
}

std::string resolved_cwd(const Session& session, const std::string& asked) {
  const std::string& workspace = session.plan().made.spec.cwd;
  return asked.empty() ? workspace : sys::normal_path(expand_home(asked, session.home()), workspace);
}

sys::Fd input_of(const std::string& text) {
  if (text.empty()) return sys::open_file("/dev/null", O_RDONLY);
  sys::Fd file(::memfd_create("stdin", MFD_CLOEXEC));
  if (!file) throw sys::SysError(errno, "making room for the command's input");
  sys::write_all(file.get(), text, "the command's input");
  if (::lseek(file.get(), 0, SEEK_SET) != 0) throw sys::SysError(errno, "rewinding the command's input");
  return file;
}

std::vector<std::string> with_variables(std::vector<std::string> env,
                                        const std::map<std::string, std::string>& variables) {
  for (const auto& [name, value] : variables) {
    const std::string prefix = name + "=";
    std::erase_if(env, [&](const std::string& variable) { return variable.starts_with(prefix); });
    env.push_back(prefix + value);
  }
  return env;
}

/// No command can replace the directory under a shell that is in it already.
bool stays_in_place(const sandbox::Spec& spec) {
  return spec.mode == sandbox::Mode::read_only ||
         std::find(spec.writable.begin(), spec.writable.end(), spec.cwd) != spec.writable.end();
}

std::string sentence_for(const sandbox::Outcome& outcome, const std::string& cwd, bool denied) {
  if (outcome.exec_error == 0) return {};
  if (outcome.cwd_failed)
    return fmt::format("entering {}: {}", sys::visible(cwd), sys::error_text(outcome.exec_error));
  return denied ? "denied" : "starting the shell: " + sys::error_text(outcome.exec_error);
}

}  // namespace

std::string shell_program(const std::string& configured) {
  const auto can_run = [](const std::string& path) { return ::access(path.c_str(), X_OK) == 0; };
  if (configured.find('/') != std::string::npos) return can_run(configured) ? configured : "/bin/sh";
  for (const char* directory : {"/bin/", "/usr/bin/", "/usr/local/bin/"})
    if (can_run(directory + configured)) return directory + configured;
  return "/bin/sh";
}

ShellTurn::ShellTurn(sys::Reactor& reactor, Session& session)
    : reactor_(reactor),
      session_(session),
      capture_(reactor, limits_for(session, session.supervisor().turns().next())),
      cwd_(session.plan().made.spec.cwd) {}

bool ShellTurn::wait() {
  const sandbox::Spec& spec = session_.plan().made.spec;
  const std::string shell = shell_program(session_.plan().config.shell.program);
  if (sys::base_name(shell) != "bash" || !stays_in_place(spec) || !session_.can_judge_as()) return false;
  const sys::Fd nothing = sys::open_file("/dev/null", O_RDONLY);
  sys::Pipe script = sys::make_pipe();
  const int output = capture_.write_end();
  id_ = session_.supervisor().turns().start(
      {{shell, "-c", loader}, with_variables(spec.env, {{"PWD", cwd_}}), cwd_},
      {nothing.get(), output, output, script.read_end.get()}, ending());
  capture_.close_write_end();
  script_ = std::move(script.write_end);
  holds_ = session_.holds_generation();
  return waits_ = true;
}

bool ShellTurn::is_outdated() const { return waits_ && holds_ != session_.holds_generation(); }

void ShellTurn::dismiss() {
  waits_ = false;
  answered_ = true;
  session_.supervisor().turns().end(id_);
}

bool ShellTurn::can_take(const ShellRequest& request) const {
  return waits_ && !is_outdated() && request.cwd.empty() && request.env.empty() &&
         request.stdin_text.empty() && request.command.size() < longest_script;
}

std::vector<std::string> ShellTurn::argv() const {
  return {shell_program(session_.plan().config.shell.program), "-c", as_script(request_.command)};
}

void ShellTurn::record_start() {
  const config::Config& config = session_.plan().config;
  std::string command = request_.command;
  if (config.audit.redact == config::Redact::default_) command = policy::redacted({command}).front();
  nlohmann::ordered_json fields = {{"turn", waits_ ? id_ : session_.supervisor().turns().next()},
                                   {"command", sys::visible(command)},
                                   {"cwd", sys::visible(cwd_)}};
  if (!request_.why.empty()) fields["why"] = sys::visible(request_.why);
  session_.record("turn", policy::json_text(fields));
}

void ShellTurn::start(ShellRequest request, mcp::ToolCall call, std::vector<std::string> notes) {
  request_ = std::move(request);
  notes_ = std::move(notes);
  cwd_ = resolved_cwd(session_, request_.cwd);
  record_start();
  started_ = sys::BootClock::now();
  generation_ = session_.state().generation;
  if (!waits_) start_shell();
  call_.emplace(std::move(call));
  sandbox::Turns& turns = session_.supervisor().turns();
  turns.end_after(id_, request_.timeout.value_or(session_.plan().config.shell.timeout));
  if (const auto wall = session_.plan().config.limits.wall; wall.count() > 0) turns.limit_wall(id_, wall);
  call_->on_cancel([&turns, id = id_] { turns.end(id); });
  if (call_->wants_progress())
    progress_ = reactor_.at(started_ + progress_interval, [this] { tell_progress(); });
  if (std::exchange(waits_, false)) hand_over();
}

void ShellTurn::start_shell() {
  const sys::Fd input = input_of(request_.stdin_text);
  std::map<std::string, std::string> variables = request_.env;
  variables["PWD"] = cwd_;
  id_ = session_.supervisor().turns().start(
      {argv(), with_variables(session_.plan().made.spec.env, variables), cwd_},
      {input.get(), capture_.write_end(), capture_.write_end()}, ending());
  capture_.close_write_end();
}

/// To the rules it is the command's own shell that starts now.
void ShellTurn::hand_over() {
  if (session_.judge_as(id_, argv())) {
    sys::write_all(script_.get(), as_script(request_.command) + '\0', "the command to its shell");
    script_.close();
    return;
  }
  sandbox::Outcome refused;
  refused.exec_error = EACCES;
  answer(refused, false);
  session_.supervisor().turns().end(id_);
}

std::function<void(const sandbox::Outcome&, bool)> ShellTurn::ending() {
  return [this, alive = std::weak_ptr(alive_)](const sandbox::Outcome& outcome, bool left) {
    if (!alive.expired()) on_ended(outcome, left);
  };
}

void ShellTurn::on_ended(const sandbox::Outcome& outcome, bool left) {
  ended_ = true;
  if (call_ && !answered_) return answer(outcome, left);
  session_.take_denials(id_);
  has_failed_ = std::exchange(waits_, false) && outcome.exec_error != 0;
  answered_ = !has_failed_;
}

std::string ShellTurn::last_line() const {
  std::string text = plain_text(capture_.tail().empty() ? capture_.head() : capture_.tail());
  text.erase(text.find_last_not_of(" \t\n") + 1);
  text.erase(0, text.rfind('\n') + 1);
  if (text.size() <= longest_progress) return text;
  return std::string(sys::cut(text, longest_progress)) + "…";
}

void ShellTurn::tell_progress() {
  const auto now = sys::BootClock::now();
  const double seconds = std::chrono::duration<double>(now - started_).count();
  std::string line = last_line();
  call_->progress(seconds, line.empty() ? fmt::format("running for {:.0f} s", seconds) : std::move(line));
  progress_ = reactor_.at(now + progress_interval, [this] { tell_progress(); });
}

void ShellTurn::answer(const sandbox::Outcome& outcome, bool left) {
  progress_.cancel();
  answered_ = true;
  capture_.drain();
  ShellResult result;
  TurnReport& report = result.report;
  report.outcome = outcome;
  report.outcome.duration =
      std::chrono::duration_cast<std::chrono::milliseconds>(sys::BootClock::now() - started_);
  report.cwd = cwd_;
  report.session = session_.id();
  report.turn = id_;
  report.state = session_.state();
  report.denials = session_.take_denials(id_).all();
  report.taken = session_.take_back(true);
  report.notes = std::move(notes_);
  for (std::string& sentence : session_.changes_since(generation_))
    report.notes.push_back(std::move(sentence));
  for (std::string& sentence : session_.take_news()) report.notes.push_back(std::move(sentence));
  for (const sandbox::Listening& server : outcome.listening)
    report.notes.push_back(server_note(server, "network.publish: [{0}] in the user's config.yaml"));
  if (outcome.sandbox_lost) report.notes.emplace_back(session_is_lost);
  result.home = session_.home();
  result.left_running = left;
  result.head = plain_text(capture_.head());
  result.tail = plain_text(capture_.tail());
  result.left_out = capture_.left_out();
  result.total = capture_.total();
  result.kept_in = capture_.kept_in();
  result.is_kept_whole = capture_.is_kept_whole();
  add_limits_told(result.head + result.tail, session_.spec().limits, report.outcome);
  result.not_started = sentence_for(outcome, cwd_, !report.denials.empty());
  result.refusals = refusals_in(
      result.head + result.tail,
      {session_.spec(), report.state.tier, result.home, cwd_, session_.held_files(), session_.kept_sockets(),
       [this](const std::string& path) { return session_.profile_showing(path); }});
  mcp::ToolResult answer = shell_result(result, session_.plan().config.shell.output);
  session_.record("ended", policy::json_text(answer.meta.at("gatehouse/result")));
  log(LogLevel::debug, fmt::format("session {}: turn {}: {}", session_.id(), id_,
                                   answer.text.substr(0, answer.text.find('\n'))));
  call_->answer(answer);
  if (on_answered_) on_answered_();
}

}  // namespace shelltool
