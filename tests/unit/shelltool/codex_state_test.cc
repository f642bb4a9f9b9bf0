#include "shelltool/state/codex_state.h"

#include <doctest/doctest.h>

#include "sandbox/sys/error.h"
#include "tests/unit/data.h"

using mcp::Json;
using sandbox::Mode;
using sandbox::Network;
using shelltool::read_codex_meta;
using shelltool::read_codex_update;
using shelltool::StateWord;
using Roots = std::vector<std::string>;

namespace {

/// As Codex 0.169 sent it.
StateWord captured(const std::string& mode) {
  const std::string call = tests::text_of_data("codex/tools_call_meta_0.169_" + mode + ".json");
  const auto word = read_codex_meta(mcp::parse(call).at("params").at("_meta"));
  REQUIRE(word);
  return *word;
}

Json update(const std::string& policy, const char* cwd = "/home/dev/project") {
  Json params = {{"_meta", {{"progressToken", 1}}}, {"sandboxPolicy", Json::parse(policy)}};
  if (cwd != nullptr) params["sandboxCwd"] = cwd;
  return params;
}

Json profile(const std::string& entries, const char* cwd = "file:///home/dev/project") {
  return {{"codex/sandbox-state",
           {{"sandboxCwd", cwd},
            {"permissionProfile",
             {{"type", "managed"},
              {"network", "restricted"},
              {"file_system", {{"type", "restricted"}, {"entries", Json::parse(entries)}}}}}}}};
}

std::string refusal(const Json& params) {
  try {
    read_codex_update(params);
  } catch (const sys::Error& error) {
    return error.what();
  }
  return {};
}

}  // namespace

TEST_CASE("the captured calls of Codex are the states that it was started with") {
  CHECK(captured("read-only") == StateWord{Mode::read_only, Network::none, Roots{}, {}});
  CHECK(captured("workspace-write") ==
        StateWord{Mode::workspace_write, Network::none, Roots{"/home/dev/project"}, {}});
  CHECK(captured("danger-full-access") == StateWord{Mode::danger_full_access, Network::full, {}, {}});
}

TEST_CASE("an update says the same in both spellings, also where the directory is missing") {
  const std::string snake =
      R"({"type":"workspace-write","writable_roots":["/srv/data"],"network_access":true,"exclude_slash_tmp":false})";
  const std::string camel = R"({"type":"workspaceWrite","writableRoots":["/srv/data"],"networkAccess":true})";
  const StateWord word{Mode::workspace_write, Network::full, Roots{"/home/dev/project", "/srv/data"}, {}};
  CHECK(read_codex_update(update(snake)) == word);
  CHECK(read_codex_update(update(camel)) == word);
  CHECK(read_codex_update(update(snake, nullptr)).roots == std::nullopt);
  CHECK(read_codex_update(update(R"({"type":"read-only"})")) ==
        StateWord{Mode::read_only, Network::none, {}, {}});
  CHECK(read_codex_update(update(R"({"type":"readOnly","networkAccess":true})")).network == Network::full);
  CHECK(read_codex_update(update(R"({"type":"dangerFullAccess"})")).mode == Mode::danger_full_access);
  CHECK(read_codex_update(update(R"({"type":"external-sandbox","network_access":"restricted"})")) ==
        StateWord{Mode::danger_full_access, Network::none, {}, {}});
}

TEST_CASE("entries of a profile name what may be written, and what nobody holds is told") {
  const auto word = read_codex_meta(profile(R"([
    {"path":{"type":"special","value":{"kind":"root"}},"access":"read"},
    {"path":{"type":"special","value":{"kind":"project_roots","subpath":"out"}},"access":"write"},
    {"path":{"type":"special","value":{"kind":"tmpdir"}},"access":"write"},
    {"path":{"type":"glob_pattern","pattern":"**/*.env"},"access":"deny"}])",
                                            "file:///home/dev/my%20project"));
  REQUIRE(word);
  CHECK(word->mode == Mode::workspace_write);
  CHECK(word->roots == Roots{"/home/dev/my project/out"});
  CHECK(word->unheeded.size() == 1);
  CHECK(read_codex_meta(Json{{"callId", "1"}}) == std::nullopt);
  CHECK(read_codex_meta(nullptr) == std::nullopt);
}

