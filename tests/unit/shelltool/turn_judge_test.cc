#include "shelltool/session/turn_judge.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>

#include "sandbox/sys/fd.h"
#include "tests/unit/policy/events.h"
#include "tests/unit/temporary.h"

using policy::Approval;
using sandbox::Occasion;
using sandbox::Ruling;
using shelltool::Answer;
using shelltool::TurnJudge;

namespace {

/// Rules that know git: a push is denied, a commit is asked for.
struct Fixture {
  tests::TemporaryDirectory dir;
  policy::RuleSet rules = tests::rules_of(R"(
  - {id: push, event: exec, when: {program: git, args: [push]}, verdict: deny, reason: No.}
  - {id: commit, event: exec, when: {program: git, args: [commit]}, verdict: ask, reason: Hm.}
)");
  policy::Audit audit{{dir / "audit", "s"}};
  std::vector<std::uint64_t> asked;

  [[nodiscard]] TurnJudge::Setup setup(Approval approval = Approval::on_request) {
    return {rules, audit, {}, approval, true, {}, [this](const shelltool::Question& question) {
              asked.push_back(question.ticket);
            }};
  }
  [[nodiscard]] std::vector<std::string> recorded() const {
    std::istringstream text(sys::read_file(dir / "audit", 1 << 20));
    std::vector<std::string> events;
    for (std::string line; std::getline(text, line);) {
      const auto json = nlohmann::json::parse(line);
      events.push_back(json.at("event").get<std::string>());
    }
    return events;
  }
};

sandbox::ExecEvent event_in(std::uint64_t turn, const std::string& line) {
  sandbox::ExecEvent event = tests::event_of(line);
  event.turn = turn;
  return event;
}

using Words = std::vector<std::string>;

}  // namespace

TEST_CASE("each turn has the denials of its own, and they are taken once") {
  Fixture fixture;
  TurnJudge judge(fixture.setup());
  CHECK(judge.judge(event_in(1, "git push one"), Occasion::asked, 1) == Ruling::deny);
  CHECK(judge.judge(event_in(2, "git push two"), Occasion::asked, 2) == Ruling::deny);
  CHECK(judge.judge(event_in(2, "git push two"), Occasion::asked, 3) == Ruling::deny);
  const shelltool::DenialLog second = judge.take_denials(2);
  REQUIRE(second.all().size() == 1);
  CHECK(second.all().front().argv == Words{"git", "push", "two"});
  CHECK(second.all().front().times == 2);
  CHECK(second.all().front().top);
  CHECK(judge.take_denials(2).all().empty());
  CHECK(judge.take_denials(1).all().size() == 1);
}

TEST_CASE("a program that was started ahead is judged again as what its command makes of it") {
  Fixture fixture;
  TurnJudge judge(fixture.setup());
  REQUIRE(judge.judge(event_in(1, "git status"), Occasion::asked, 1) == Ruling::allow);
  CHECK(judge.judge_as(1, {"git", "log"}));
  CHECK_FALSE(judge.judge_as(1, {"git", "push", "-f"}));
  const shelltool::DenialLog log = judge.take_denials(1);
  REQUIRE(log.all().size() == 1);
  CHECK(log.all().front().argv == Words{"git", "push", "-f"});
  CHECK(log.all().front().decision.rule == "push");
  CHECK(fixture.recorded() == Words{"decided", "decided", "decided"});
}

