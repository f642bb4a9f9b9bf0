#include "mcp/tools.h"

#include <doctest/doctest.h>

#include "tests/unit/mcp/wire.h"

using mcp::Json;
using mcp::Parameter;
using tests::Wire;

namespace {

std::vector<Parameter> parameters() {
  return {
      {"command", Parameter::Type::string, "What to run.", true, {}, {{"cmd", {}}}},
      {"timeout_s",
       Parameter::Type::number,
       "",
       false,
       {},
       {{"timeout",
         [](const Json& value) { return value.is_number() ? Json(value.get<double>() / 1000) : value; }}}},
      {"env", Parameter::Type::string_map, "", false, {}, {}},
      {"mode", Parameter::Type::string, "", false, {"a", "b"}, {}},
      {"background", Parameter::Type::boolean, "", false, {}, {}}};
}

std::string complaint(const std::string& given) {
  try {
    static_cast<void>(mcp::read_arguments(parameters(), mcp::parse(given)));
    return "";
  } catch (const mcp::ArgumentError& error) {
    return error.what();
  }
}

struct Registry {
  Wire wire;
  mcp::Tools tools;

  Registry() {
    mcp::Tool echo{"echo",
                   "Echo",
                   "Says it again.",
                   parameters(),
                   [] {
                     return Json{{"readOnlyHint", true}};
                   },
                   {},
                   [](const mcp::Arguments& arguments, mcp::ToolCall call) {
                     call.answer({*arguments.get<std::string>("command"), false, Json{{"n", 1}}});
                   }};
    tools.add(std::move(echo));
    tools.serve(wire.dispatcher);
  }
  Json call(const std::string& params) {
    return wire.ask(R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":)" + params + "}");
  }
};

}  // namespace

TEST_CASE("arguments are read by name, by alias, and as their type") {
  const mcp::Arguments read = mcp::read_arguments(
      parameters(),
      mcp::parse(R"({"cmd":"ls","timeout":1500,"env":{"A":"1"},"background":"true","mode":null})"));
  CHECK(read.get<std::string>("command") == "ls");
  CHECK(read.get<double>("timeout_s") == 1.5);
  CHECK(read.get<bool>("background") == true);
  CHECK_FALSE(read.has("mode"));
}

TEST_CASE("a wrong argument is named, with the nearest that there is") {
  CHECK(complaint(R"({"comand":"ls"})") == "there is no parameter 'comand'; did you mean 'command'?");
  CHECK(complaint(R"({"x":1,"command":"ls"})") ==
        "there is no parameter 'x'; there are command, timeout_s, env, mode, background");
  CHECK(complaint("{}") == "'command' is missing");
  CHECK(complaint(R"({"command":null})") == "'command' is missing");
  CHECK(complaint(R"({"command":7})") == "'command' must be a string");
  CHECK(complaint(R"({"command":"a\u0000b"})") == "'command' must not contain a NUL byte");
  CHECK(complaint(R"({"command":"a","cmd":"b"})") == "'command' is given twice, once as 'cmd'");
  CHECK(complaint(R"({"command":"a","env":{"A":1}})") == "'env' must be an object whose values are strings");
  CHECK(complaint(R"({"command":"a","mode":"c"})") == "'mode' must be one of a, b");
  CHECK(complaint(R"({"command":"a","background":"maybe"})") == "'background' must be true or false");
  CHECK(complaint("[]") == "the arguments must be an object");
  const std::string deep(1'000'000, '[');
  CHECK(complaint((R"({"command":"a","env":")" + deep + "\"}").c_str()) ==
        "'env' must be an object whose values are strings");
  CHECK(complaint(R"({"command":"a","timeout_s":"1\u0000z"})") == "'timeout_s' must be a number");
}

TEST_CASE("a tool is listed as it is declared, aliases not") {
  Registry registry;
  const Json tools =
      registry.wire.ask(R"({"jsonrpc":"2.0","id":1,"method":"tools/list"})")["result"]["tools"];
  REQUIRE(tools.size() == 1);
  CHECK(tools[0]["name"] == "echo");
  CHECK(tools[0]["annotations"]["readOnlyHint"] == true);
  const Json& schema = tools[0]["inputSchema"];
  CHECK(schema["type"] == "object");
  CHECK(schema["required"] == Json{"command"});
  CHECK(schema["properties"]["mode"]["enum"] == Json{"a", "b"});
  CHECK_FALSE(schema["properties"].contains("cmd"));
  CHECK_FALSE(tools[0].contains("outputSchema"));
}

TEST_CASE("a result is text for the model and data for programs") {
  Registry registry;
  const Json result = registry.call(R"({"name":"echo","arguments":{"command":"hi"}})")["result"];
  CHECK(result["content"] == Json::array({{{"type", "text"}, {"text", "hi"}}}));
  CHECK(result["_meta"]["n"] == 1);
  CHECK_FALSE(result.contains("isError"));
  CHECK_FALSE(result.contains("structuredContent"));
}

TEST_CASE("a result is one line of JSON whatever is in it") {
  mcp::ToolResult result{"a\n\"b\"\xff", true, {{"n", 1}}, {{"image/png", "\x89PNG"}}};
  const std::string text = mcp::text_of(result);
  CHECK(text.find('\n') == std::string::npos);
  const Json read = Json::parse(text);
  CHECK(read["content"][0] == Json({{"type", "text"}, {"text", "a\n\"b\"\xEF\xBF\xBD"}}));
  CHECK(read["content"][1] == Json({{"type", "image"}, {"data", "iVBORw=="}, {"mimeType", "image/png"}}));
  CHECK(read["isError"] == true);
  CHECK(read["_meta"]["n"] == 1);
  CHECK(mcp::text_of(mcp::ToolResult{"x"}) == R"({"content":[{"type":"text","text":"x"}]})");
}

TEST_CASE("what the model can mend is a result, what the client got wrong an error") {
  Registry registry;
  const Json mended = registry.call(R"({"name":"echo"})")["result"];
  CHECK(mended["isError"] == true);
  CHECK(mended["content"][0]["text"] == "echo: 'command' is missing");
  CHECK(registry.call(R"({"name":"ehco"})")["error"]["message"] ==
        "there is no tool 'ehco'; did you mean 'echo'?");
  CHECK(registry.call(R"({"name":"ehco"})")["error"]["code"] == -32602);
  CHECK(registry.call(R"({"arguments":{}})")["error"]["code"] == -32602);
  CHECK(registry.wire.ask(
            R"({"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"cursor":"x"}})")["error"]["code"] ==
        -32602);
}
