#include "policy/denial.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "tests/unit/policy/events.h"

namespace policy {
namespace {

TEST_CASE("a denial says what, which rule, by whom, why, and what instead") {
  Decision decision;
  decision.verdict = Verdict::deny;
  decision.rule = "git.force-push";
  decision.source = {"/home/u/.config/gatehouse/rules.yaml", 14, 5};
  decision.reason = "Shared history must not be rewritten.";
  decision.suggest = "Push without --force.";
  decision.chain = {"bash", "make", "python3", "git"};
  decision.callers = {"bash", "make release", "python3 release.py"};
  CHECK(denial_text(decision, {"git", "push", "-f", "a b"}, "/home/u") ==
        "denied: git push -f 'a b'   (rule git.force-push, ~/.config/gatehouse/rules.yaml:14:5)\n"
        "  by: bash > make release > python3 release.py > git\n"
        "  Shared history must not be rewritten.\n"
        "  Instead: Push without --force.");
}

TEST_CASE("a denial names who started it also where only names are known") {
  Decision decision;
  decision.verdict = Verdict::ask;
  decision.rule = "a";
  decision.chain = {"make", "git"};
  CHECK(denial_text(decision, {"git"}) == "asks: git   (rule a, built in)\n  by: make > git");
  decision.chain = {"git"};
  CHECK(denial_text(decision, {"git"}) == "asks: git   (rule a, built in)\n  by: git");
  decision.profile = "forge";
  CHECK(denial_text(decision, {"git"}) == "asks: git   (rule a, built in)\n  by: git\n  In profile forge.");
}

TEST_CASE("nothing that a program chose can break out of a denial's lines") {
  Decision decision;
  decision.verdict = Verdict::deny;
  decision.chain = {"x\n", "y\x1b[2J"};
  decision.callers = {"x"};
  const std::string text = denial_text(decision, {"a\nb", "\x1b[2Jx", "\xff",
                                                  "\xe2\x80\xae"
                                                  "evil",
                                                  std::string(100'000, 'x')});
  CHECK(text.find('\x1b') == std::string::npos);
  CHECK(text.find('\xff') == std::string::npos);
  CHECK(text.find("\xe2\x80\xae") == std::string::npos);
  CHECK(std::count(text.begin(), text.end(), '\n') == 1);
  CHECK(text.size() < 2000);
}

TEST_CASE("callers are shown with their first word, a long chain by its ends") {
  sandbox::ExecEvent event = tests::event_of("git push");
  event.caller =
      tests::caller("python3 release.py", tests::caller("make release", tests::caller("bash -c x")));
  CHECK(callers_of(event) == std::vector<std::string>{"bash", "make release", "python3 release.py"});
  for (int depth = 0; depth < 1000; ++depth) event.caller = tests::caller("sh", event.caller);
  const std::vector<std::string> callers = callers_of(event);
  CHECK(callers.size() <= 14);
  CHECK(callers.front() == "bash");
  CHECK(callers.back() == "sh");
}

}  // namespace
}  // namespace policy