TEST_CASE("what a rule moves goes to its profile, and what nothing moves stays only where it is kept") {
  tests::TemporaryDirectory dir;
  const policy::RuleSet rules = tests::rules(R"(
version: 1
profiles: {p: {network: full}}
rules:
  - {id: push, event: exec, when: {program: git, args: [push]}, verdict: allow, profile: p}
  - {id: pull, event: exec, when: {program: git, args: [pull]}, verdict: ask, reason: Hm., profile: p}
)");
  policy::Audit audit{{dir / "audit", "s"}};
  TurnJudge::Setup setup{rules, audit, {}};
  setup.ask = [](const shelltool::Question&) {};
  TurnJudge judge(std::move(setup));
  const auto place_at = [&](const TurnJudge::Place& place, const std::string& line, Occasion occasion) {
    constexpr std::uint64_t ticket = 7;
    const Ruling ruling = judge.judge_at(place, event_in(1, line), occasion, ticket);
    return ruling == Ruling::allow ? judge.place_of(ticket).value_or("here") : "denied";
  };
  CHECK(place_at({}, "git push", Occasion::asked) == "p");
  CHECK(place_at({}, "git push", Occasion::found) == "denied");
  CHECK(place_at({}, "git log", Occasion::asked) == "here");
  const TurnJudge::Place all{"p"}, none{"p", [](const auto&, bool) { return false; }};
  CHECK(place_at(none, "git push", Occasion::asked) == "here");
  CHECK(place_at(all, "git log", Occasion::asked) == "here");
  CHECK(place_at(none, "git log", Occasion::asked) == "");
  CHECK_FALSE(judge.place_of(7));
  for (const Answer answer : {Answer::once, Answer::no}) {
    REQUIRE(judge.judge(event_in(1, "git pull"), Occasion::asked, 8) == Ruling::wait);
    CHECK(judge.answered(8, answer) == (answer == Answer::once));
    CHECK(judge.place_of(8).value_or("nowhere") == (answer == Answer::once ? "p" : "nowhere"));
  }
}

TEST_CASE("one that nobody has judged yet is judged as its command when it comes, once") {
  Fixture fixture;
  TurnJudge judge(fixture.setup());
  CHECK(judge.judge_as(1, {"git", "push"}));
  CHECK(judge.judge(event_in(2, "git status"), Occasion::asked, 1) == Ruling::allow);
  sandbox::ExecEvent below = event_in(1, "git status");
  below.caller = tests::caller("make all");
  CHECK(judge.judge(below, Occasion::asked, 2) == Ruling::allow);
  CHECK(judge.judge(event_in(1, "git status"), Occasion::asked, 3) == Ruling::deny);
  CHECK(judge.judge(event_in(1, "git status"), Occasion::asked, 4) == Ruling::allow);
  CHECK(judge.take_denials(1).all().front().argv == Words{"git", "push"});
}

TEST_CASE("a turn that has ended leaves nothing that the next is judged by") {
  Fixture fixture;
  TurnJudge judge(fixture.setup());
  CHECK(judge.judge_as(1, {"git", "push"}));
  static_cast<void>(judge.take_denials(1));
  CHECK(judge.judge(event_in(1, "git status"), Occasion::asked, 1) == Ruling::allow);
}

TEST_CASE("who was started ahead cannot wait for an answer: the question is taken as refused") {
  Fixture fixture;
  TurnJudge judge(fixture.setup());
  REQUIRE(judge.judge(event_in(1, "git status"), Occasion::asked, 1) == Ruling::allow);
  CHECK_FALSE(judge.judge_as(1, {"git", "commit"}));
  CHECK(judge.take_denials(1).all().size() == 1);
  Fixture silent;
  TurnJudge nobody(TurnJudge::Setup{silent.rules, silent.audit, {}});
  REQUIRE(nobody.judge(event_in(1, "git status"), Occasion::asked, 1) == Ruling::allow);
  CHECK_FALSE(nobody.judge_as(1, {"git", "commit"}));
  CHECK(nobody.take_denials(1).all().front().decision.reason == "Hm. (There is no terminal to ask at.)");
}

