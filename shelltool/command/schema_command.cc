#include "shelltool/command/schema_command.h"

#include <cstdio>
#include <nlohmann/json.hpp>

#include "policy/decision_json.h"
#include "policy/rules_shape.h"
#include "policy/schema.h"

namespace shelltool {

int run_schema(const SchemaOptions& options) {
  const auto text = options.of_grants
                        ? policy::schema_of(policy::grants_file_shape, "gatehouse grants, version 1")
                        : policy::schema_of(policy::rules_file_shape, "gatehouse rules, version 1");
  std::printf("%s\n", policy::json_text(text, 2).c_str());
  return 0;
}

}  // namespace shelltool
