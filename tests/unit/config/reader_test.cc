#include "config/reader.h"

#include <doctest/doctest.h>

using namespace config;
using namespace std::chrono_literals;

namespace {

Node value_of(const std::string& text) { return read_yaml("k: " + text, "f").entries.at(0).value; }

template <class Read>
std::string complaint(Read read) {
  try {
    read();
  } catch (const BadInput& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("an unknown key names the nearest known one, or all of them") {
  const Node document = read_yaml("id: a\nevnt: exec\n", "rules.yaml");
  CHECK(complaint([&] {
          MapReader(document, {"id", "event"});
        }) == "rules.yaml:2:1: unknown key 'evnt'; did you mean 'event'?");
  CHECK(complaint([&] {
          MapReader(document, {"id", "when"});
        }) == "rules.yaml:2:1: unknown key 'evnt'; known are id, when");
}

TEST_CASE("a missing key is named at the place of its map") {
  const Node document = read_yaml("rules:\n  - id: a\n", "f");
  const MapReader rule(document.entries[0].value.items[0], {"id", "event"});
  CHECK(rule.need("id").scalar == "a");
  CHECK(rule.find("event") == nullptr);
  CHECK(complaint([&] { (void)rule.need("event"); }) == "f:2:5: key 'event' is missing");
  CHECK_THROWS_AS((void)rule.find("unannounced"), sys::Error);
}

TEST_CASE("a scalar is a list of one") {
  CHECK(read_strings(value_of("a")) == std::vector<std::string>{"a"});
  CHECK(read_strings(value_of("[a, 'b c']")) == std::vector<std::string>{"a", "b c"});
  CHECK(read_strings(value_of("[]")).empty());
  CHECK(complaint([] { read_strings(value_of("{a: b}")); }) ==
        "f:1:4: expected a text or a list of texts, found a map");
  CHECK(complaint([] { read_strings(value_of("[[a]]")); }) == "f:1:5: expected a text, found a list");
}

TEST_CASE("a day ends with its last second, and a time is one of UTC") {
  const auto seconds = [](const char* text) {
    return read_instant(value_of(text)).time_since_epoch().count();
  };
  CHECK(seconds("1970-01-01") == 86'400);
  CHECK(seconds("1970-01-02T00:01Z") == 86'460);
  CHECK(seconds("'2026-02-28T23:59:59Z'") == 1'772'323'199);
  CHECK(complaint([&] { (void)seconds("2026-02-29"); }) == "f:1:4: there is no such time: '2026-02-29'");
  for (const char* text : {"2026-1-01", "2026-01-01T10:00", "2026-01-01 10:00Z", "2026-01-01T10:00+01", "[]"})
    CHECK(complaint([&] { (void)seconds(text); }).find("expected a day such as") != std::string::npos);
}

TEST_CASE("only unquoted true and false are booleans, and other spellings are explained") {
  CHECK(read_bool(value_of("true")));
  CHECK_FALSE(read_bool(value_of("false")));
  CHECK(complaint([] { read_bool(value_of("yes")); }) ==
        "f:1:4: expected true or false, found 'yes'; write true");
  CHECK(complaint([] { read_bool(value_of("OFF")); }) ==
        "f:1:4: expected true or false, found 'OFF'; write false");
  CHECK(complaint([] { read_bool(value_of("\"true\"")); }) ==
        "f:1:4: in quotes this is a text; write true without them");
  CHECK(complaint([] { read_bool(value_of("1")); }) == "f:1:4: expected true or false, found '1'");
}

TEST_CASE("times carry their unit") {
  CHECK(read_duration(value_of("50ms")) == 50ms);
  CHECK(read_duration(value_of("120s")) == 120s);
  CHECK(read_duration(value_of("10m")) == 10min);
  CHECK(read_duration(value_of("30d")) == 720h);
  CHECK(read_duration(value_of("0")) == 0ms);
  for (const char* wrong : {"120", "-1s", "1.5h", "s", "''", "5 s", "99999999999999999999s", "36501d"}) {
    INFO(wrong);
    CHECK_THROWS_AS(read_duration(value_of(wrong)), BadInput);
  }
}

TEST_CASE("sizes are in powers of 1024") {
  CHECK(read_bytes(value_of("64MB")) == 64U << 20);
  CHECK(read_bytes(value_of("2GB")) == 2ULL << 30);
  CHECK(read_bytes(value_of("512")) == 512);
  CHECK(read_bytes(value_of("0")) == 0);
  for (const char* wrong : {"64mb", "-1", "1e9", "0x10", "16777216TB"}) {
    INFO(wrong);
    CHECK_THROWS_AS(read_bytes(value_of(wrong)), BadInput);
  }
}

TEST_CASE("numbers are whole and in their range") {
  CHECK(read_unsigned(value_of("4096")) == 4096);
  CHECK(complaint([] { read_unsigned(value_of("0"), 1, 10); }) ==
        "f:1:4: expected a number from 1 to 10, found '0'");
  CHECK(complaint([] { read_unsigned(value_of("18446744073709551616")); }) ==
        "f:1:4: expected a number, found '18446744073709551616'");
}

TEST_CASE("an unknown word names the nearest") {
  const auto read = [](const std::string& text) {
    return read_word<int>(value_of(text), {{"read-only", 1}, {"workspace-write", 2}});
  };
  CHECK(read("workspace-write") == 2);
  CHECK(complaint([&] { read("readonly"); }) == "f:1:4: unknown word 'readonly'; did you mean 'read-only'?");
  CHECK(complaint([&] { read("[read-only]"); }) ==
        "f:1:4: expected one of read-only, workspace-write, found a list");
}

TEST_CASE("a file says which format it has") {
  const auto check = [](const std::string& text) {
    const Node document = read_yaml(text, "f");
    check_version(MapReader(document, {"version"}));
  };
  CHECK_NOTHROW(check("version: 1"));
  CHECK(complaint([&] { check(""); }) == "f:1:1: the file must say which format it has: add 'version: 1'");
  CHECK(complaint([&] { check("version: 2"); }) ==
        "f:1:10: expected version 1, the only one that this gatehouse reads, found '2'");
}

TEST_CASE("what a message repeats is shown with control characters escaped, and cut when long") {
  CHECK(complaint([] { read_bool(value_of("\"\\e[2J\"")); }) ==
        "f:1:4: expected true or false, found '\\x1b[2J'");
  CHECK(complaint([] { read_bool(value_of(std::string(10'000, 'x'))); }).size() < 160);
}
