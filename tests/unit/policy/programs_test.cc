#include <doctest/doctest.h>

#include <fstream>
#include <set>

#include "config/file.h"
#include "config/shape.h"
#include "policy/built_in.h"
#include "policy/program_reader.h"
#include "policy/rules_reader.h"
#include "policy/rules_shape.h"
#include "policy/shell_words.h"
#include "policy/words.h"
#include "sandbox/sys/path.h"
#include "tests/unit/data.h"
#include "tests/unit/policy/described.h"

namespace policy {
namespace {

struct Row {
  std::string command, expected;
};

std::vector<Row> rows() {
  std::vector<Row> rows;
  std::ifstream file(tests::data_file("program_words.tsv"));
  for (std::string line; std::getline(file, line);) {
    const std::size_t tab = line.find('\t');
    if (!line.starts_with('#') && tab != std::string::npos)
      rows.push_back({line.substr(0, tab), line.substr(tab + 1)});
  }
  return rows;
}

std::vector<std::string> argv_of(const std::string& command) {
  return commands_in_text(command, "/home/u").at(0).argv;
}

config::Node document() { return config::read_yaml_file(tests::data_file("../../policy/programs.yaml")); }

const config::Node& programs_in(const config::Node& document) { return *config::find(document, "programs"); }

TEST_CASE("the words of the programs that agents use mean what the program means by them") {
  const std::vector<Row> table = rows();
  CHECK(table.size() >= 250);
  for (const Row& row : table) {
    CAPTURE(row.command);
    const std::vector<std::string> argv = argv_of(row.command);
    const Program* const program = built_in_program(sys::base_name(argv.front()));
    REQUIRE(program != nullptr);
    CHECK(tests::described(argv, program->grammar) == row.expected);
  }
}

TEST_CASE("every built-in program is described as an owner's must be") {
  const config::Node file = document();
  for (const config::Entry& program : programs_in(file).entries)
    CHECK_NOTHROW(config::check(program.value, program_shape));
}

TEST_CASE("every built-in program that is like no other one has a row in the table") {
  std::set<std::string> shown;
  for (const Row& row : rows()) shown.insert(sys::base_name(argv_of(row.command).front()));
  const config::Node file = document();
  for (const config::Entry& program : programs_in(file).entries) {
    CAPTURE(program.key.scalar);
    const bool is_alias = program.value.entries.size() == 1 && program.value.entries[0].key.scalar == "like";
    CHECK((is_alias || shown.contains(program.key.scalar)));
  }
}

void check_same(const Command& asked, const Command& read) {
  CHECK(asked.value_options == read.value_options);
  CHECK(asked.attached_options == read.attached_options);
  CHECK(asked.flags == read.flags);
  CHECK(asked.last_options == read.last_options);
  CHECK(asked.options_end_at == read.options_end_at);
  CHECK(asked.early_options == read.early_options);
  CHECK(asked.has_commands() == !read.commands.empty());
  for (const auto& command : read.commands) {
    CAPTURE(command.first);
    const Command* const found = asked.find(command.first);
    REQUIRE(found != nullptr);
    check_same(*found, command.second);
  }
  CHECK(asked.find("no such command") == nullptr);
}

TEST_CASE("the built-in programs are a rules file, and each part is the same when it is read alone") {
  const config::Node file = document();
  CHECK(read_rules(file, Layer::user, {}, {}).programs.size() == programs_in(file).entries.size());
  for (const config::Entry& program : programs_in(file).entries) {
    CAPTURE(program.key.scalar);
    const Program* const asked = built_in_program(program.key.scalar);
    REQUIRE(asked != nullptr);
    CHECK(asked->grammar.known);
    const ProgramEntry entry = read_program(program.key.scalar, program.value);
    CHECK((asked->grammar.under != nullptr) == !entry.like.empty());
    check_same(asked->grammar, entry.program.grammar);
  }
  CHECK(built_in_program("no such program") == nullptr);
}

void check_clear(const Command& command) {
  for (const std::string& flag : command.flags) {
    CAPTURE(flag);
    CHECK_FALSE(command.value_options.contains(flag));
    CHECK_FALSE(command.attached_options.contains(flag));
  }
  for (const auto& each : command.commands) {
    CAPTURE(each.first);
    check_clear(each.second);
  }
}

TEST_CASE("no built-in program has an option that takes a value and is a flag in one place") {
  const config::Node file = document();
  for (const config::Entry& program : programs_in(file).entries) {
    CAPTURE(program.key.scalar);
    check_clear(read_program(program.key.scalar, program.value).program.grammar);
  }
}

}  // namespace
}  // namespace policy
