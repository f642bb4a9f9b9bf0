#include "policy/schema.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "config/file.h"
#include "policy/rules_shape.h"
#include "tests/unit/data.h"
#include "tests/unit/policy/events.h"

namespace policy {
namespace {

/// The line that the reader complains about; 0 where it takes the file.
int line_of_complaint(const std::string& file) {
  try {
    (void)RuleSet::compile({{Layer::user, config::read_yaml_file(tests::data_file("schema/" + file))}},
                           tests::here());
    return 0;
  } catch (const config::BadInput& error) {
    return error.place().line;
  }
}

TEST_CASE("the reader refuses every planted fault at its line") {
  std::size_t faults = 0;
  for (const std::vector<std::string>& row : tests::table_of("schema/faults.tsv")) {
    if (row.front().starts_with('#')) continue;
    CAPTURE(row.front());
    CHECK(std::to_string(line_of_complaint(row.front())) == row.at(1));
    ++faults;
  }
  CHECK(faults >= 40);
  const std::filesystem::directory_iterator files(tests::data_file("schema"));
  CHECK(std::distance(begin(files), end(files)) == static_cast<std::ptrdiff_t>(faults) + 1);
}

TEST_CASE("the schema has every key that the reader takes, and says what it is for") {
  const nlohmann::ordered_json schema = schema_of(rules_file_shape, "rules");
  const auto& definitions = schema["$defs"];
  for (const char* mapping : {"rules_file", "rule", "matcher", "program", "command", "profile"}) {
    CAPTURE(mapping);
    REQUIRE(definitions.contains(mapping));
    CHECK(definitions[mapping]["additionalProperties"] == false);
    for (const auto& property : definitions[mapping]["properties"].items()) {
      CAPTURE(property.key());
      CHECK_FALSE(property.value()["description"].get<std::string>().empty());
    }
  }
  CHECK(definitions["matcher"]["properties"].contains("writable_program"));
  CHECK(definitions["matcher_for_read"]["properties"]["program"].contains("not"));
  CHECK_FALSE(definitions["matcher_for_net"]["properties"].contains("program"));
  CHECK(definitions["profile_limits"]["properties"].contains("wall"));
}

TEST_CASE("the schema of grants has matchers of programs only, and times as they are read") {
  const nlohmann::ordered_json schema = schema_of(grants_file_shape, "grants");
  const auto& grant = schema["$defs"]["grant"];
  CHECK(grant["required"] == nlohmann::ordered_json{"answers", "reason"});
  CHECK(grant["allOf"][0]["properties"]["when"]["$ref"] == "#/$defs/matcher_for_exec");
  CHECK(schema["$defs"]["matcher_for_exec"]["properties"].contains("host"));
  CHECK(grant["properties"]["until"]["pattern"].get<std::string>().find("[0-9]{4}-") != std::string::npos);
}

TEST_CASE("a spelling's pattern says what the spelling says") {
  const nlohmann::ordered_json schema = schema_of(rules_file_shape, "rules");
  CHECK(schema["$defs"]["rule"]["properties"]["id"]["pattern"] ==
        "^(?!defaults\\.)(?:[abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._\\-]+)$");
  CHECK(schema["$defs"]["rule"]["properties"]["reason"]["pattern"] == "^(?:[\\s\\S]*[^ \\t\\n][\\s\\S]*)$");
}

}  // namespace
}  // namespace policy
