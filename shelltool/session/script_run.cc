#include "shelltool/session/script_run.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <functional>
#include <iterator>
#include <sstream>

#include "sandbox/supervisor.h"
#include "sandbox/sys/error.h"
#include "sandbox/sys/text.h"
#include "shelltool/session/capture.h"
#include "shelltool/session/outer.h"
#include "shelltool/session/redirection.h"
#include "shelltool/setup/held_files.h"

namespace shelltool {
namespace {

using sandbox::Ruling;

constexpr std::chrono::seconds longest_run(5);
constexpr std::size_t most_execs = 1000;
constexpr std::size_t most_notes = 5;

/// A pipe or a file, which somebody may read; empty for a device and for what is closed.
std::string text_of_file(const std::string& path) {
  struct stat facts {};
  if (::stat(path.c_str(), &facts) != 0 || S_ISCHR(facts.st_mode)) return {};
  return fmt::format("{}:{}", facts.st_dev, facts.st_ino);
}

/// Lets the shell run, and nothing else.
class ReplacingJudge : public sandbox::Judge {
 public:
  ReplacingJudge(Ruling ruling, bool reads_environment, std::string shell_output,
                 std::function<void()> end_all)
      : ruling_(ruling),
        reads_environment_(reads_environment),
        shell_output_(std::move(shell_output)),
        end_all_(std::move(end_all)) {}

  bool reads_environment() override { return reads_environment_; }

  Ruling judge(const sandbox::ExecEvent& event, sandbox::Occasion occasion, std::uint64_t) override {
    if (occasion == sandbox::Occasion::found) return Ruling::deny;
    if (!std::exchange(has_shell_, true)) return Ruling::allow;
    if (seen_.execs.size() == most_execs) {
      end_all_();
      return Ruling::deny;
    }
    std::string output = text_of_file(fmt::format("/proc/{}/fd/1", event.pid));
    if (output == shell_output_) output.clear();
    seen_.execs.push_back({event, text_of_file(fmt::format("/proc/{}/fd/0", event.pid)), std::move(output)});
    return ruling_;
  }

  void refused(const sandbox::ExecEvent& event, const sandbox::Refusal& refusal) override {
    const std::string what = event.images.empty() ? "a program" : event.images.front().called;
    seen_.notes.push_back(sys::visible(what) + ": " + sys::visible(refusal.reason));
  }
  void withdrawn(std::uint64_t) override {}

  policy::ScriptRun take() { return std::move(seen_); }

 private:
  Ruling ruling_;
  bool reads_environment_;
  std::string shell_output_;
  std::function<void()> end_all_;
  bool has_shell_ = false;
  policy::ScriptRun seen_;
};

sandbox::Spec spec_for(const Plan& plan, const policy::RuleSet& rules, const std::string& script) {
  sandbox::Spec spec = plan.made.spec;
  // With the shell everything ends, and what it has put in the background may not have started yet.
  spec.argv = {script_shell(), "-c", "trap wait EXIT; " + script};
  spec.mode = sandbox::Mode::read_only;
  spec.network = sandbox::Network::none;
  spec.private_tmp = true;
  spec.caches.clear();
  for (const HeldFile& file : held_files_of(plan).find(rules, plan.state())) spec.held.push_back(file.held);
  return spec;
}

/// What the shell itself complains of: a file that it could not write, a program that is not there.
void add_complaints(const std::string& output, const std::string& shell, std::vector<std::string>& notes) {
  std::istringstream lines(output);
  std::size_t count = 0;
  for (std::string line; std::getline(lines, line) && count < most_notes;) {
    if (!line.starts_with(shell + ": ")) continue;
    notes.push_back("in the dry run the shell said: " + sys::visible(line.substr(shell.size() + 2)));
    ++count;
  }
}

policy::ScriptRun run_once(const sandbox::Spec& spec, bool reads_environment, Ruling ruling) {
  sys::Reactor reactor;
  Capture errors(reactor, {64 * 1024, 64 * 1024});
  bool ended_early = false;
  ReplacingJudge judge(ruling, reads_environment,
                       text_of_file(fmt::format("/proc/self/fd/{}", errors.write_end())), [&] {
                         ended_early = true;
                         reactor.stop();
                       });
  sandbox::Outcome outcome;
  const sandbox::Supervisor::Handlers handlers{[&](const sandbox::Outcome& how) {
                                                 outcome = how;
                                                 reactor.stop();
                                               },
                                               {}};
  const auto judging = [&]() -> sandbox::Supervisor::Judging {
    sandbox::GateOptions gate;
    gate.reading = {spec.user.uid, true, true};
    return {judge, std::move(gate)};
  };
  const sys::Fd nothing = sys::open_file("/dev/null", O_RDWR);
  std::optional<Redirection> redirection;
  redirection.emplace(nothing.get(), nothing.get(), errors.write_end());
  sandbox::Supervisor supervisor(reactor, spec, judging, handlers);
  redirection.reset();
  errors.close_write_end();
  // Nothing has run yet: the shell waits for its judge.
  if (supervisor.tier() != sandbox::Tier::a)
    throw sys::Error(sys::Kind::unsupported, "this machine gives tier {} only{}{}",
                     sandbox::name_of(supervisor.tier()), supervisor.missing().empty() ? "" : ": ",
                     supervisor.missing().empty() ? "" : supervisor.missing().front());
  supervisor.end_after(longest_run);
  reactor.run();
  errors.finish();
  policy::ScriptRun run = judge.take();
  const char* const which = ruling == Ruling::succeed ? "succeeds" : "fails";
  if (ended_early || outcome.timed_out)
    run.notes.push_back(fmt::format("where every program {}, the script was ended after {}; more may follow",
                                    which, ended_early ? "1,000 programs" : "5 seconds"));
  add_complaints(errors.text(), spec.argv.front(), run.notes);
  return run;
}

}  // namespace

std::string script_shell() { return ::access("/bin/bash", X_OK) == 0 ? "/bin/bash" : "/bin/sh"; }

policy::Rehearsal rehearse(const Plan& plan, const policy::RuleSet& rules, const std::string& script) {
  if (Outer::find())
    throw sys::Error(sys::Kind::unsupported, "this is the sandbox of another gatehouse already");
  const sandbox::Spec spec = spec_for(plan, rules, script);
  policy::Rehearsal rehearsal;
  rehearsal.succeeding = run_once(spec, rules.reads_environment(), Ruling::succeed);
  if (!rehearsal.succeeding.execs.empty())
    rehearsal.failing = run_once(spec, rules.reads_environment(), Ruling::fail);
  return rehearsal;
}

}  // namespace shelltool
