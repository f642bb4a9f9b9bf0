#include "mcp/dispatcher.h"

#include <doctest/doctest.h>

#include "mcp/server.h"
#include "tests/unit/mcp/wire.h"

using mcp::Json;
using tests::Wire;

namespace {

struct Sum {
  int a = 0, b = 0;
};
void from_json(const Json& json, Sum& sum) {
  if (!json.contains("a")) throw mcp::Error(mcp::Code::invalid_params, "'a' is missing");
  sum = {json.at("a").get<int>(), json.value("b", 0)};
}

int code_of(const Json& answer) { return answer.at("error").at("code").get<int>(); }

/// A method that answers when the test says so.
struct Slow {
  std::vector<mcp::Call> calls;
  int cancelled = 0;
  void serve(mcp::Dispatcher& dispatcher) {
    dispatcher.on("slow", [this](const Json&, mcp::Call started) {
      started.on_cancel([this] { ++cancelled; });
      calls.push_back(std::move(started));
    });
  }
};

}  // namespace

TEST_CASE("a method's signature becomes its handler") {
  Wire wire;
  wire.dispatcher.on("sum", [](const Sum& sum) { return sum.a + sum.b; });
  CHECK(wire.ask(R"({"jsonrpc":"2.0","id":1,"method":"sum","params":{"a":40,"b":2}})") ==
        Json{{"jsonrpc", "2.0"}, {"id", 1}, {"result", 42}});
  CHECK(wire.ask(R"({"jsonrpc":"2.0","id":"x","method":"sum"})") ==
        Json{{"jsonrpc", "2.0"}, {"id", "x"}, {"error", {{"code", -32602}, {"message", "'a' is missing"}}}});
}

TEST_CASE("bad messages get one error each, and a good one behind them is answered") {
  Wire wire;
  wire.dispatcher.on("ping", [](const Json&) { return Json::object(); });
  const std::string open(100'000, '[');
  std::string many_keys = R"("k":0)";
  for (int i = 0; i < 1000; ++i) many_keys += fmt::format(R"(,"{}":0)", i);
  const struct {
    std::string line;
    int code;
    Json id;
  } cases[] = {
      {"no json", -32700, nullptr},
      {"{\"jsonrpc\":\"2.0\",\"id\":1", -32700, 1},
      {R"({"jsonrpc":"2.0","id":1,"method":"ping","params":{"x":"\ud800"}})", -32700, 1},
      {R"({"method":"ping","params":{"id":7,"x":"\ud800 \"id\":8"},"id" : "a\"b", "jsonrpc":"2.0"})", -32700,
       "a\"b"},
      {"{\"id\":1,\"x\":\"\xff\"}", -32700, 1},
      {R"({"jsonrpc":"2.0","id":1,"method":"ping","params":{"x":1e999}})", -32700, 1},
      {R"({"jsonrpc":"2.0","id":[1],"method":"ping","params":{"x":"\ud800"}})", -32700, nullptr},
      {R"({"jsonrpc":"2.0","id":1,"method":"ping","params":)" + open, -32600, 1},
      {R"({"jsonrpc":"2.0","id":1,"method":"ping"})" + std::string("\0", 1), -32700, 1},
      {R"({"jsonrpc":"2.0","id":1,"method":"ping","params":{)" + many_keys + "}}", -32600, 1},
      {"\xff\xfe", -32700, nullptr},
      {std::string("{\"a\":\"\0\"}", 9), -32700, nullptr},
      {open, -32600, nullptr},
      {"{\"a\":" + open, -32600, nullptr},
      {"[]", -32600, nullptr},
      {R"([{"jsonrpc":"2.0","id":1,"method":"ping"}])", -32600, nullptr},
      {"7", -32600, nullptr},
      {"null", -32600, nullptr},
      {R"({"id":1,"method":"ping"})", -32600, 1},
      {R"({"jsonrpc":"1.0","id":1,"method":"ping"})", -32600, 1},
      {R"({"jsonrpc":"2.0","id":1.5,"method":"ping"})", -32600, nullptr},
      {R"({"jsonrpc":"2.0","id":null,"method":"ping"})", -32600, nullptr},
      {R"({"jsonrpc":"2.0","id":{},"method":"ping"})", -32600, nullptr},
      {R"({"jsonrpc":"2.0","id":1,"method":7})", -32600, 1},
      {R"({"jsonrpc":"2.0","id":1})", -32600, 1},
      {R"({"jsonrpc":"2.0","id":1,"method":"ping","params":[1]})", -32600, 1},
      {R"({"jsonrpc":"2.0","id":1,"method":"pong"})", -32601, 1},
      {R"({"jsonrpc":"2.0","id":1,"method":""})", -32601, 1},
  };
  for (const auto& bad : cases) {
    CAPTURE(bad.line.substr(0, 80));
    const Json answer = wire.ask(bad.line);
    REQUIRE(answer.is_object());
    CHECK(code_of(answer) == bad.code);
    CHECK(answer.value("id", Json()) == bad.id);
    CHECK(answer.contains("id") == !bad.id.is_null());
    CHECK(wire.ask(R"({"jsonrpc":"2.0","id":18446744073709551615,"method":"ping"})").at("id") ==
          ~std::uint64_t{0});
  }
  CHECK(wire.ask(R"({"jsonrpc":"2.0","id":1,"method":"pign"})").at("error").at("message") ==
        "there is no method 'pign'; did you mean 'ping'?");
  CHECK(wire.ask(R"({"jsonrpc":"2.0","id":1,"method":"\u001b[2J)" + std::string(1'000'000, 'm') + "\"}")
            .at("error")
            .at("message") == "there is no method '\\x1b[2J" + std::string(76, 'm') + "…'");
}