TEST_CASE("a directory in which the host lets something only be read is not written, and that is told") {
  const auto entries = [](const std::string& more) {
    return profile(R"([{"path":{"type":"path","path":"/home/dev/project"},"access":"write"},)" + more + "]");
  };
  const auto vendor =
      read_codex_meta(entries(R"({"path":{"type":"path","path":"/home/dev/project/vendor"},"access":"read"},
    {"path":{"type":"path","path":"/home/dev/project/vendor/new"},"access":"write"})"));
  CHECK(vendor->roots == Roots{"/home/dev/project/vendor/new"});
  CHECK(vendor->unheeded == Roots{"/home/dev/project is not written, since the host lets "
                                  "/home/dev/project/vendor only be read"});
  const auto itself = read_codex_meta(
      entries(R"({"path":{"type":"special","value":{"kind":"project_roots"}},"access":"read"})"));
  CHECK(itself->mode == Mode::read_only);
  const auto kept = read_codex_meta(entries(
      R"({"path":{"type":"special","value":{"kind":"project_roots","subpath":".codex"}},"access":"read"},
    {"path":{"type":"special","value":{"kind":"new"}},"access":"read"})"));
  CHECK(kept->roots == Roots{"/home/dev/project"});
  CHECK(kept->unheeded.size() == 1);
}

TEST_CASE("of a state that contradicts itself the narrower half holds") {
  CHECK(read_codex_update(update(R"({"type":"danger-full-access","network_access":false})")).network ==
        Network::none);
  Json meta = profile(R"([{"path":{"type":"path","path":"/home/dev/project"},"access":"write"}])");
  Json& said = meta["codex/sandbox-state"];
  said["sandboxPolicy"] = {
      {"type", "workspace-write"}, {"writable_roots", {"/srv/data"}}, {"network_access", true}};
  CHECK(*read_codex_meta(meta) ==
        StateWord{Mode::workspace_write, Network::none, Roots{"/home/dev/project"}, {}});
  said["sandboxPolicy"] = {{"type", "read-only"}};
  CHECK(read_codex_meta(meta)->mode == Mode::read_only);
  said["sandboxPolicy"] = {{"type", "workspace-write"}};
  said["permissionProfile"] = {{"type", "disabled"}};
  CHECK(*read_codex_meta(meta) ==
        StateWord{Mode::workspace_write, Network::none, Roots{"/home/dev/project"}, {}});
}

TEST_CASE("a malformed state is refused with what is wrong in it") {
  CHECK(refusal(Json::object()) ==
        "the host's sandbox state: there is neither 'permissionProfile' nor 'sandboxPolicy'");
  CHECK(refusal(update(R"({"type":"all"})")) == "the host's sandbox state: unknown type 'all'");
  CHECK(refusal(update("{}")) == "the host's sandbox state: there is no 'type'");
  CHECK(refusal(update(R"({"type":"read-only"})", "project")) ==
        "the host's sandbox state: 'sandboxCwd' is no absolute path: 'project'");
  for (const char* wrong :
       {"1", "[]", R"({"type":1})", R"({"type":"read-only","network_access":true,"networkAccess":true})",
        R"({"type":"workspace-write","writable_roots":{"a":1}})",
        R"({"type":"workspace-write","writable_roots":[1]})", R"({"type":"read-only","network_access":7})"})
    CHECK_FALSE(refusal(update(wrong)).empty());
  CHECK_FALSE(refusal(update(R"({"type":"workspace-write","writable_roots":["data"]})", nullptr)).empty());
  CHECK_FALSE(refusal(update(R"({"type":"read-only"})", "file:///srv%00/x")).empty());
  for (const char* wrong : {R"([1])", R"([{"access":"write"}])", R"([{"access":"execute","path":{}}])",
                            R"({})", R"([{"access":"write","path":{"type":"path","path":"relative"}}])",
                            R"([{"access":"write","path":{"type":"special","value":"root"}}])"})
    CHECK_THROWS_AS(read_codex_meta(profile(wrong)), sys::Error);
}

TEST_CASE("a call that says two different things is refused") {
  Json meta = profile("[]");
  meta["codex/sandbox-state-meta"] = meta["codex/sandbox-state"];
  CHECK(read_codex_meta(meta)->mode == Mode::read_only);
  meta["codex/sandbox-state-meta"]["permissionProfile"] = {{"type", "disabled"}};
  CHECK_THROWS_AS(read_codex_meta(meta), sys::Error);
}
