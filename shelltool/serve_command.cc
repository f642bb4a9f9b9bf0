#include "shelltool/serve_command.h"

#include <csignal>

#include "config/text.h"
#include "mcp/server.h"
#include "mcp/stdio.h"
#include "sandbox/sys/text.h"
#include "shelltool/notice.h"
#include "shelltool/policy_tool.h"

namespace shelltool {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t max_instructions = 1800;  // characters; hosts cut at 2,048
constexpr std::size_t max_facts = 300;

std::string cut(std::string text, std::size_t limit) {
  if (text.size() <= limit) return text;
  text.resize(limit - 3);
  while (!text.empty() && (static_cast<unsigned char>(text.back()) & 0xC0U) == 0x80U) text.pop_back();
  if (!text.empty() && static_cast<unsigned char>(text.back()) >= 0xC0U) text.pop_back();
  return text + "\xE2\x80\xA6";
}

/// What holds here, and what is broken.
std::string facts(const Plan& plan) {
  std::string text = "Here: " + state_text(plan) + ".";
  try {
    static_cast<void>(rules_of(plan));
  } catch (const sys::Error& error) {
    text += std::string(" The rules cannot be read, so nothing can be decided: ") + sys::visible(error.what());
  }
  return cut(std::move(text), max_facts);
}

std::string instructions(const std::function<Plan()>& plan) {
  const std::string text =
      "gatehouse holds the rules that this machine's owner wrote for commands. Every program that a command starts, at "
      "any depth, is judged by what it is, not by how it is spelled. `policy` says what would be decided about a "
      "command without running it: ask it before you propose a command that could be refused. A denial names rule, "
      "reason and alternative: do that, or tell the user. Do not retry through a wrapper, a copy or a script.\n";
  try {
    return cut(text + facts(plan()), max_instructions);
  } catch (const sys::Error& error) {
    return cut(text + cut("Nothing can be decided now: " + sys::visible(error.what()), max_facts), max_instructions);
  }
}

/// One client on two descriptors.
class StdioServer {
 public:
  StdioServer(std::function<Plan()> plan, const std::string& version)
      : stdio_(reactor_, 0, 1,
               {[this](std::string line) { dispatcher_.receive(line); },
                [this] {
                  dispatcher_.refuse_line(mcp::Error(mcp::Code::invalid_request,
                                                     fmt::format("the message is longer than {} bytes",
                                                                 mcp::Stdio::max_line)));
                },
                [this] { reactor_.stop(); }}),
        dispatcher_([this](const std::string& line) { stdio_.send(line); }),
        signals_(reactor_.on_signals({SIGTERM, SIGINT, SIGHUP}, [this](int) { reactor_.stop(); })) {
    mcp::serve_lifecycle(dispatcher_, {"gatehouse", "gatehouse", version, [plan] { return instructions(plan); }});
    tools_.add(policy_tool(std::move(plan)));
    tools_.serve(dispatcher_);
  }

  void run() {
    reactor_.run();
    dispatcher_.cancel_all();
    stdio_.flush(1s);
  }

 private:
  sys::Reactor reactor_;
  mcp::Tools tools_;
  mcp::Stdio stdio_;
  mcp::Dispatcher dispatcher_;
  sys::Watch signals_;
};

}  // namespace

int run_serve(const ServeOptions& options, const std::string& version) {
  const auto plan = [&options] { return make_plan(options.common, {}, {"sh"}); };
  for (const std::string& note : plan().made.notes) say(note);
  StdioServer(plan, version).run();
  return 0;
}

}  // namespace shelltool