TEST_CASE("notifications and answers to nothing are answered with nothing") {
  Wire wire;
  wire.dispatcher.receive(R"({"jsonrpc":"2.0","method":"notifications/initialized"})");
  wire.dispatcher.receive(R"({"jsonrpc":"2.0","method":"no/such/notification","params":{}})");
  wire.dispatcher.receive(R"({"jsonrpc":"2.0","id":1,"result":{}})");
  wire.dispatcher.receive(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":7}})");
  wire.dispatcher.receive(R"({"jsonrpc":"2.0","method":"notifications/cancelled"})");
  CHECK(wire.lines.empty());
}

TEST_CASE("an id is one request's until it is answered") {
  Wire wire;
  Slow slow;
  slow.serve(wire.dispatcher);
  wire.dispatcher.receive(R"({"jsonrpc":"2.0","id":1,"method":"slow"})");
  CHECK(code_of(wire.ask(R"({"jsonrpc":"2.0","id":1,"method":"slow"})")) == -32600);
  mcp::Call first = slow.calls.back();
  wire.dispatcher.receive(R"({"jsonrpc":"2.0","id":"1","method":"slow"})");
  CHECK(wire.lines.empty());
  first.answer("done");
  first.answer("twice");
  CHECK(wire.take() == std::vector<Json>{{{"jsonrpc", "2.0"}, {"id", 1}, {"result", "done"}}});
  wire.dispatcher.receive(R"({"jsonrpc":"2.0","id":1,"method":"slow"})");
  CHECK(wire.lines.empty());
}

TEST_CASE("a cancelled call says nothing any more") {
  Wire wire;
  Slow slow;
  slow.serve(wire.dispatcher);
  wire.dispatcher.receive(R"({"jsonrpc":"2.0","id":1,"method":"slow"})");
  wire.dispatcher.receive(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}})");
  CHECK(slow.cancelled == 1);
  slow.calls.back().answer("late");
  wire.dispatcher.receive(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}})");
  CHECK(slow.cancelled == 1);
  CHECK(wire.lines.empty());
}

TEST_CASE("the end of the client cancels every call, and calls may outlive the dispatcher") {
  Slow slow;
  {
    Wire wire;
    slow.serve(wire.dispatcher);
    wire.dispatcher.receive(R"({"jsonrpc":"2.0","id":1,"method":"slow"})");
    wire.dispatcher.cancel_all();
    CHECK(slow.cancelled == 1);
    wire.dispatcher.receive(R"({"jsonrpc":"2.0","id":2,"method":"slow"})");
  }
  CHECK(slow.cancelled == 2);
  slow.calls.back().answer("late");
}

TEST_CASE("a call that is given up is answered all the same") {
  Wire wire;
  wire.dispatcher.on("lost", [](const Json&, mcp::Call) {});
  CHECK(code_of(wire.ask(R"({"jsonrpc":"2.0","id":1,"method":"lost"})")) == -32603);
  wire.dispatcher.on("broken", [](const Json&) -> Json { throw std::runtime_error("broken"); });
  CHECK(code_of(wire.ask(R"({"jsonrpc":"2.0","id":1,"method":"broken"})")) == -32603);
}

TEST_CASE("progress goes to who asked for it, and only grows") {
  Wire wire;
  Slow slow;
  slow.serve(wire.dispatcher);
  wire.dispatcher.receive(R"({"jsonrpc":"2.0","id":1,"method":"slow"})");
  CHECK_FALSE(slow.calls.back().wants_progress());
  slow.calls.back().progress(1, "unheard");
  CHECK(wire.lines.empty());
  wire.dispatcher.receive(
      R"({"jsonrpc":"2.0","id":2,"method":"slow","params":{"_meta":{"progressToken":"t"}}})");
  slow.calls.back().progress(1, "one");
  slow.calls.back().progress(1, "again");
  slow.calls.back().answer("done");
  slow.calls.back().progress(2, "late");
  const std::vector<Json> sent = wire.take();
  REQUIRE(sent.size() == 2);
  CHECK(sent[0] == Json{{"jsonrpc", "2.0"},
                        {"method", "notifications/progress"},
                        {"params", {{"progressToken", "t"}, {"progress", 1.0}, {"message", "one"}}}});
}

