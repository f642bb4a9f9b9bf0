#include "shelltool/command/schema_command.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "policy/rules_shape.h"
#include "policy/schema.h"

namespace shelltool {

void add_schema_command(CLI::App& policy, std::function<int()>& action) {
  CLI::App* schema = policy.add_subcommand("schema", "print the JSON Schema of a rules file");
  schema->callback([&action] {
    action = [] {
      std::printf("%s\n",
                  policy::schema_of(policy::rules_file_shape, "gatehouse rules, version 1").dump(2).c_str());
      return 0;
    };
  });
}

}  // namespace shelltool