TEST_CASE("an allowed exec is on record when the gate asks for it, once, and only while it can be") {
  Fixture fixture;
  TurnJudge judge(fixture.setup());
  sandbox::ExecEvent event = event_in(1, "git status");
  REQUIRE(judge.judge(event, Occasion::asked, 1) == Ruling::allow);  // the turn's first: at once
  event.caller = std::make_shared<sandbox::Ancestor>(sandbox::Ancestor{"sh", event.images.front(), nullptr});
  REQUIRE(judge.judge(event, Occasion::asked, 2) == Ruling::allow);
  CHECK(fixture.recorded().size() == 1);
  CHECK(judge.record_allowed(event));
  CHECK(judge.record_allowed(event));
  CHECK(fixture.recorded().size() == 2);
}

TEST_CASE("where recording fails, the exec under way must not run, and the next are denied") {
  Fixture fixture;
  std::filesystem::create_directory(fixture.dir / "gone");
  policy::Audit audit({fixture.dir / "gone/audit", "s", false, 1});  // a new file for each record
  TurnJudge judge(TurnJudge::Setup{fixture.rules, audit, {}});
  sandbox::ExecEvent event = event_in(1, "git status");
  REQUIRE(judge.judge(event, Occasion::asked, 1) == Ruling::allow);
  event.caller = std::make_shared<sandbox::Ancestor>(sandbox::Ancestor{"sh", event.images.front(), nullptr});
  REQUIRE(judge.judge(event, Occasion::asked, 2) == Ruling::allow);
  std::filesystem::remove_all(fixture.dir / "gone");
  CHECK_FALSE(judge.record_allowed(event));
  CHECK(judge.judge(event, Occasion::asked, 3) == Ruling::deny);
  CHECK(judge.take_denials(1).all().front().decision.rule == "audit.unwritable");
}

TEST_CASE("an answer for the session holds for exactly what was shown") {
  Fixture fixture;
  TurnJudge judge(fixture.setup());
  REQUIRE(judge.judge(event_in(1, "git commit -m a"), Occasion::asked, 7) == Ruling::wait);
  CHECK(fixture.asked == std::vector<std::uint64_t>{7});
  CHECK(judge.answered(7, Answer::session));
  CHECK(judge.judge(event_in(2, "git commit -m a"), Occasion::asked, 8) == Ruling::allow);
  CHECK(judge.judge(event_in(2, "git commit -m b"), Occasion::asked, 9) == Ruling::wait);
  CHECK_FALSE(judge.answered(9, Answer::no));
  CHECK_FALSE(judge.answered(9, Answer::once));
}

TEST_CASE("where approval is never asked for, ask is a deny that says so") {
  Fixture fixture;
  TurnJudge judge(fixture.setup(Approval::never));
  CHECK(judge.judge(event_in(1, "git commit"), Occasion::asked, 1) == Ruling::deny);
  CHECK(fixture.asked.empty());
  CHECK(judge.take_denials(1).all().front().decision.reason == "Hm. (Approval is never asked for.)");
}

TEST_CASE("who is answered under another state than he asked in is judged by that") {
  Fixture fixture;
  fixture.rules = tests::rules_of(R"(
  - {id: commit, event: exec, when: {program: git, args: [commit]}, verdict: ask, reason: Hm.}
  - {id: frozen, event: exec, when: {program: git, mode: read-only}, verdict: deny, reason: Not now.}
)");
  TurnJudge judge(fixture.setup());
  REQUIRE(judge.judge(event_in(1, "git commit"), Occasion::asked, 1) == Ruling::wait);
  REQUIRE(judge.judge(event_in(1, "git commit -a"), Occasion::asked, 2) == Ruling::wait);
  CHECK(judge.answered(1, Answer::once));
  judge.set_state(sandbox::Mode::read_only, sandbox::Network::none, 2);
  CHECK_FALSE(judge.answered(2, Answer::once));
  const shelltool::DenialLog log = judge.take_denials(1);
  REQUIRE(log.all().size() == 1);
  CHECK(log.all().front().decision.rule == "frozen");
  CHECK(judge.judge(event_in(2, "git status"), Occasion::asked, 3) == Ruling::deny);
}
