#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>

#include "config/file.h"
#include "policy/trial.h"
#include "tests/unit/data.h"
#include "tests/unit/policy/events.h"

namespace policy {
namespace {

using config::Node;

std::vector<std::string> policy_files() {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(tests::source_file("examples/policies")))
    if (entry.path().extension() == ".yaml") files.push_back(entry.path().string());
  std::sort(files.begin(), files.end());
  return files;
}

Node* find(Node& map, const std::string& key) {
  for (config::Entry& entry : map.entries)
    if (entry.key.scalar == key) return &entry.value;
  return nullptr;
}

/// The first thing that is wrong with these rules or their examples; empty when all is as it says.
std::string fault(const Node& document) {
  try {
    const Trial trial = try_rules({{Layer::user, document}}, tests::here());
    return trial.failures.empty() ? "" : trial.failures.front().what();
  } catch (const config::BadInput& error) {
    return error.what();
  }
}

TEST_CASE("each shipped policy keeps what its examples say") {
  const std::vector<std::string> files = policy_files();
  CHECK(files.size() >= 25);
  for (const std::string& file : files) {
    CAPTURE(file);
    CHECK(fault(config::read_yaml_file(file)) == "");
  }
}

TEST_CASE("each rule of a shipped policy has a suggestion and three examples of either kind") {
  for (const std::string& file : policy_files()) {
    Node document = config::read_yaml_file(file);
    for (Node& rule : find(document, "rules")->items) {
      CAPTURE(config::text_of(rule.place));
      Node* const examples = find(rule, "examples");
      REQUIRE(examples != nullptr);
      CHECK(find(*examples, "match")->items.size() >= 3);
      CHECK(find(*examples, "no_match")->items.size() >= 3);
      CHECK((find(*find(document, "examples"), "allow") != nullptr));
      if (find(rule, "verdict")->scalar != "allow") CHECK(find(rule, "suggest") != nullptr);
    }
  }
}

TEST_CASE("a shipped policy that loses one of its rules fails its own examples") {
  for (const std::string& file : policy_files()) {
    const Node whole = config::read_yaml_file(file);
    Node document = whole;
    const std::size_t count = find(document, "rules")->items.size();
    for (std::size_t index = 0; index < count; ++index) {
      document = whole;
      Node& rules = *find(document, "rules");
      const auto rule = rules.items.begin() + static_cast<std::ptrdiff_t>(index);
      CAPTURE(config::text_of(rule->place));
      rules.items.erase(rule);
      CHECK(fault(document) != "");
    }
  }
}

TEST_CASE("a shipped policy that loses one of its exceptions fails its own examples") {
  std::size_t exceptions = 0;
  for (const std::string& file : policy_files()) {
    Node document = config::read_yaml_file(file);
    const auto except = std::find_if(document.entries.begin(), document.entries.end(),
                                     [](const config::Entry& entry) { return entry.key.scalar == "except"; });
    if (except == document.entries.end()) continue;
    CAPTURE(file);
    ++exceptions;
    document.entries.erase(except);
    CHECK(fault(document) != "");
  }
  CHECK(exceptions == 1);
}

}  // namespace
}  // namespace policy
