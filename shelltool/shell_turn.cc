#include "shelltool/shell_turn.h"

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
#include "shelltool/hidden.h"
#include "shelltool/plain_text.h"
#include "shelltool/sandbox_refusals.h"
#include "shelltool/shell_result.h"

namespace shelltool {
namespace {

constexpr auto progress_interval = std::chrono::seconds(2);
constexpr std::size_t longest_progress = 200;

/// More than a result shows, as escape sequences and redrawn lines take none of its room.
CaptureLimits limits_for(const Session& session, const sandbox::Turns::Id next) {
  const std::size_t shown = session.plan().config.shell.output;
  return {2 * shown, 4 * shown, fmt::format("{}/{}.out", session.output_directory(), next)};
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

void set_variable(std::vector<std::string>& env, const std::string& name, const std::string& value) {
  std::erase_if(env, [&](const std::string& variable) { return variable.starts_with(name + "="); });
  env.push_back(name + "=" + value);
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

ShellTurn::ShellTurn(sys::Reactor& reactor, Session& session, ShellRequest request, mcp::ToolCall call)
    : reactor_(reactor),
      session_(session),
      request_(std::move(request)),
      call_(std::move(call)),
      cwd_(resolved_cwd(session, request_.cwd)),
      capture_(reactor, limits_for(session, session.supervisor().turns().next())) {}

std::vector<std::string> ShellTurn::argv() const {
  return {shell_program(session_.plan().config.shell.program), "-c", request_.command};
}

sandbox::TurnProgram ShellTurn::program() const {
  sandbox::TurnProgram program{argv(), session_.plan().made.spec.env, cwd_};
  for (const auto& [name, value] : request_.env) set_variable(program.env, name, value);
  set_variable(program.env, "PWD", cwd_);
  return program;
}

void ShellTurn::record_start() {
  const config::Config& config = session_.plan().config;
  std::string command = request_.command;
  if (config.audit.redact == config::Redact::default_) command = policy::redacted({command}).front();
  nlohmann::ordered_json fields = {{"turn", session_.supervisor().turns().next()},
                                   {"command", sys::visible(command)},
                                   {"cwd", sys::visible(cwd_)}};
  if (!request_.why.empty()) fields["why"] = sys::visible(request_.why);
  session_.audit().write("turn", policy::json_text(fields));
}

void ShellTurn::start(std::vector<std::string> notes) {
  notes_ = std::move(notes);
  record_start();
  sandbox::Turns& turns = session_.supervisor().turns();
  const sys::Fd input = input_of(request_.stdin_text);
  started_ = sys::BootClock::now();
  id_ = turns.start(program(), {input.get(), capture_.write_end(), capture_.write_end()},
                    [this](const sandbox::Outcome& outcome, bool left) { answer(outcome, left); });
  capture_.close_write_end();
  turns.end_after(id_, request_.timeout.value_or(session_.plan().config.shell.timeout));
  call_.on_cancel([&turns, id = id_] { turns.end(id); });
  if (call_.wants_progress())
    progress_ = reactor_.at(started_ + progress_interval, [this] { tell_progress(); });
}

std::string ShellTurn::last_line() const {
  std::string text = plain_text(capture_.tail().empty() ? capture_.head() : capture_.tail());
  text.erase(text.find_last_not_of(" \t\n") + 1);
  text.erase(0, text.rfind('\n') + 1);
  if (text.size() <= longest_progress) return text;
  std::size_t end = longest_progress;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80) --end;
  return text.substr(0, end) + "…";
}

void ShellTurn::tell_progress() {
  const auto now = sys::BootClock::now();
  const double seconds = std::chrono::duration<double>(now - started_).count();
  std::string line = last_line();
  call_.progress(seconds, line.empty() ? fmt::format("running for {:.0f} s", seconds) : std::move(line));
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
  report.state = session_.judge().state();
  report.denials = session_.judge().take_denials(id_).all();
  report.taken = session_.take_back();
  report.notes = std::move(notes_);
  result.home = session_.home();
  result.left_running = left;
  result.head = plain_text(capture_.head());
  result.tail = plain_text(capture_.tail());
  result.left_out = capture_.left_out();
  result.total = capture_.total();
  result.kept_in = capture_.kept_in();
  result.not_started = sentence_for(outcome, cwd_, !report.denials.empty());
  result.refusals =
      refusals_in(result.head + result.tail, {session_.plan().made.spec, report.state.tier, result.home, cwd_});
  const mcp::ToolResult answer = shell_result(result, session_.plan().config.shell.output);
  report.truncated = result.left_out != 0;
  session_.audit().write("ended", policy::json_text(answer.meta.at("gatehouse/result")));
  call_.answer(answer);
}

}  // namespace shelltool
