/// Rules files, spoiled: whatever stands there, the reader says so quickly, or takes it.

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "config/yaml_text.h"
#include "tests/unit/data.h"
#include "tests/unit/policy/made_up.h"

namespace policy {
namespace {

using tests::Random;

const std::vector<std::string> tokens{"&a ",
                                      "*a",
                                      "!!str ",
                                      "!x ",
                                      "<<: *a",
                                      "null",
                                      "~",
                                      "? ",
                                      "- ",
                                      ": ",
                                      ", ",
                                      "{",
                                      "}",
                                      "[",
                                      "]",
                                      "\"",
                                      "'",
                                      "\t",
                                      "\n",
                                      "  ",
                                      "on: ",
                                      "no",
                                      "010",
                                      "1e3",
                                      "|\n",
                                      ">-\n",
                                      "---\n",
                                      "...\n",
                                      "%YAML 1.1\n",
                                      "#",
                                      "@",
                                      "`",
                                      "\\",
                                      "**",
                                      "[!",
                                      "../",
                                      "${x}",
                                      "deny",
                                      "when: ",
                                      "rules:\n",
                                      std::string(1, '\0'),
                                      "\xff",
                                      "\xef\xbb\xbf",
                                      "\xc2\x85",
                                      "\r\n",
                                      std::string(200, '['),
                                      std::string(3000, '{'),
                                      std::string(2000, ' ')};

std::vector<std::string> shipped() {
  std::vector<std::string> texts;
  const auto take = [&](const std::filesystem::path& path) {
    std::ifstream file(path);
    texts.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  };
  for (const char* directory : {"../../examples/policies", "rules"})
    for (const auto& entry : std::filesystem::directory_iterator(tests::data_file(directory)))
      if (entry.path().extension() == ".yaml") take(entry.path());
  std::sort(texts.begin(), texts.end());
  return texts;
}

void spoil(std::string& text, Random& random, const std::vector<std::string>& others) {
  const std::size_t at = random() % (text.size() + 1);
  const std::size_t length = std::min<std::size_t>(random() % 40, text.size() - at);
  const std::string& other = others[random() % others.size()];
  switch (random() % 5) {
    case 0:
      text.erase(at, length);
      break;
    case 1:
      text.insert(at, text.substr(at, length));
      break;
    case 2:
      if (at < text.size()) text[at] = static_cast<char>(random());
      break;
    case 3:
      text.insert(at, other.substr(random() % other.size(), length));
      break;
    default:
      text.insert(at, tokens[random() % tokens.size()]);
  }
}

/// "" for rules that are taken, else what is wrong with them.
std::string outcome_of(const std::string& text, const Surroundings& where) {
  try {
    (void)RuleSet::compile({{Layer::user, config::read_yaml(text, "rules.yaml")}}, where);
    return {};
  } catch (const config::BadInput& error) {
    CHECK(error.place().file == "rules.yaml");
    CHECK(error.place().line >= 0);
    CHECK(error.place().line <=
          std::count(text.begin(), text.end(), '\n') + std::count(text.begin(), text.end(), '\r') + 1);
    CHECK_FALSE(std::string_view(error.what()).empty());
    return error.what();
  }
}

bool is_same(const config::Node& one, const config::Node& other) {
  const auto is_same_entry = [](const config::Entry& entry, const config::Entry& another) {
    return entry.key.scalar == another.key.scalar && is_same(entry.value, another.value);
  };
  return one.kind == other.kind && one.scalar == other.scalar &&
         std::equal(one.items.begin(), one.items.end(), other.items.begin(), other.items.end(), is_same) &&
         std::equal(one.entries.begin(), one.entries.end(), other.entries.begin(), other.entries.end(),
                    is_same_entry);
}

TEST_CASE("a spoiled rules file is taken, or refused at a place in it, and always the same way") {
  const std::vector<std::string> texts = shipped();
  REQUIRE(texts.size() > 20);
  Random random(31);
  std::size_t taken = 0, refused = 0;
  for (int round = 0, end = tests::rounds(2'000); round < end; ++round) {
    std::string text = texts[random() % texts.size()];
    for (std::size_t left = random() % 3 + 1; left > 0; --left) spoil(text, random, texts);
    CAPTURE(text);
    const std::string outcome = outcome_of(text, tests::here());
    if (round % 10 == 0) CHECK(outcome_of(text, tests::here()) == outcome);
    ++(outcome.empty() ? taken : refused);
  }
  CHECK(taken > refused / 20);
  CHECK(refused > taken / 20);
}

TEST_CASE("what is read from a spoiled file is written down again as the same") {
  const std::vector<std::string> texts = shipped();
  Random random(32);
  std::size_t read = 0;
  for (int round = 0, end = tests::rounds(2'000); round < end; ++round) {
    std::string text = texts[random() % texts.size()];
    spoil(text, random, texts);
    CAPTURE(text);
    config::Node tree;
    try {
      tree = config::read_yaml(text, "rules.yaml");
    } catch (const config::BadInput&) {
      continue;
    }
    ++read;
    const std::string written = config::yaml_text(tree);
    CAPTURE(written);
    CHECK(is_same(config::read_yaml(written, "written.yaml"), tree));
  }
  CHECK(static_cast<int>(read) > tests::rounds(500));
}

}  // namespace
}  // namespace policy
