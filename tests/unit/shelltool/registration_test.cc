#include "shelltool/hosts/registration.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include "config/node.h"
#include "shelltool/hosts/host_check.h"
#include "tests/unit/temporary.h"

using namespace shelltool;
using tests::TemporaryDirectory;
using Strings = std::vector<std::string>;

namespace {

/// A home of its own, with nothing in it.
struct Home {
  TemporaryDirectory directory;
  Caller caller;

  Home() { caller.variables["HOME"] = directory.path(); }
  [[nodiscard]] AgentHost host(const std::string& name) const {
    return find_host(name, caller, "/opt/gatehouse");
  }
  [[nodiscard]] Places places() const { return find_places(caller); }
  bool add(const std::string& name) const { return carried_out(plan_registration(host(name), places())); }
  bool remove(const std::string& name) const { return carried_out(plan_removal(host(name), places())); }
  [[nodiscard]] FileContent read(const std::string& name) const {
    return read_settings_file(directory / name);
  }

  static bool carried_out(const Registration& registration) {
    carry_out(registration);
    return registration.changes();
  }
};

constexpr const char* editable[] = {"claude", "codex", "opencode", "gemini"};

}  // namespace

TEST_CASE("registering writes what the check looks for, and a second time changes nothing") {
  for (const char* name : editable) {
    CAPTURE(name);
    const Home home;
    CHECK_FALSE(check_host(name, home.caller).registered);
    CHECK(check_host(name, home.caller).builtins_on.size() > 2);
    CHECK(home.add(name));
    const HostCheck check = check_host(name, home.caller);
    CHECK(check.registered);
    CHECK(check.command == "/opt/gatehouse");
    CHECK(check.builtins_on == (std::string(name) == "codex" ? Strings{"apply_patch"} : Strings{}));
    CHECK_FALSE(home.add(name));
  }
}

TEST_CASE("removing leaves no file, directory or record that was not there before") {
  for (const char* name : editable) {
    CAPTURE(name);
    const Home home;
    home.directory.make_directory(".local/state/gatehouse");
    home.directory.make_directory(".config");
    home.add(name);
    CHECK(home.remove(name));
    CHECK(plan_removal(home.host(name), home.places()).old_record.empty());
    CHECK(std::filesystem::is_empty(home.directory / ".local/state/gatehouse"));
    CHECK(std::filesystem::is_empty(home.directory / ".config"));
    std::filesystem::remove_all(home.directory / ".local");
    std::filesystem::remove_all(home.directory / ".config");
    CHECK(std::filesystem::is_empty(home.directory.path()));
  }
}

TEST_CASE("removing puts a file back byte for byte, with its mode, and through its link") {
  const Home home;
  const std::string before = "{\"permissions\":   {\"deny\":[\"WebFetch\"]}}";
  home.directory.write("elsewhere/settings.json", before);
  ::chmod((home.directory / "elsewhere/settings.json").c_str(), 0640);
  home.directory.make_directory(".claude");
  std::filesystem::create_symlink("../elsewhere/settings.json", home.directory / ".claude/settings.json");
  home.add("claude");
  CHECK(home.read(".claude/settings.json").bytes != before);
  home.remove("claude");
  CHECK(home.read("elsewhere/settings.json").bytes == before);
  CHECK(std::filesystem::is_symlink(home.directory / ".claude/settings.json"));
  struct stat status {};
  REQUIRE(::stat((home.directory / "elsewhere/settings.json").c_str(), &status) == 0);
  CHECK((status.st_mode & 07777) == 0640);
}

TEST_CASE("a file that the user has edited since keeps the edits and loses what was added") {
  const Home home;
  home.directory.write(".gemini/settings.json", "{\"a\": 1}\n");
  home.add("gemini");
  std::string text = home.read(".gemini/settings.json").bytes;
  text.replace(text.find("1"), 1, "2");
  home.directory.write(".gemini/settings.json", text);
  const Registration removal = plan_removal(home.host("gemini"), home.places());
  REQUIRE(removal.edits[0].notes.size() == 1);
  CHECK(removal.edits[0].notes[0].starts_with("was edited since"));
  carry_out(removal);
  CHECK(home.read(".gemini/settings.json").bytes == "{\"a\": 2}\n");
}

