#include "config/node.h"

#include <doctest/doctest.h>

using config::BadInput;
using config::Node;
using config::read_yaml;

namespace {

/// The sentence that reading the text fails with.
std::string complaint(const std::string& text) {
  try {
    read_yaml(text, "f");
  } catch (const BadInput& error) {
    return error.what();
  }
  return "";
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string repeated(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

}  // namespace

TEST_CASE("every value knows where it was written") {
  const Node root = read_yaml("version: 1\nrules:\n  - {id: a, when: \"b\"}\n", "rules.yaml");
  REQUIRE(root.entries.size() == 2);
  CHECK(root.entries[0].value.scalar == "1");
  const Node& rule = root.entries[1].value.items.at(0);
  CHECK(text_of(rule.place) == "rules.yaml:3:5");
  CHECK(text_of(rule.entries[1].value.place) == "rules.yaml:3:19");
  CHECK(rule.entries[1].value.quoted);
  CHECK_FALSE(rule.entries[0].value.quoted);
}

TEST_CASE("an empty text, or one of comments, is an empty map") {
  for (const std::string text : {"", "\n\n", "# nothing\n", "---\n", "\xEF\xBB\xBF"}) {
    const Node root = read_yaml(text, "f");
    CHECK(root.kind == Node::Kind::map);
    CHECK(root.entries.empty());
  }
}

TEST_CASE("a key that looks like a boolean stays the word that was written") {
  const Node root = read_yaml("on: x\ntrue: y\nNo: z\n", "f");
  CHECK(root.entries[0].key.scalar == "on");
  CHECK(root.entries[1].key.scalar == "true");
  CHECK(root.entries[2].key.scalar == "No");
}

TEST_CASE("what can be read in two ways is refused with its place") {
  const std::pair<const char*, const char*> cases[] = {
      {"a: 1\nb: 2\na: 3", "f:3:1: key 'a' stands here a second time; the first is in line 1"},
      {"\"a\": 1\na: 2", "f:2:1: key 'a' stands here a second time"},
      {"a: {b: 1, b: 2}", "f:1:11: key 'b' stands here a second time"},
      {"a: &x b", "f:1:4: '&' begins an anchor"},
      {"&x a: b", "f:1:1: '&' begins an anchor"},
      {"a: *x", "f:1:4: '*' begins an alias"},
      {"host: [*.example]", "a glob must be quoted, as in \"*.example\""},
      {"a: !!str b", "f:1:4: '!' begins a tag"},
      {"a: ! \"b\"", "f:1:4: '!' begins a tag"},
      {"!x {a: b}", "f:1:1: '!' begins a tag"},
      {"a: @set", "f:1:4: a text that begins with '@' must be quoted"},
      {"<<: {a: b}", "f:1:1: merge keys are not read here"},
      {"a: b\n---\nc: d", "f:2:1: the document has ended before this line"},
      {"a: b\n...\nc: d", "the document has ended before this line"},
      {"- a\nb: c", "f:2:1: the document has ended before this line"},
      {"%FOO\n---\na: b", "f:1:1: a line cannot begin with '%'"},
      {"? [a]\n: b", "f:1:3: a key must be a word"},
  };
  for (const auto& row : cases) {
    INFO(row.first);
    const std::string sentence = complaint(row.first);
    CHECK_MESSAGE(contains(sentence, row.second), sentence);
  }
}

TEST_CASE("a null is refused, and the message says what to write") {
  for (const std::string text : {"why:", "why: ~", "why: null", "why: Null", "{why, a: b}"}) {
    INFO(text);
    CHECK(contains(complaint(text), "key 'why' has no value; write \"\" for an empty text"));
  }
  CHECK(contains(complaint("- a\n-\n"), "no value here"));
  CHECK(contains(complaint("~: a"), "a key must be a word"));
  CHECK(contains(complaint("null"), "no value here"));
  CHECK(complaint("a: \"null\"").empty());
}

TEST_CASE("common mistakes are explained") {
  CHECK(contains(complaint("a:\n\tb: c"), "a tab cannot indent"));
  CHECK(contains(complaint("reason: Stop: no"), "a text that holds \": \" must be quoted"));
  CHECK(contains(complaint("a: \"b"), "a quote is not closed"));
  CHECK(contains(complaint("a: [b\nc: d"), "f:2:2: ']' or ',' is missing here"));
}

TEST_CASE("bytes that are no text are refused with their place") {
  using namespace std::string_literals;
  CHECK(complaint("a: \xFF") == "f:1:4: byte 0xFF is no UTF-8");
  CHECK(complaint("a: b\nc: \xED\xA0\x80") == "f:2:4: byte 0xED is no UTF-8");
  CHECK(complaint("a: \xC0\xAF") == "f:1:4: byte 0xC0 is no UTF-8");
  CHECK(complaint("a: \xC3") == "f:1:4: byte 0xC3 is no UTF-8");
  CHECK(complaint("a: b\0c: d"s) == "f:1:5: a control character (U+0000)");
  CHECK(complaint("\xFE\xFF\0a"s) == "f:1:1: byte 0xFE is no UTF-8");
  CHECK(complaint("a: \"\\0\"") == "f:1:4: a NUL byte cannot be part of a value");
  CHECK(complaint("grüße: \"日本\" # 🙂").empty());
}

TEST_CASE("nothing behind a byte that the parser takes for the end of the file is lost") {
  CHECK(complaint("a: b\n\x04\nc: d") == "f:2:1: a control character (U+0004)");
}

TEST_CASE("depth and size are bounded") {
  CHECK(complaint(repeated("- ", 63) + "a").empty());
  CHECK(contains(complaint(repeated("- ", 65) + "a"), "more than 64 levels deep"));
  CHECK(contains(complaint(repeated("[", 100'000) + repeated("]", 100'000)), "more than 64 levels deep"));
  CHECK(contains(complaint(std::string((8 << 20) + 1, '\n')), "larger than 8 MiB"));
}

TEST_CASE("the nearest word is an edit or two away, or a known confusion") {
  using config::nearest;
  CHECK(nearest("evnt", {"id", "event", "when"}) == "event");
  CHECK(nearest("vredict", {"verdict", "event"}) == "verdict");
  CHECK(nearest("DENY", {"allow", "ask", "deny"}) == "deny");
  CHECK(nearest("argv", {"program", "args"}) == "args");
  CHECK(nearest("action", {"verdict", "when"}) == "verdict");
  CHECK(nearest("action", {"when"}) == "");
  CHECK(nearest("zebra", {"id", "event", "when"}) == "");
  CHECK(nearest(std::string(1 << 20, 'x'), {"id"}) == "");
  CHECK(nearest("", {"id"}) == "");
}
