#include "shelltool/tools/shell_tool.h"

#include <algorithm>
#include <utility>

#include "sandbox/sys/error.h"
#include "shelltool/session/log.h"

namespace shelltool {
namespace {

using mcp::Json;

constexpr auto longest_goodbye = std::chrono::seconds(3);
constexpr std::ptrdiff_t spare_shells = 2;  // clients call two at once, too

Json annotations_of(const Plan& plan) {
  const sandbox::Spec& spec = plan.made.spec;
  const bool changes_nothing =
      spec.mode == sandbox::Mode::read_only && spec.network == sandbox::Network::none;
  return {{"readOnlyHint", changes_nothing},
          {"destructiveHint", !changes_nothing},
          {"idempotentHint", false},
          {"openWorldHint", spec.network != sandbox::Network::none}};
}

/// A failure to build the sandbox, with what mends it.
[[noreturn]] void throw_with_fix(const sandbox::SetupError& error) {
  if (error.fix().empty()) throw error;
  throw sys::Error(sys::Kind::setup, "{}; to mend it: {}", error.what(), error.fix());
}

}  // namespace

ShellTool::ShellTool(sys::Reactor& reactor, std::function<Plan(bool)> plan, std::string audit)
    : reactor_(reactor), make_plan_(std::move(plan)), audit_(std::move(audit)) {}

ShellTool::~ShellTool() = default;

mcp::Tool ShellTool::tool(const Plan& plan) {
  mcp::Tool tool;
  tool.name = "shell";
  tool.title = "Run a command";
  tool.description =
      "Runs shell text in a sandbox, under the owner's rules. The first line of the result tells how it "
      "ended and what "
      "the sandbox allows; a denial names its rule and what to do instead.";
  tool.parameters = shell_parameters(plan.config.shell.timeout);
  tool.annotations = [annotations = annotations_of(plan)] { return annotations; };
  tool.meta = {{"anthropic/alwaysLoad", true}, {"anthropic/maxResultSizeChars", 100'000}};
  tool.run = [this](const mcp::Arguments& arguments, mcp::ToolCall call) { run(arguments, std::move(call)); };
  return tool;
}

Session& ShellTool::session() {
  if (session_) return *session_;
  SessionOptions options;
  options.audit = audit_;
  options.shell = true;
  options.outer = outer_ ? &*outer_ : nullptr;
  options.nobody = "Nobody can be asked here.";
  auto session = std::make_unique<Session>(reactor_, make_plan_(outer_.has_value()), std::move(options));
  try {
    session->start({[this](const sandbox::Outcome&) { reactor_.post([this] { forget_session(); }); }, {}});
  } catch (const sandbox::SetupError& error) {
    throw_with_fix(error);
  }
  has_told_notes_ = false;
  session_ = std::move(session);
  log(LogLevel::info, fmt::format("session {}: a sandbox in {}, tier {}", session_->id(),
                                  session_->plan().made.spec.cwd, sandbox::name_of(session_->state().tier)));
  return *session_;
}

/// Its turns have been told by now. The next call makes another sandbox.
void ShellTool::forget_session() {
  if (session_) log(LogLevel::info, fmt::format("session {}: its sandbox has ended", session_->id()));
  if (session_) session_->finish();
  turns_.clear();
  session_.reset();
  if (is_ending_) reactor_.stop();
}

void ShellTool::run(const mcp::Arguments& arguments, mcp::ToolCall call) {
  ShellRequest request = read_shell_request(arguments);
  Session& session = this->session();
  session.begin_turn();
  turns_.remove_if([](const ShellTurn& turn) { return turn.is_done(); });
  auto turn = std::find_if(turns_.begin(), turns_.end(),
                           [&](const ShellTurn& waiting) { return waiting.can_take(request); });
  if (turn == turns_.end()) turn = turns_.emplace(turns_.end(), reactor_, session);
  turn->on_answered([this] { reactor_.post([this] { start_spares(); }); });
  try {
    turn->start(std::move(request), std::move(call),
                std::exchange(has_told_notes_, true) ? std::vector<std::string>() : session.notes());
  } catch (...) {
    turns_.erase(turn);
    throw;
  }
}

void ShellTool::start_spares() {
  const auto waits = [](const ShellTurn& turn) { return turn.is_waiting(); };
  const auto has_failed = [](const ShellTurn& turn) { return turn.has_failed(); };
  // Once one has failed, the others would, and each is on record.
  if (!session_ || is_ending_ || std::any_of(turns_.begin(), turns_.end(), has_failed)) return;
  for (ShellTurn& turn : turns_)
    if (turn.is_outdated()) turn.dismiss();
  for (auto waiting = std::count_if(turns_.begin(), turns_.end(), waits); waiting < spare_shells; ++waiting) {
    ShellTurn& spare = turns_.emplace_back(reactor_, *session_);
    if (!spare.wait()) return turns_.pop_back();
  }
}

void ShellTool::end() {
  if (!session_) return;
  session_->supervisor().end();
  is_ending_ = true;
  const sys::Watch limit = reactor_.at(sys::BootClock::now() + longest_goodbye, [this] { reactor_.stop(); });
  reactor_.run();
}

}  // namespace shelltool
