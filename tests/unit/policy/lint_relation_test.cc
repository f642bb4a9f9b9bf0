/// What lint takes for proved, held against the matchers themselves.

#include <doctest/doctest.h>

#include "policy/lint/relation.h"
#include "policy/matcher_reader.h"
#include "tests/unit/policy/events.h"
#include "tests/unit/policy/made_up.h"

namespace policy {
namespace {

using tests::Random;
using tests::some_event;
using tests::some_matcher;

class Trials {
 public:
  Trials() : identity_(where_) {
    for (const char* name : {"cp", "ls", "/usr/bin/cp"}) identity_.add(name);
  }

  [[nodiscard]] const Identity& identity() const { return identity_; }

  [[nodiscard]] Matcher read(const std::string& text) const {
    static const Sets no_sets;
    const config::Node node = config::read_yaml("{" + text + "}", "m.yaml");
    return read_matchers(node, {&where_, &no_sets}).front();
  }

  [[nodiscard]] bool matches(const Matcher& matcher, const sandbox::ExecEvent& event, Reach reach) const {
    const State state;
    Scene scene;
    scene.event = &event;
    scene.state = &state;
    scene.identity = &identity_;
    scene.programs = &programs_;
    scene.resolve = Resolve::by_name;
    const std::vector<Face> faces = faces_of(event, identity_);
    return std::any_of(faces.begin(), faces.end(), [&](const Face& face) {
      return mismatch_of(matcher, face, scene, reach) == Mismatch::none;
    });
  }

 private:
  Surroundings where_ = tests::here();
  Identity identity_;
  ProgramTable programs_;
};

TEST_CASE("what a matcher is said to imply, it implies for every command") {
  Random random(4);
  const Trials trials;
  std::size_t implied = 0, met = 0;
  for (int round = 0; round < 20'000; ++round) {
    const std::string one = some_matcher(random), other = some_matcher(random);
    const Matcher narrower = trials.read(one), wider = trials.read(other);
    for (const Reach reach : {Reach::wide, Reach::narrow}) {
      if (one == other || !implies(narrower, wider, reach)) continue;
      ++implied;
      for (int i = 0; i < 20; ++i) {
        const sandbox::ExecEvent event = some_event(random);
        if (!trials.matches(narrower, event, reach)) continue;
        ++met;
        CAPTURE(one);
        CAPTURE(other);
        CAPTURE(event.images.front().argv);
        CHECK(trials.matches(wider, event, reach));
      }
    }
  }
  CHECK(implied > 100);
  CHECK(met > 200);
}

TEST_CASE("matchers that are said to contradict each other never certainly match the same command") {
  Random random(5);
  const Trials trials;
  std::size_t contradicting = 0, dead = 0;
  for (int round = 0; round < 10'000; ++round) {
    const std::string one = some_matcher(random), other = some_matcher(random);
    const Matcher first = trials.read(one), second = trials.read(other);
    const bool is_dead = !contradiction_in(first).empty();
    const bool are_apart = !contradiction(first, second, trials.identity()).empty();
    contradicting += are_apart ? 1 : 0;
    dead += is_dead ? 1 : 0;
    if (!is_dead && !are_apart) continue;
    for (int i = 0; i < 20; ++i) {
      const sandbox::ExecEvent event = some_event(random);
      CAPTURE(one);
      CAPTURE(other);
      CAPTURE(event.images.front().argv);
      const bool matches = trials.matches(first, event, Reach::narrow);
      CHECK(!(is_dead && matches));
      CHECK(!(are_apart && matches && trials.matches(second, event, Reach::narrow)));
    }
  }
  CHECK(contradicting > 100);
  CHECK(dead > 10);
}

}  // namespace
}  // namespace policy
