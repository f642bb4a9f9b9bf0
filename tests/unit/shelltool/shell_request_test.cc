#include "shelltool/tools/shell_request.h"

#include <doctest/doctest.h>

using namespace std::chrono_literals;
using mcp::Json;
using shelltool::ShellRequest;

namespace {

ShellRequest read(const std::string& given) {
  return shelltool::read_shell_request(
      mcp::read_arguments(shelltool::shell_parameters(120s), mcp::parse(given)));
}

std::string complaint(const std::string& given) {
  try {
    static_cast<void>(read(given));
    return "";
  } catch (const mcp::ArgumentError& error) {
    return error.what();
  }
}

}  // namespace

TEST_CASE("a request has what was given, and the defaults for the rest") {
  const ShellRequest plain = read(R"({"command":"ls -l"})");
  CHECK(plain.command == "ls -l");
  CHECK(plain.cwd.empty());
  CHECK(plain.env.empty());
  CHECK(plain.stdin_text.empty());
  CHECK_FALSE(plain.timeout.has_value());
  const ShellRequest full = read(
      R"({"command":"x","cwd":"~/a","env":{"A":"1","B":""},"stdin":"in\n","timeout_s":1.5,"why":"to see"})");
  CHECK(full.cwd == "~/a");
  CHECK(full.env == std::map<std::string, std::string>{{"A", "1"}, {"B", ""}});
  CHECK(full.stdin_text == "in\n");
  CHECK(full.timeout == 1500ms);
  CHECK(full.why == "to see");
}

TEST_CASE("the names that other tools have mean the same") {
  for (const char* name : {"command", "cmd", "script"})
    CHECK(read(fmt::format(R"({{"{}":"ls"}})", name)).command == "ls");
  for (const char* name : {"cwd", "workdir", "directory"})
    CHECK(read(fmt::format(R"({{"cmd":"ls","{}":"/d"}})", name)).cwd == "/d");
  for (const char* name : {"why", "description", "justification"})
    CHECK(read(fmt::format(R"({{"cmd":"ls","{}":"so"}})", name)).why == "so");
}

TEST_CASE("timeouts of other tools are in milliseconds, ours in seconds, as numbers and as text") {
  for (const char* name : {"timeout", "timeout_ms"}) {
    CHECK(read(fmt::format(R"({{"cmd":"ls","{}":2500}})", name)).timeout == 2500ms);
    CHECK(read(fmt::format(R"({{"cmd":"ls","{}":"2500"}})", name)).timeout == 2500ms);
  }
  CHECK(read(R"({"cmd":"ls","timeout_s":30})").timeout == 30s);
  CHECK(read(R"({"cmd":"ls","timeout_s":"30"})").timeout == 30s);
}

TEST_CASE("a timeout is above nothing and at most a day") {
  const std::string bounds = "'timeout_s' must be above 0 and at most 86400";
  CHECK(complaint(R"({"cmd":"ls","timeout_s":0})") == bounds);
  CHECK(complaint(R"({"cmd":"ls","timeout":-1})") == bounds);
  CHECK(complaint(R"({"cmd":"ls","timeout_s":86401})") == bounds);
  CHECK(complaint(R"({"cmd":"ls","timeout_s":1e300})") == bounds);
  CHECK(read(R"({"cmd":"ls","timeout_s":86400})").timeout == 24h);
  CHECK(read(R"({"cmd":"ls","timeout_s":0.00001})").timeout == 1ms);
  CHECK(complaint(R"({"cmd":"ls","timeout":"soon"})") == "'timeout_s' must be a number");
}

TEST_CASE("a command that comes as words becomes shell text that means them") {
  CHECK(read(R"({"command":["bash","-lc","echo \"$HOME\""]})").command == R"('bash' '-lc' 'echo "$HOME"')");
  CHECK(read(R"({"command":["echo","it's",""]})").command == R"('echo' 'it'\''s' '')");
  CHECK(read(R"({"cmd":["ls"]})").command == "'ls'");
  CHECK(complaint(R"({"command":[]})") == "'command' must be a string");
  CHECK(complaint(R"({"command":["a",1]})") == "'command' must be a string");
  CHECK(complaint(R"({"command":["a\u0000"]})") == "'command' must not contain a NUL byte");
}

TEST_CASE("a command that says nothing is refused") {
  CHECK(complaint(R"({"command":""})") == "'command' is empty");
  CHECK(complaint(R"({"command":" \t\r\n"})") == "'command' is empty");
  CHECK(complaint("{}") == "'command' is missing");
}

TEST_CASE("variables have names that an environment can hold, and values without NUL") {
  CHECK(complaint(R"({"cmd":"x","env":{"":"1"}})") == "'env' has no variable ''");
  CHECK(complaint(R"({"cmd":"x","env":{"A=B":"1"}})") == "'env' has no variable 'A=B'");
  CHECK(complaint(R"({"cmd":"x","env":{"A\u0000":"1"}})").starts_with("'env' has no variable 'A"));
  CHECK(complaint(R"({"cmd":"x","env":{"A":"b\u0000"}})") == "'env' must not contain a NUL byte");
  CHECK(complaint(R"({"cmd":"x","env":{"A":1}})") == "'env' must be an object whose values are strings");
  CHECK(read(R"({"cmd":"x","env":{"a.b-c":"=\n"}})").env.at("a.b-c") == "=\n");
}

TEST_CASE("an unknown name is answered with the nearest, one that is given twice is refused") {
  CHECK(complaint(R"({"comand":"ls"})") == "there is no parameter 'comand'; did you mean 'command'?");
  CHECK(complaint(R"({"command":"ls","timeouts":5})") ==
        "there is no parameter 'timeouts'; did you mean 'timeout_s'?");
  CHECK(complaint(R"({"command":"ls","cmd":"ls"})") == "'command' is given twice, once as 'cmd'");
}

TEST_CASE("the schema has the canonical names alone") {
  const Json schema = mcp::schema_of(shelltool::shell_parameters(120s));
  std::vector<std::string> names;
  for (const auto& [name, property] : schema.at("properties").items()) names.push_back(name);
  CHECK(names == std::vector<std::string>{"command", "cwd", "env", "stdin", "timeout_s", "why"});
  CHECK(schema.at("required") == Json{"command"});
  CHECK(schema.at("properties").at("timeout_s").at("description") == "Seconds until it is ended (120).");
}
