#include "shelltool/tools/shell_result.h"

#include <doctest/doctest.h>

#include <csignal>
#include <nlohmann/json.hpp>

#include "sandbox/sys/text.h"

using namespace std::chrono_literals;
using shelltool::Denial;
using shelltool::ShellResult;

namespace {

constexpr std::size_t limit = 32'000;

ShellResult ended(int code, const std::string& output = "") {
  ShellResult result;
  result.report.outcome.status.code = code;
  result.report.outcome.duration = 3200ms;
  result.report.cwd = "/home/u/src/app";
  result.report.session = "s1";
  result.report.turn = 4;
  result.home = "/home/u";
  result.head = output;
  result.total = output.size();
  return result;
}

Denial denial(const std::string& rule, bool top = false, std::uint64_t times = 1) {
  Denial one;
  one.decision.verdict = policy::Verdict::deny;
  one.decision.rule = rule;
  one.decision.source = {"/home/u/rules.yaml", 14, 5};
  one.decision.reason = "Because.";
  one.decision.suggest = "Do not.";
  one.decision.chain = {"bash", "git"};
  one.argv = {"git", "push"};
  one.top = top;
  one.times = times;
  return one;
}

std::string text_of(const ShellResult& result) { return shelltool::shell_result(result, limit).text; }
bool is_error(const ShellResult& result) { return shelltool::shell_result(result, limit).is_error; }
std::string first_line(const ShellResult& result) {
  const std::string text = text_of(result);
  return text.substr(0, text.find('\n'));
}
mcp::Json meta_of(const ShellResult& result) {
  return shelltool::shell_result(result, limit).meta.at("gatehouse/result");
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = sys::utf8_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

}  // namespace

TEST_CASE("the first line tells how it ended, how long it took, where, and what holds") {
  CHECK(first_line(ended(1)) == "exit 1 · 3.2 s · ~/src/app · workspace-write, net none, tier A");
  ShellResult result = ended(0);
  result.report.outcome.duration = 7ms;
  result.report.cwd = "/srv";
  result.report.state = {sandbox::Mode::read_only, sandbox::Network::full, sandbox::Tier::b};
  CHECK(first_line(result) == "exit 0 · 7 ms · /srv · read-only, net full, tier B");
  result.report.outcome.duration = 754s;
  result.report.cwd = "/home/user2";
  CHECK(first_line(result) == "exit 0 · 754 s · /home/user2 · read-only, net full, tier B");
  result.report.cwd = "/home/u";
  CHECK(first_line(result).find(" · ~ · ") != std::string::npos);
  result.report.cwd = "/a\n\xff";
  CHECK(first_line(result).find(" · /a\\n\\xff · ") != std::string::npos);
}

TEST_CASE("a signal, a timeout and a start that failed are told in place of the exit status") {
  ShellResult result = ended(0);
  result.report.outcome.status = {0, SIGSEGV};
  CHECK(first_line(result).starts_with("killed by SIGSEGV · "));
  result.report.outcome.status = {0, SIGRTMIN + 2};
  CHECK(first_line(result).starts_with(fmt::format("killed by SIG{} · ", SIGRTMIN + 2)));
  result.report.outcome.timed_out = true;
  CHECK(first_line(result).starts_with("timed out · "));
  result.not_started = "entering /none: No such file or directory";
  CHECK(first_line(result).starts_with("not started: entering /none: No such file or directory · "));
}

TEST_CASE("an error is what the command was denied, how it did not start, was killed or ran out of time") {
  CHECK_FALSE(is_error(ended(0)));
  CHECK_FALSE(is_error(ended(1)));
  CHECK_FALSE(is_error(ended(126)));
  ShellResult result = ended(126);
  result.report.denials = {denial("r", false)};
  CHECK_FALSE(is_error(result));  // further down
  result.report.denials.push_back(denial("r", true));
  CHECK(is_error(result));
  result.report.outcome.status.code = 0;
  CHECK_FALSE(is_error(result));  // it could go on without
  ShellResult killed = ended(0);
  killed.report.outcome.status = {0, SIGKILL};
  CHECK(is_error(killed));
  ShellResult late = ended(0);
  late.report.outcome.timed_out = true;
  CHECK(is_error(late));
  ShellResult missing = ended(127);
  CHECK_FALSE(is_error(missing));
  missing.not_started = "starting the shell: No such file or directory";
  CHECK(is_error(missing));
}

TEST_CASE("a denial stands between the first line and the output, with its rule, place, chain and advice") {
  ShellResult result = ended(1, "output\n");
  result.report.denials = {denial("git.push")};
  CHECK(text_of(result) == first_line(result) +
                               "\ndenied: git push   (rule git.push, ~/rules.yaml:14:5)\n  by: bash > git\n"
                               "  Because.\n  Instead: Do not.\noutput\n");
}

TEST_CASE("equal denials are folded, five are shown and the rest is counted") {
  ShellResult result = ended(1);
  result.report.denials = {denial("a", false, 3)};
  CHECK(text_of(result).ends_with("\n  Instead: Do not.\n  (3 times)"));
  for (const char* rule : {"b", "c", "d", "e"}) result.report.denials.push_back(denial(rule));
  CHECK(text_of(result).find("other denial") == std::string::npos);
  result.report.denials.push_back(denial("f"));
  CHECK(text_of(result).find("(rule e,") != std::string::npos);
  CHECK(text_of(result).find("(rule f,") == std::string::npos);
  CHECK(text_of(result).ends_with("\nand 1 other denial"));
  result.report.denials.push_back(denial("g"));
  CHECK(text_of(result).ends_with("\nand 2 other denials"));
  CHECK(meta_of(result).at("denials").size() == 7);
}

TEST_CASE("what the sandbox refused, what was taken back, notes and leftovers are told, printable") {
  ShellResult result = ended(0, "out");
  result.refusals = {"hidden: ~/.npmrc"};
  result.report.notes = {"be\x1bware"};
  sandbox::Taken taken;
  taken.path = "/ws/.git/config";
  taken.shown = ".git/config";
  taken.what = "core.hooksPath = x";
  taken.kind = sandbox::Taken::Kind::config_key;
  result.report.taken = {taken};
  result.left_running = true;
  CHECK(text_of(result) ==
        first_line(result) + "\nsandbox: hidden: ~/.npmrc\n" + taken.sentence() +
            "\nnote: be\\x1bware\nnote: something that this command started still runs; it "
            "ends with this session\nout");
}

TEST_CASE("output that fits is whole, the end behind the beginning") {
  ShellResult result = ended(0, "one\n");
  result.tail = "two\n";
  CHECK(text_of(result) == first_line(result) + "\none\ntwo\n");
  CHECK(meta_of(result).at("truncated") == false);
  CHECK(text_of(ended(0)) == first_line(ended(0)));
}

TEST_CASE("longer output is cut in the middle at line borders, as 3 to 7, and says so") {
  std::string lines;
  for (int i = 0; i < 20'000; ++i) lines += fmt::format("line {}\n", i);
  ShellResult result = ended(0, lines);
  result.kept_in = "/state/4.out";
  const std::string text = text_of(result);
  CHECK(text.size() <= limit);
  CHECK(text.size() > limit * 9 / 10);
  const std::string mark = fmt::format(
      "\n[… cut here: {} bytes of output in all; the user has the whole in /state/4.out …]\n", lines.size());
  const std::size_t cut = text.find(mark);
  REQUIRE(cut != std::string::npos);
  const std::string head = text.substr(0, cut), tail = text.substr(cut + mark.size());
  CHECK(lines.find(head.substr(head.rfind('\n') + 1) + "\n") != std::string::npos);
  CHECK(tail.starts_with("line "));
  CHECK(lines.ends_with("\n" + tail));
  result.is_kept_whole = false;
  CHECK(text_of(result).find("; the user has the beginning in /state/4.out …]") != std::string::npos);
  CHECK(tail.size() > 2 * head.size());
  CHECK(tail.size() < 3 * head.size());
  CHECK(meta_of(result).at("truncated") == true);
}

TEST_CASE("what was left out before is said, however little there is of the rest") {
  ShellResult result = ended(0, "begin");
  result.tail = "end";
  result.left_out = 1'000'000;
  result.total = 1'000'008;
  CHECK(text_of(result) ==
        first_line(result) + "\nbegin\n[… cut here: 1000008 bytes of output in all …]\nend");
  CHECK(meta_of(result).at("truncated") == true);
}

TEST_CASE("a result is never longer than its limit, and never cut inside a character") {
  std::string wide;
  for (int i = 0; i < 60'000; ++i) wide += "日";
  ShellResult result = ended(0, wide);
  result.kept_in = "/" + std::string(3000, 'p');
  for (int i = 0; i < 5; ++i) {
    result.report.denials.push_back(denial(fmt::format("r{}", i)));
    result.report.denials.back().decision.reason = wide.substr(0, 9000);
  }
  const std::vector<std::size_t> limits = {1000, 1001, 1002, 1003, 2000, 5000, 32'000, 100'000, 300'000};
  for (const std::size_t most : limits) {
    const std::string text = shelltool::shell_result(result, most).text;
    CHECK(text.size() <= most);
    CHECK(is_utf8(text));
    CHECK(text.starts_with("exit 0 · "));
  }
  CHECK(shelltool::shell_result(result, 1).text.size() <= 1000);
  result.report.denials.clear();
  result.kept_in = "/" + std::string(80, '\x01');
  for (const std::size_t most : limits) CHECK(shelltool::shell_result(result, most).text.size() <= most);
}

TEST_CASE("programs find the outcome in _meta, in the shape that the contract has") {
  ShellResult result = ended(3, "x");
  result.report.denials = {denial("git.push", true, 2)};
  mcp::Json meta = meta_of(result);
  CHECK(meta.at("exit_code") == 3);
  CHECK(meta.at("signal").is_null());
  CHECK(meta.at("timed_out") == false);
  CHECK(meta.at("duration_ms") == 3200);
  CHECK(meta.at("cwd") == "/home/u/src/app");
  CHECK(meta.at("session") == "s1");
  CHECK(meta.at("turn") == 4);
  CHECK(meta.at("job").is_null());
  CHECK(meta.at("denials").at(0).at("times") == 2);
  CHECK(meta.at("denials").at(0).at("event").at("argv") == mcp::Json{"git", "push"});
  CHECK(meta.at("sandbox") ==
        mcp::Json({{"mode", "workspace-write"}, {"network", "none"}, {"tier", "A"}, {"generation", 1}}));
  result.report.outcome.status = {0, SIGTERM};
  meta = meta_of(result);
  CHECK(meta.at("exit_code").is_null());
  CHECK(meta.at("signal") == SIGTERM);
  result.report.outcome.status = {127, 0};
  result.report.outcome.exec_error = ENOENT;
  meta = meta_of(result);
  CHECK(meta.at("exit_code").is_null());
  CHECK(meta.at("not_started") == "No such file or directory");
}

TEST_CASE("a limit that was reached stands behind the first line, and in what programs read") {
  ShellResult result = ended(0, "half");
  result.report.outcome.status = {0, SIGKILL};
  result.report.outcome.limits = {{sandbox::LimitReached::Which::memory, 512U << 20, "python3 train.py"}};
  const mcp::ToolResult answer = shelltool::shell_result(result, limit);
  CHECK(answer.text.find("\nlimit memory: 512 MB, reached by python3 train.py\nhalf") != std::string::npos);
  CHECK(answer.is_error);
  const auto& told = answer.meta.at("gatehouse/result").at("limits").at(0);
  CHECK(told.at("limit") == "memory");
  CHECK(told.at("value") == 512U << 20);
  CHECK(told.at("by") == "python3 train.py");
}
