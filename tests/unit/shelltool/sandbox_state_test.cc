#include "shelltool/state/sandbox_state.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "sandbox/sys/error.h"
#include "shelltool/state/state_json.h"

using sandbox::Mode;
using sandbox::Network;
using shelltool::in_force;
using shelltool::SandboxState;
using shelltool::StateSources;
using shelltool::StateWord;
using Roots = std::vector<std::string>;

namespace {

const SandboxState owners = {Mode::workspace_write, Network::full, {"/ws", "/srv/data"}};

StateWord word(std::optional<Mode> mode, std::optional<Network> network = {},
               std::optional<Roots> roots = {}) {
  return {mode, network, std::move(roots), {}};
}

bool allows_no_more(const SandboxState& one, const SandboxState& other) {
  return one.mode <= other.mode && one.network <= other.network &&
         shelltool::common_roots(one.roots, other.roots) == one.roots;
}

}  // namespace

TEST_CASE("what all sources allow is in force, and nothing more") {
  StateSources sources{owners, {}, {}, {}, false};
  CHECK(in_force(sources) == owners);
  sources.set = word({}, Network::none);
  CHECK(in_force(sources) == SandboxState{Mode::workspace_write, Network::none, owners.roots});
  sources.host = word(Mode::workspace_write, Network::full, Roots{"/ws/sub", "/other"});
  CHECK(in_force(sources) == SandboxState{Mode::workspace_write, Network::none, {"/ws/sub"}});
  sources.calls = {word(Mode::read_only)};
  CHECK(in_force(sources) == SandboxState{Mode::read_only, Network::none, {}});
}

TEST_CASE("no source widens what another one allows, whatever it says") {
  const std::vector<StateWord> words = {word({}),
                                        word(Mode::read_only),
                                        word(Mode::danger_full_access, Network::full),
                                        word(Mode::workspace_write, Network::none, Roots{"/"}),
                                        word({}, {}, Roots{"/ws/a", "/ws/a/b"}),
                                        word({}, {}, Roots{})};
  for (const StateWord& set : words)
    for (const StateWord& host : words)
      for (const StateWord& call : words) {
        const SandboxState state = in_force({owners, set, host, {call}, false});
        CHECK(allows_no_more(state, owners));
        for (const StateWord& said : {set, host, call}) CHECK(shelltool::narrowed(state, said) == state);
      }
}

TEST_CASE("of directories that lie in one another the inner counts, and siblings with like names are none") {
  using shelltool::common_roots;
  CHECK(common_roots({"/ws"}, {"/ws/sub", "/ws2"}) == Roots{"/ws/sub"});
  CHECK(common_roots({"/ws/sub"}, {"/"}) == Roots{"/ws/sub"});
  CHECK(common_roots({"/ws"}, {"/ws"}) == Roots{"/ws"});
  CHECK(common_roots({"/ws"}, {"/srv"}).empty());
  CHECK(common_roots({}, {"/"}).empty());
}

TEST_CASE("a state without roots is read-only, and a read-only one has no roots") {
  CHECK(shelltool::narrowed(owners, word({}, {}, Roots{"/elsewhere"})) ==
        SandboxState{Mode::read_only, Network::full, {}});
  CHECK(shelltool::narrowed(owners, word(Mode::read_only)).roots.empty());
  const SandboxState all{Mode::danger_full_access, Network::full, {"/ws"}};
  CHECK(shelltool::narrowed(all, word(Mode::workspace_write)) ==
        SandboxState{Mode::workspace_write, Network::full, {"/ws"}});
}

TEST_CASE("calls that run at once hold each other to what each of them allows") {
  StateSources sources{owners, {}, {}, {}, false};
  sources.calls = {word(Mode::workspace_write, {}, Roots{"/ws"}),
                   word({}, {}, Roots{"/srv/data", "/ws/sub"})};
  CHECK(in_force(sources).roots == Roots{"/ws/sub"});
  sources.calls.push_back(word({}, Network::none));
  CHECK(in_force(sources).network == Network::none);
}

TEST_CASE("a host that may loosen counts more than the config, and `state set` still narrows it") {
  StateSources sources{{Mode::read_only, Network::none, {}}, {}, {}, {}, true};
  sources.host = word(Mode::danger_full_access, Network::full);
  CHECK(in_force(sources).mode == Mode::danger_full_access);
  sources.calls = {word(Mode::workspace_write, Network::none, Roots{"/ws"})};
  CHECK(in_force(sources) == SandboxState{Mode::workspace_write, Network::none, {"/ws"}});
  sources.calls.push_back(word(Mode::read_only));
  CHECK(in_force(sources).mode == Mode::read_only);
  sources.calls.clear();
  sources.set = word(Mode::workspace_write, Network::none);
  CHECK(in_force(sources) == SandboxState{Mode::read_only, Network::none, {}});
}

TEST_CASE("what an owner cannot mean is named with what the config allows") {
  using shelltool::why_outside;
  CHECK(why_outside(owners, word(Mode::read_only, Network::none, Roots{"/ws/sub"})).empty());
  CHECK(why_outside(owners, word(Mode::danger_full_access)) ==
        "mode danger-full-access: the config there allows workspace-write");
  CHECK(why_outside({Mode::read_only, Network::none, {}}, word({}, Network::full)) ==
        "network full: the config there allows none");
  CHECK(why_outside(owners, word({}, {}, Roots{"/ws", "/"})) ==
        "the root / lies outside of what the config there allows: /ws, /srv/data");
}

TEST_CASE("a word reads back as it was written, and what is no word is refused by name") {
  const StateWord said = word(Mode::workspace_write, Network::none, Roots{"/ws", "/a b"});
  CHECK(shelltool::read_word(json_of(said)) == said);
  CHECK(json_of(StateWord()).is_null());
  CHECK(shelltool::read_state(json_of(owners)) == owners);
  for (const char* wrong : {R"({"mode": "write"})", R"({"mode": 1})", R"({"roots": "/ws"})",
                            R"({"roots": ["ws"]})", R"({"network": "allow"})", "[]"})
    CHECK_THROWS_AS(shelltool::read_word(nlohmann::ordered_json::parse(wrong)), sys::Error);
}

TEST_CASE("the host's files are not had without its network") {
  const SandboxState bare = {Mode::danger_full_access, Network::full, {"/ws"}};
  CHECK(narrowed(bare, {}) == bare);
  CHECK(narrowed(bare, word({}, Network::none)) ==
        SandboxState{Mode::workspace_write, Network::none, {"/ws"}});
  CHECK(narrowed({Mode::danger_full_access, Network::full, {}}, word({}, Network::allowlist)).mode ==
        Mode::read_only);
}

TEST_CASE("all that was said is one bound, and a host that may loosen is none") {
  StateSources sources{owners, word({}, Network::allowlist, Roots{"/ws"}), word(Mode::read_only), {}, false};
  sources.calls = {word({}, Network::none, Roots{"/ws/sub", "/srv"}), word(Mode::workspace_write)};
  CHECK(bound_of(sources) == word(Mode::read_only, Network::none, Roots{"/ws/sub"}));
  sources.host_may_loosen = true;
  CHECK(bound_of(sources) == sources.set);
  CHECK(narrows(word(Mode::read_only), {}));
  CHECK(narrows(word(Mode::read_only), word(Mode::workspace_write)));
  CHECK_FALSE(narrows(word(Mode::workspace_write), word(Mode::read_only)));
  CHECK(narrows(word({}, {}, Roots{"/a"}), word({}, {}, Roots{"/b"})));
  CHECK_FALSE(narrows({}, word(Mode::read_only, Network::none, Roots{})));
}
