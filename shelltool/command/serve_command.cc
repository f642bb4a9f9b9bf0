#include "shelltool/command/serve_command.h"

#include <csignal>

#include "mcp/server.h"
#include "mcp/stdio.h"
#include "shelltool/control/control_server.h"
#include "shelltool/files/ripgrep.h"
#include "shelltool/session/log.h"
#include "shelltool/session/login_shell.h"
#include "shelltool/setup/client_workspace.h"
#include "shelltool/setup/fresh_plan.h"
#include "shelltool/state/owner_state.h"
#include "shelltool/tools/edit_tool.h"
#include "shelltool/tools/files_tool.h"
#include "shelltool/tools/history_tool.h"
#include "shelltool/tools/host_voice.h"
#include "shelltool/tools/instructions.h"
#include "shelltool/tools/patch_tool.h"
#include "shelltool/tools/policy_tool.h"
#include "shelltool/tools/read_tool.h"
#include "shelltool/tools/search_tools.h"
#include "shelltool/tools/shell_tool.h"
#include "shelltool/worker/file_worker.h"
#include "shelltool/worker/file_workers.h"

namespace shelltool {
namespace {

using namespace std::chrono_literals;

/// Of a client that has said its last: hosts that close our input wait two seconds before they send SIGTERM.
constexpr auto longest_answer = 1s;
/// Of files that are being changed, which would be half done until the next start.
constexpr auto longest_change = 1s;

/// Asked at each initialize: files may have been mended since.
std::string current_instructions(FreshPlan& fresh) {
  try {
    const Plan& plan = fresh.plan();
    try {
      fresh.rules();
    } catch (const sys::Error& error) {
      return instructions(plan, error.what());
    }
    return instructions(plan, {});
  } catch (const sys::Error& error) {
    return instructions(error.what());
  }
}

/// `start`: in place of the current directory; empty: that.
Plan session_plan(const CommonOptions& common, const std::string& start, const Connection::Wanted& wanted) {
  const CommonOptions options = wanted.state ? options_for(common, *wanted.state) : common;
  CommandOptions command;
  command.cwd = start;
  Plan plan = wanted.is_guest ? guest_plan(options, command, {}) : settled_plan(options, command, {});
  begin_in_workspace(plan);
  plan.made.spec.worker = run_file_worker;
  return plan;
}

/// One client on two descriptors.
class StdioServer {
 public:
  StdioServer(const ServeOptions& options, const std::string& version)
      : is_placed_(!options.common.workspaces.empty()),
        plan_(options.common),
        connection_(
            reactor_, state_,
            [this, &options](const Connection::Wanted& wanted) {
              is_placed_ = true;
              return session_plan(options.common, start_, wanted);
            },
            options.common.audit),
        workers_(reactor_, connection_),
        history_(reactor_, connection_, workers_),
        shell_(reactor_, connection_, history_),
        stdio_(reactor_, 0, 1,
               {[this](std::string line) { dispatcher_.receive(line); },
                [this] {
                  dispatcher_.refuse_line(
                      mcp::Error(mcp::Code::invalid_request,
                                 fmt::format("the message is longer than {} bytes", mcp::Stdio::max_line)));
                },
                [this] { finish_calls(); }, [this] { finish_changes(); }}),
        dispatcher_([this](const std::string& line) { stdio_.send(line); }),
        roots_(reactor_, dispatcher_,
               [this](const std::vector<std::string>& paths, ClientRoots::Done done) {
                 take_roots(paths, std::move(done));
               }),
        signals_(reactor_.on_signals({SIGTERM, SIGINT, SIGHUP}, [this](int) { finish_changes(); })) {
    reactor_.on_error([](const std::exception& error) { log(LogLevel::error, error.what()); });
    for (const std::string& note : plan_.plan().made.notes) log(LogLevel::warning, note);
    check_workspace_patterns(plan_.plan().config.workspaces, plan_.plan().made.identity.account.home);
    mcp::serve_lifecycle(dispatcher_, {"gatehouse", "gatehouse", version,
                                       [this] { return current_instructions(plan_); }, state_capabilities(),
                                       [this](const mcp::Json& capabilities) { roots_.heed(capabilities); }});
    heed_host(dispatcher_, tools_, state_, roots_, [this] { connection_.renew(); });
    state_.own(state_of(plan_.plan()), plan_.plan().config.sandbox.host_may_loosen);
    state_.on_change([this] { follow_state(); });
    tools_.add(shell_.tool(plan_.plan(), state_));
    tools_.add(read_tool(workers_, connection_));
    tools_.add(edit_tool(workers_, connection_, state_));
    tools_.add(write_tool(workers_, connection_, state_));
    tools_.add(patch_tool(workers_, connection_, state_, options.patch_in_part));
    tools_.add(files_tool(workers_, connection_, state_));
    tools_.add(find_tool(workers_, connection_));
    if (files::ripgrep_path())
      tools_.add(grep_tool(workers_, connection_));
    else
      log(LogLevel::warning, "there is no tool grep, since ripgrep is not installed");
    tools_.add(history_tool(workers_, connection_, history_, state_));
    tools_.add(policy_tool(plan_));
    tools_.serve(dispatcher_);
  }

