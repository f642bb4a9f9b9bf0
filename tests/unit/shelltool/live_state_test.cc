#include "shelltool/state/live_state.h"

#include <doctest/doctest.h>

using sandbox::Mode;
using sandbox::Network;
using shelltool::LiveState;
using shelltool::SandboxState;
using shelltool::StateWord;

namespace {

const StateWord read_only = {Mode::read_only, {}, {}, {}};
const StateWord writing = {Mode::workspace_write, {}, {}, {}};

/// A state whose sandbox takes its time.
struct Scene {
  Scene() {
    state.own({Mode::workspace_write, Network::full, {"/ws"}}, false);
    state.follow([this](const SandboxState& wanted, LiveState::Done done) {
      applied.push_back(wanted.mode);
      finish = std::move(done);
    });
  }
  void finish_one() { std::exchange(finish, nullptr)(); }
  LiveState::Done count() {
    return [this] { ++answered; };
  }

  LiveState state;
  std::vector<Mode> applied;
  LiveState::Done finish;
  int answered = 0;
};

}  // namespace

TEST_CASE("an update is answered when it is in force, and one that changes nothing at once") {
  Scene scene;
  scene.state.set(writing, scene.count());
  CHECK(scene.answered == 1);
  CHECK(scene.state.generation() == 1);
  scene.state.set(read_only, scene.count());
  CHECK(scene.answered == 1);
  scene.finish_one();
  CHECK(scene.answered == 2);
  CHECK(scene.state.generation() == 2);
  CHECK(scene.state.state().mode == Mode::read_only);
}

TEST_CASE("of two updates at once each is answered when what it said has been in force") {
  Scene scene;
  scene.state.set(read_only, scene.count());
  scene.state.set({{}, Network::none, {}, {}}, scene.count());
  CHECK(scene.applied.size() == 1);
  scene.finish_one();
  CHECK(scene.answered == 1);
  CHECK(scene.applied.size() == 2);
  scene.finish_one();
  CHECK(scene.answered == 2);
  CHECK(scene.state.state() == SandboxState{Mode::read_only, Network::none, {}});
}

TEST_CASE("a call runs when its own state is in force, and waits for what others have begun to change") {
  Scene scene;
  const auto call = scene.state.begin_call(read_only, scene.count());
  scene.state.begin_call({}, scene.count());
  CHECK(scene.answered == 0);
  scene.finish_one();
  CHECK(scene.answered == 2);
  // While it runs nothing is wider for another one.
  const auto other = scene.state.begin_call(writing, scene.count());
  CHECK(scene.answered == 3);
  CHECK(scene.state.state().mode == Mode::read_only);
  scene.state.end_call(call);
  scene.state.end_call(other);
  scene.state.begin_call(writing, scene.count());
  scene.finish_one();
  CHECK(scene.state.state().mode == Mode::workspace_write);
}

TEST_CASE("what a call said stays in force behind it, for what it left in the background") {
  Scene scene;
  const auto call = scene.state.begin_call(read_only, scene.count());
  scene.finish_one();
  scene.state.end_call(call);
  scene.state.set({}, scene.count());
  scene.state.begin_call({}, scene.count());
  CHECK(scene.state.state().mode == Mode::read_only);
  CHECK(scene.applied.size() == 1);
}

TEST_CASE("each change is told of once it is in force") {
  Scene scene;
  std::vector<std::uint64_t> told;
  scene.state.on_change([&] { told.push_back(scene.state.generation()); });
  scene.state.host_says(read_only);
  CHECK(told.empty());
  scene.finish_one();
  CHECK(told == std::vector<std::uint64_t>{2});
}

TEST_CASE("a client's roots bound what may be written, together with what its host says") {
  LiveState state;
  state.own({Mode::workspace_write, Network::none, {"/ws", "/more"}}, false);
  const auto roots = [&] { return state.state().roots; };
  using Strings = std::vector<std::string>;
  state.client_works_in(Strings{"/ws/a", "/elsewhere", "/more"});
  CHECK(roots() == Strings{"/ws/a", "/more"});
  state.host_says({{}, {}, Strings{"/ws"}, {}});
  CHECK(roots() == Strings{"/ws/a"});
  state.client_works_in(Strings{"/elsewhere"});
  CHECK(state.state().mode == Mode::read_only);
  state.client_works_in(Strings{"/"});
  CHECK(roots() == Strings{"/ws"});
  state.client_works_in(std::nullopt);
  CHECK(roots() == Strings{"/ws"});
  state.host_says({});
  CHECK(roots() == Strings{"/ws", "/more"});
}

TEST_CASE("what was said bounds profiles also where the state stays as it is") {
  Scene scene;
  std::vector<std::pair<StateWord, bool>> bounds;
  scene.state.on_bound(
      [&](const StateWord& bound, bool is_followed) { bounds.emplace_back(bound, is_followed); });
  scene.state.set(writing, scene.count());
  CHECK(scene.answered == 1);
  REQUIRE(bounds.size() == 1);
  CHECK(bounds[0].first == writing);
  CHECK_FALSE(bounds[0].second);
  scene.state.host_says({{}, Network::none, {}, {}});
  REQUIRE(bounds.size() == 2);
  CHECK(bounds[1].first == StateWord{Mode::workspace_write, Network::none, {}, {}});
  CHECK(bounds[1].second);
  CHECK(scene.state.bound() == bounds[1].first);
}
