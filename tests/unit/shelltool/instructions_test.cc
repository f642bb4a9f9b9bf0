#include "shelltool/tools/instructions.h"

#include <doctest/doctest.h>

#include "sandbox/sys/text.h"

using shelltool::instructions;
using shelltool::Plan;

namespace {

constexpr std::size_t most = 1800;  // bytes, so characters too

Plan plan_of(std::vector<std::string> roots) {
  Plan plan;
  plan.made.identity.account.home = "/home/u";
  plan.workspace.roots = std::move(roots);
  return plan;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = sys::utf8_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("the instructions end with what holds here") {
  Plan plan = plan_of({"/home/u/src/app", "/srv/data"});
  CHECK(instructions(plan, "").ends_with("\nHere: workspace-write, net none · ~/src/app · /srv/data."));
  plan.made.spec.mode = sandbox::Mode::read_only;
  plan.made.spec.network = sandbox::Network::full;
  CHECK(instructions(plan, "").ends_with("\nHere: read-only, net full · ~/src/app · /srv/data."));
}

TEST_CASE("they say what a model has to know: the tools, denials, the state, the shell, the limits") {
  const std::string text = instructions(plan_of({"/ws"}), "");
  for (const char* part : {"`shell`", "`policy`", "denied: ", "do that, or tell the user", "net none", "bash",
                           "standard input is empty", "/tmp is private", "hidden", "read-only"})
    CHECK_MESSAGE(has(text, part), part);
}

TEST_CASE("a rules file that cannot be read is named before all other facts") {
  const std::string trouble =
      "~/.config/gatehouse/rules.yaml:14:5: there is no key 'evnt'; did you mean 'event'?";
  CHECK(has(instructions(plan_of({"/ws"}), trouble), "Nothing can run: " + trouble));
  CHECK(has(instructions(plan_of({"/" + std::string(500, 'w')}), trouble), "Nothing can run: " + trouble));
  CHECK(instructions(trouble).ends_with("Nothing can run now: " + trouble));
}

TEST_CASE("no host cuts them, however long the facts are") {
  std::vector<std::string> roots;
  for (int i = 0; i < 50; ++i) roots.push_back("/日本/" + std::string(100, 'x') + "\xff\n");
  std::string trouble;
  for (int i = 0; i < 2000; ++i) trouble += "日\x01";
  for (const std::string& text : {instructions(plan_of(roots), ""), instructions(plan_of(roots), trouble),
                                  instructions(trouble), instructions(plan_of({"/ws"}), trouble)}) {
    CHECK(text.size() <= most);
    CHECK(is_utf8(text));
  }
  CHECK(has(instructions(plan_of({"/ws"}), trouble), "Here: workspace-write, net none · /ws."));
}