  void run() {
    listen();
    reactor_.run();
    dispatcher_.cancel_all();
    stdio_.flush(1s);
    connection_.end();
  }

 private:
  /// The client has said its last, and may be listening.
  void finish_calls() {
    dispatcher_.on_idle([this] { reactor_.stop(); });
    end_ = reactor_.at(sys::BootClock::now() + longest_answer, [this] { finish_changes(); });
  }

  void finish_changes() {
    if (std::exchange(is_closing_, true)) return;
    end_ = reactor_.at(sys::BootClock::now() + longest_change, [this] { reactor_.stop(); });
    workers_.close([this] { reactor_.stop(); });
  }

  /// Of a guest the outer one holds the state.
  void listen() {
    if (connection_.is_guest()) return;
    try {
      const Plan& plan = plan_.plan();
      control_.emplace(reactor_, plan.places.runtime, plan.workspace.roots, state_,
                       [this] { return facts(); });
    } catch (const sys::Error& error) {
      log(LogLevel::warning, fmt::format("gatehouse state cannot reach this server: {}", error.what()));
    }
  }

  ControlServer::Facts facts() {
    const Session* session = connection_.current();
    ControlServer::Facts facts{"serve", state_.sources().owner.roots, {},
                               {},      connection_.said(),           state_.state()};
    if (facts.workspaces.empty()) facts.workspaces = plan_.plan().workspace.roots;
    if (session == nullptr) return facts;
    facts.session = session->id();
    facts.tier = sandbox::name_of(session->state().tier);
    facts.in_force = session->most_of(state_.state());
    return facts;
  }

  /// A client's root counts as the current directory does. Which one is the workspace is settled once, before
  /// there is a sandbox.
  void take_roots(const std::vector<std::string>& paths, ClientRoots::Done done) {
    const Plan& plan = plan_.plan();
    const std::string first =
        is_placed_ ? "" : first_workspace(paths, plan.config.workspaces, plan.made.identity.account.home);
    if (!first.empty()) {
      start_ = first;
      is_placed_ = true;
      plan_.start_in(first);
      const Plan& placed = plan_.plan();
      if (control_) control_->tell(placed.workspace.roots);
      state_.own(state_of(placed), placed.config.sandbox.host_may_loosen);
    }
    std::optional<std::vector<std::string>> roots;
    if (!paths.empty()) roots = workspaces_around(paths, this_process());
    heed_client_roots(state_, std::move(roots), std::move(done));
  }

  /// What tools say without a sandbox.
  void follow_state() {
    const SandboxState& state = state_.state();
    plan_.follow({{state.mode, state.network, sandbox::Tier::a, state_.generation()}, state.roots});
  }

  std::string start_;  ///< the client's root that counts as the current directory
  bool is_placed_;     ///< where the workspace is does not change any more
  FreshPlan plan_;
  sys::Reactor reactor_;
  LiveState state_;
  Connection connection_;
  FileWorkers workers_;
  History history_;
  ShellTool shell_;
  mcp::Tools tools_;
  mcp::Stdio stdio_;
  mcp::Dispatcher dispatcher_;
  ClientRoots roots_;
  std::optional<ControlServer> control_;
  sys::Watch signals_, end_;
  bool is_closing_ = false;
};

}  // namespace

int run_serve(const ServeOptions& options, const std::string& version) {
  set_log_level_from_environment();
  StdioServer(options, version).run();
  return 0;
}

}  // namespace shelltool