TEST_CASE("a file that registering made and the host filled stays without what was added") {
  const Home home;
  home.add("claude");
  home.directory.write(".claude.json",
                       "{\"userID\":\"x\",\"mcpServers\":{\"gatehouse\":{\"type\":\"stdio\","
                       "\"command\":\"/opt/gatehouse\",\"args\":[\"serve\"],\"env\":{}}}}");
  home.remove("claude");
  CHECK(home.read(".claude.json").bytes == "{\"userID\":\"x\"}");
  CHECK_FALSE(home.read(".claude/settings.json").exists);
}

TEST_CASE("the entry alone takes the settings of an earlier registration back") {
  const Home home;
  home.directory.write(".codex/config.toml", "[features]\nshell_tool = true\n");
  home.add("codex");
  CHECK(find_value({"", Syntax::toml, home.read(".codex/config.toml").bytes}, {"features", "shell_tool"}) ==
        mcp::Json(false));
  carry_out(plan_registration(entry_only(home.host("codex")), home.places()));
  const HostCheck check = check_host("codex", home.caller);
  CHECK(check.registered);
  CHECK(check.builtins_on == Strings{"shell", "exec_command", "view_image", "apply_patch"});
  home.remove("codex");
  CHECK(home.read(".codex/config.toml").bytes == "[features]\nshell_tool = true\n");
}

TEST_CASE("one broken file, and none is changed") {
  const Home home;
  home.directory.write(".claude/settings.json", "{\n  \"permissions\": {,}\n}\n");
  CHECK_THROWS_WITH_AS(plan_registration(home.host("claude"), home.places()),
                       doctest::Contains("/.claude/settings.json:2:19: "), config::BadInput);
  CHECK_FALSE(home.read(".claude.json").exists);
}

TEST_CASE("a write that fails undoes the ones before it") {
  if (::geteuid() == 0) {
    MESSAGE("SKIP: root may write everywhere");
    return;
  }
  const Home home;
  home.directory.write(".claude/settings.json", "{}");
  ::chmod((home.directory / ".claude").c_str(), 0500);
  CHECK_THROWS_AS(home.add("claude"), sys::Error);
  ::chmod((home.directory / ".claude").c_str(), 0700);
  CHECK_FALSE(home.read(".claude.json").exists);
  CHECK(plan_removal(home.host("claude"), home.places()).old_record.empty());
}

TEST_CASE("variables that move a host's settings are followed") {
  Home home;
  home.caller.variables["CLAUDE_CONFIG_DIR"] = home.directory / "c";
  home.caller.variables["CODEX_HOME"] = home.directory / "x";
  home.caller.variables["GEMINI_CLI_HOME"] = home.directory / "g";
  home.caller.variables["XDG_CONFIG_HOME"] = home.directory / "o";
  for (const char* name : editable) home.add(name);
  for (const char* file : {"c/.claude.json", "c/settings.json", "x/config.toml", "g/.gemini/settings.json",
                           "o/opencode/opencode.json"})
    CHECK(home.read(file).exists);
}

TEST_CASE("opencode's commented file has the last word, and is the one that is written") {
  const Home home;
  home.directory.write(".config/opencode/opencode.json", "{}");
  home.directory.write(".config/opencode/opencode.jsonc", "{ /* mine */ }\n");
  home.add("opencode");
  CHECK(home.read(".config/opencode/opencode.json").bytes == "{}");
  CHECK(home.read(".config/opencode/opencode.jsonc").bytes.find("/* mine */") != std::string::npos);
}

TEST_CASE("the check names what stands in the way") {
  const Home home;
  home.add("opencode");
  home.directory.write(".config/opencode/opencode.json",
                       "{\"mcp\": {\"gatehouse\": {\"command\": [\"/no/such\"], \"enabled\": false}},"
                       " \"permission\": {\"bash\": \"deny\", \"*\": \"allow\", \"edit\": \"deny\"},"
                       " \"agent\": {\"build\": {\"permission\": {\"bash\": \"allow\"}}}}");
  const HostCheck check = check_host("opencode", home.caller);
  CHECK_FALSE(check.registered);
  CHECK(check.builtins_on == Strings{"bash", "read", "grep", "glob", "list"});
  CHECK(check.notes.size() == 3);
  CHECK(host_text(check).find("not registered") != std::string::npos);
  CHECK(host_json(check)["builtins_on"].size() == 5);
}

TEST_CASE("an unknown host names the nearest") {
  const Home home;
  CHECK_THROWS_WITH_AS(check_host("cluade", home.caller), "unknown host 'cluade'; did you mean claude?",
                       sys::Error);
  CHECK_THROWS_AS(static_cast<void>(home.host("emacs")), sys::Error);
  CHECK(home.host("goose").files.empty());
}
