#include "shelltool/hosts/settings.h"

#include <doctest/doctest.h>

#include "config/node.h"

using namespace shelltool;
using How = Setting::How;

namespace {

SettingsText json(const std::string& text) { return {"s.json", Syntax::json, text}; }
SettingsText jsonc(const std::string& text) { return {"s.jsonc", Syntax::jsonc, text}; }
SettingsText toml(const std::string& text) { return {"s.toml", Syntax::toml, text}; }

Setting set(KeyPath path, mcp::Json value) {
  return {std::move(path), std::move(value), How::set, "", false};
}
Setting last(KeyPath path, mcp::Json value) {
  return {std::move(path), std::move(value), How::set_last, "", false};
}
Setting include(KeyPath path, mcp::Json value) {
  return {std::move(path), std::move(value), How::include, "", false};
}

std::string applied(const SettingsText& settings, const std::vector<Setting>& wanted) {
  return apply_settings(settings, wanted).text;
}

/// What stands there after both ways; the settings hold in between.
std::string there_and_back(const SettingsText& settings, const std::vector<Setting>& wanted) {
  SettingsText edited = settings;
  const Edited change = apply_settings(settings, wanted);
  edited.text = change.text;
  for (const Setting& setting : wanted) CHECK(holds(edited, setting));
  CHECK(apply_settings(edited, wanted).changes.empty());
  return take_back(edited, change.changes).text;
}

std::string complaint(const SettingsText& settings) {
  try {
    static_cast<void>(find_value(settings, {"a"}));
  } catch (const config::BadInput& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("an edit of JSON keeps the user's keys in order, indented as they were") {
  CHECK(applied(json("{\n    \"b\": 1,\n    \"a\": {\"x\": []}\n}\n"), {set({"c", "d"}, true)}) ==
        "{\n    \"b\": 1,\n    \"a\": {\"x\": []},\n    \"c\": {\n        \"d\": true\n    }\n}\n");
  CHECK(applied(json("{\"a\":1}"), {set({"b"}, 2)}) == "{\"a\":1, \"b\": 2}");
  CHECK(applied(json(""), {set({"b"}, 2)}) == "{\n  \"b\": 2\n}\n");
  CHECK(applied(json("{}\n"), {include({"a"}, "x"), include({"a"}, "y")}) ==
        "{\n  \"a\": [\n    \"x\",\n    \"y\"\n  ]\n}\n");
  CHECK(applied(json("{\r\n\t\"a\": 1\r\n}"), {set({"b"}, 2)}) == "{\r\n\t\"a\": 1,\r\n\t\"b\": 2\r\n}");
}

TEST_CASE("comments and trailing commas of JSONC survive an edit and its way back") {
  const std::string text =
      "{\n  // first\n  \"a\": 1, // of a\n  /* b */ \"b\": {\"c\": [1, 2,],}, // last\n}\n";
  const std::vector<Setting> wanted = {set({"d"}, "x"), include({"b", "c"}, 3), set({"b", "e"}, false)};
  const std::string edited = applied(jsonc(text), wanted);
  for (const char* comment : {"// first", "// of a", "/* b */", "// last"})
    CHECK(edited.find(comment) != std::string::npos);
  const std::string back = there_and_back(jsonc(text), wanted);
  for (const char* comment : {"// first", "// of a", "/* b */", "// last"})
    CHECK(back.find(comment) != std::string::npos);
  CHECK(find_value(jsonc(back), {}) == find_value(jsonc(text), {}));
}

TEST_CASE("what was brought in goes, and what was there comes back, in JSON") {
  for (const char* text :
       {"{\n  \"a\": {\n    \"x\": 1\n  }\n}\n", "{\"a\": {\"x\": \"old\", \"y\": 2}}", "{\n  \"z\": null\n}",
        "{\n  \"a\": {\n    \"l\": [\n      \"u\"\n    ],\n    \"x\": [1, 2]\n  }\n}\n", "{}\n"})
    CHECK(there_and_back(json(text),
                         {set({"a", "x"}, true), include({"a", "l"}, "v"), set({"n", "m", "o"}, 1)}) == text);
}

TEST_CASE("a key that a wildcard behind it would beat moves behind that, and back") {
  const std::string text = "{\n  \"p\": {\n    \"bash\": \"ask\",\n    \"*\": \"allow\"\n  }\n}\n";
  CHECK(applied(json(text), {last({"p", "bash"}, "deny")}) ==
        "{\n  \"p\": {\n    \"*\": \"allow\",\n    \"bash\": \"deny\"\n  }\n}\n");
  CHECK(there_and_back(json(text), {last({"p", "bash"}, "deny")}) == text);
  const std::string short_form = "{\"p\": \"allow\"}";
  CHECK(there_and_back(json(short_form), {last({"p", "bash"}, "deny"), last({"p", "edit"}, "deny")}) ==
        short_form);
}

TEST_CASE("what the user has changed since stays, and is named") {
  const Edited edited = apply_settings(json("{}"), {set({"a", "b"}, 1), set({"c"}, 2)});
  const Edited back = take_back(json("{\"a\": {\"b\": 7}, \"c\": 2, \"d\": 3}"), edited.changes);
  CHECK(back.text == "{\"a\": {\"b\": 7}, \"d\": 3}");
  REQUIRE(back.notes.size() == 1);
  CHECK(back.notes[0] == "a.b was changed since, and stays as it is");
}

TEST_CASE("what is there of the wrong shape is refused by place") {
  CHECK_THROWS_WITH_AS(applied(json("{\n \"a\": 1}"), {set({"a", "b"}, 1)}), "s.json:2:7: a is no object",
                       config::BadInput);
  CHECK_THROWS_WITH_AS(applied(json("{\"a\": {}}"), {include({"a"}, 1)}), "s.json:1:7: a is no list",
                       config::BadInput);
  CHECK_THROWS_AS(applied(toml("features = {x = true}\n"), {set({"features", "y"}, false)}),
                  config::BadInput);
}

TEST_CASE("a broken text is an error with file, line and column") {
  CHECK(complaint(json("{\n  \"a\": 1\n  \"b\": 2\n}")) == "s.json:3:3: expected ',' or '}'");
  CHECK(complaint(json("{\"a\": 1,}")) == "s.json:1:8: a comma before '}'");
  CHECK(complaint(json("{\"a\": 1 // x\n}")) == "s.json:1:9: a comment, which JSON does not have");
  CHECK(complaint(json("[]")) == "s.json:1:1: expected '{': the settings are an object");
  CHECK(complaint(json("{\"a\": tru}")) == "s.json:1:7: 'tru' is no JSON");
  CHECK(complaint(json("{\"a\": \"x\n\"}")) == "s.json:1:7: the string has no end");
  CHECK(complaint(json("{\"a\": 1")) == "s.json:1:8: the text ends in the middle of a value");
  CHECK(complaint(json("{} x")) == "s.json:1:4: something stands behind the end of the settings");
  CHECK(complaint(toml("a = 1\nb = \n")) == "s.toml:2:5: expected a value");
  CHECK(complaint(toml("a = 1\na = 2\n")) == "s.toml:2:1: a stands twice");
  CHECK(complaint(toml("[a]\n[b]\n[a]\n")) == "s.toml:3:1: the table [a] stands twice");
  CHECK(complaint(toml("a = \"x\n")) == "s.toml:1:5: the string has no end");
  CHECK(complaint(toml("a = 1 2 b = 3\n")) != "");
  CHECK(complaint(toml("[a\n")) == "s.toml:1:3: expected ']'");
}

TEST_CASE("TOML tables that are there take the keys, and others are appended under a mark") {
  CHECK(applied(toml("[features]\nx = true # mine\n\n[b]\n"), {set({"features", "y"}, false)}) ==
        "[features]\nx = true # mine\ny = false\n\n[b]\n");
  CHECK(applied(toml("[features]\ny = true # mine\n"), {set({"features", "y"}, false)}) ==
        "[features]\ny = false # mine\n");
  CHECK(applied(toml("features.x = true\n[b]\n"), {set({"features", "y"}, false)}) ==
        "features.x = true\nfeatures.y = false\n[b]\n");
  CHECK(applied(toml("[m.g.env]\nA = 'b'\n"), {set({"m", "g", "c"}, "x")}) ==
        "[m.g.env]\nA = 'b'\n\n# Written by gatehouse register, and taken out with --remove.\n[m.g]\nc = "
        "\"x\"\n");
  CHECK(applied(toml(""), {set({"f", "y"}, mcp::Json::array({"s"}))}) ==
        "# Written by gatehouse register, and taken out with --remove.\n[f]\ny = [\"s\"]\n");
}

TEST_CASE("TOML that only looks like a table is not taken for one") {
  const std::string text = "a = '''\n[features]\n'''\nb = [ # [features]\n  \"[features]\",\n]\n";
  CHECK(applied(toml(text), {set({"features", "y"}, false)}).starts_with(text));
  CHECK(find_value(toml(text), {"b"}) == mcp::Json::array({"[features]"}));
  CHECK(find_value(toml("a = { b = { c = \"x\" } }\n"), {"a", "b", "c"}) == mcp::Json("x"));
}

TEST_CASE("what was brought in goes, and what was there comes back, in TOML") {
  for (const char* text : {"", "x = 1\n", "[f]\na = true # c\n", "[f]\n\n[[h.p]]\nm = 1\n[[h.p]]\nm = 2\n",
                           "f.a = \"\"\"x\"\"\"\n", "d = 2026-01-01T00:00:00Z\r\n[q.\"a b\"]\r\nx = 1.5\r\n"})
    CHECK(there_and_back(toml(text), {set({"f", "a"}, false), set({"f", "b"}, false),
                                      set({"s", "g", "c"}, "y")}) == text);
}

TEST_CASE("a change survives its record") {
  for (const Change& change :
       apply_settings(json("{\"p\": {\"b\": 1, \"*\": 2}}"), {last({"p", "b"}, 3), include({"q"}, "é")})
           .changes) {
    const Change read = change_of(json_of(change));
    CHECK(json_of(read) == json_of(change));
    CHECK(read.setting.how == change.setting.how);
  }
}
