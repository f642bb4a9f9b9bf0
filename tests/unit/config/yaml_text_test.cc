#include "config/yaml_text.h"

#include <doctest/doctest.h>

using namespace config;

TEST_CASE("what is written as YAML is read as what it was") {
  const std::string text =
      "version: 1\n"
      "rules:\n"
      "  # f:4:5\n"
      "  - id: a.b\n"
      "    event: [exec, read]\n"
      "    when: {args: [[x, \"- y\"], \"**\"], options: {\"-f\": \"\"}, top: true}\n"
      "    unless: {}\n"
      "  # f:9:5\n"
      "  - id: \"true\"\n"
      "    reason: \"a \\\"quote\\\", a \\\\, two\\nlines,\\x09a tab: and ümlauts # no comment\"\n"
      "sets: {}\n";
  CHECK(yaml_text(read_yaml(text, "f")) == text);
}

TEST_CASE("what YAML would take for something else is put in quotes") {
  for (const std::string word : {"", "~", "- a", "-f", "@set", "*", "a: b", "#", "null x", "[", "true ",
                                 "\v\x1b[31m\r\x7f", "\xc2\x85"}) {
    Node node;
    node.scalar = word;
    const std::string text = "k: " + yaml_text(node);
    CAPTURE(text);
    CHECK(read_yaml(text, "f").entries.at(0).value.scalar == word);
  }
}