TEST_CASE("a progress token is a string or an integer, and anything else is none") {
  Wire wire;
  Slow slow;
  slow.serve(wire.dispatcher);
  int id = 0;
  const auto wants = [&](const std::string& token) {
    wire.dispatcher.receive(fmt::format(
        R"({{"jsonrpc":"2.0","id":{},"method":"slow","params":{{"_meta":{{"progressToken":{}}}}}}})", ++id,
        token));
    return slow.calls.back().wants_progress();
  };
  for (const char* token : {"\"\"", "\"t\"", "0", "-7"}) CHECK(wants(token));
  for (const char* token : {"1.5", "null", "true", "{}", "[1]"}) CHECK_FALSE(wants(token));
}

TEST_CASE("what the client is asked is answered once, whatever else it numbers the same") {
  Wire wire;
  std::vector<Json> answers;
  const auto keep = [&](const mcp::Message& response) {
    answers.push_back({response.result, response.error});
  };
  wire.dispatcher.request("roots/list", Json::object(), keep);
  wire.dispatcher.request("roots/list", Json::object(), keep);
  const std::vector<Json> asked = wire.take();
  REQUIRE(asked.size() == 2);
  CHECK(asked[0] ==
        Json{{"jsonrpc", "2.0"}, {"id", "server-1"}, {"method", "roots/list"}, {"params", Json::object()}});
  for (const char* id : {"1", "\"1\"", "\"server-3\"", "\"server-2\"", "\"server-2\""})
    wire.dispatcher.receive(fmt::format(R"({{"jsonrpc":"2.0","id":{},"result":7}})", id));
  CHECK(answers == std::vector<Json>{{7, nullptr}});
  wire.dispatcher.receive(R"({"jsonrpc":"2.0","id":"server-1","error":{"code":1,"message":"no"}})");
  CHECK(answers.at(1) == Json{nullptr, {{"code", 1}, {"message", "no"}}});
  CHECK(wire.take().empty());
}

TEST_CASE("every handler of a notification hears it") {
  Wire wire;
  int heard = 0;
  for (int i = 0; i < 2; ++i) wire.dispatcher.on_notification("n", [&](const Json&) { ++heard; });
  wire.dispatcher.receive(R"({"jsonrpc":"2.0","method":"n"})");
  CHECK(heard == 2);
}

TEST_CASE("what a client can is told at initialize") {
  Wire wire;
  std::vector<Json> told;
  mcp::serve_lifecycle(wire.dispatcher,
                       {"g", "g", "1", {}, nullptr, [&](const Json& can) { told.push_back(can); }});
  for (const char* can : {R"({"roots":{}})", "7"})
    wire.ask(fmt::format(
        R"({{"jsonrpc":"2.0","id":1,"method":"initialize","params":{{"protocolVersion":"x","capabilities":{}}}}})",
        can));
  CHECK(told == std::vector<Json>{{{"roots", Json::object()}}, Json::object()});
}

TEST_CASE(
    "a client gets the revision that it asks for, or our newest; a probe for another era makes it fall "
    "back") {
  Wire wire;
  mcp::serve_lifecycle(wire.dispatcher, {"gatehouse", "gatehouse", "1", [] { return "Use it."; }});
  const auto asked = [&](const std::string& revision) {
    return wire.ask(R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":")" +
                    revision + R"(","capabilities":{},"clientInfo":{"name":"c","version":"1"}}})")["result"];
  };
  CHECK(asked("2025-06-18").at("protocolVersion") == "2025-06-18");
  CHECK(asked("2025-11-25").at("protocolVersion") == "2025-11-25");
  CHECK(asked("2026-07-28").at("protocolVersion") == "2025-11-25");
  CHECK(asked("1").at("protocolVersion") == "2025-11-25");
  CHECK(asked("1").at("instructions") == "Use it.");
  CHECK(asked("1").at("capabilities").contains("tools"));
  CHECK(code_of(wire.ask(R"({"jsonrpc":"2.0","id":1,"method":"initialize"})")) == -32602);
  CHECK(code_of(wire.ask(R"({"jsonrpc":"2.0","id":1,"method":"server/discover","params":{}})")) == -32601);
  CHECK(wire.ask(R"({"jsonrpc":"2.0","id":1,"method":"ping"})").at("result") == Json::object());
}

TEST_CASE("who waits for the last answer is told once, at once where nothing is asked") {
  Wire wire;
  Slow slow;
  slow.serve(wire.dispatcher);
  int told = 0;
  const auto tell = [&told] { ++told; };
  wire.dispatcher.on_idle(tell);
  CHECK(told == 1);
  wire.dispatcher.receive(R"({"jsonrpc":"2.0","id":1,"method":"slow"})");
  wire.dispatcher.receive(R"({"jsonrpc":"2.0","id":2,"method":"slow"})");
  wire.dispatcher.on_idle(tell);
  slow.calls[0].answer(Json::object());
  CHECK(told == 1);
  wire.dispatcher.receive(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":2}})");
  CHECK(told == 2);
  wire.dispatcher.receive(R"({"jsonrpc":"2.0","id":3,"method":"slow"})");
  wire.dispatcher.on_idle(tell);
  wire.dispatcher.cancel_all();
  CHECK(told == 2);
}
