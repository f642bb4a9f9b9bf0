#include "shelltool/command/schema_command.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "policy/rules_shape.h"
#include "policy/schema.h"

namespace shelltool {

void add_schema_command(CLI::App& policy, std::function<int()>& action) {
  CLI::App* schema = policy.add_subcommand("schema", "print the JSON Schema of a rules file");
  const auto of_grants = std::make_shared<bool>(false);
  schema->add_flag("--grants", *of_grants, "of a grants file");
  schema->callback([of_grants, &action] {
    action = [of_grants] {
      const auto text = *of_grants
                            ? policy::schema_of(policy::grants_file_shape, "gatehouse grants, version 1")
                            : policy::schema_of(policy::rules_file_shape, "gatehouse rules, version 1");
      std::printf("%s\n", text.dump(2).c_str());
      return 0;
    };
  });
}

}  // namespace shelltool
