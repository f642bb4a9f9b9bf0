#include "shelltool/command/serve_command.h"

#include <csignal>

#include "mcp/server.h"
#include "mcp/stdio.h"
#include "shelltool/files/ripgrep.h"
#include "shelltool/session/log.h"
#include "shelltool/session/login_shell.h"
#include "shelltool/setup/fresh_plan.h"
#include "shelltool/tools/edit_tool.h"
#include "shelltool/tools/files_tool.h"
#include "shelltool/tools/history_tool.h"
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

Plan session_plan(const CommonOptions& common, bool is_guest) {
  Plan plan = is_guest ? guest_plan(common, {}, {}) : settled_plan(common, {}, {});
  begin_in_workspace(plan);
  plan.made.spec.worker = run_file_worker;
  return plan;
}

/// One client on two descriptors.
class StdioServer {
 public:
  StdioServer(const ServeOptions& options, const std::string& version)
      : plan_(options.common),
        connection_(
            reactor_, [&options](bool is_guest) { return session_plan(options.common, is_guest); },
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
                [this] { reactor_.stop(); }}),
        dispatcher_([this](const std::string& line) { stdio_.send(line); }),
        signals_(reactor_.on_signals({SIGTERM, SIGINT, SIGHUP}, [this](int) { reactor_.stop(); })) {
    reactor_.on_error([](const std::exception& error) { log(LogLevel::error, error.what()); });
    for (const std::string& note : plan_.plan().made.notes) log(LogLevel::warning, note);
    mcp::serve_lifecycle(dispatcher_,
                         {"gatehouse", "gatehouse", version, [this] { return current_instructions(plan_); }});
    tools_.add(shell_.tool(plan_.plan()));
    tools_.add(read_tool(workers_, connection_));
    tools_.add(edit_tool(workers_, connection_, plan_.plan()));
    tools_.add(write_tool(workers_, connection_, plan_.plan()));
    tools_.add(patch_tool(workers_, connection_, plan_.plan(), options.patch_in_part));
    tools_.add(files_tool(workers_, connection_, plan_.plan()));
    tools_.add(find_tool(workers_, connection_));
    if (files::ripgrep_path())
      tools_.add(grep_tool(workers_, connection_));
    else
      log(LogLevel::warning, "there is no tool grep, since ripgrep is not installed");
    tools_.add(history_tool(workers_, connection_, history_, plan_.plan()));
    tools_.add(policy_tool(plan_));
    tools_.serve(dispatcher_);
  }

  void run() {
    reactor_.run();
    dispatcher_.cancel_all();
    stdio_.flush(1s);
    connection_.end();
  }

 private:
  FreshPlan plan_;
  sys::Reactor reactor_;
  Connection connection_;
  FileWorkers workers_;
  History history_;
  ShellTool shell_;
  mcp::Tools tools_;
  mcp::Stdio stdio_;
  mcp::Dispatcher dispatcher_;
  sys::Watch signals_;
};

}  // namespace

int run_serve(const ServeOptions& options, const std::string& version) {
  set_log_level_from_environment();
  StdioServer(options, version).run();
  return 0;
}

}  // namespace shelltool
