#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace shelltool {

/// Adds `gatehouse policy schema`: what a rules file may hold, for editors and validators.
void add_schema_command(CLI::App& policy, std::function<int()>& action);

}  // namespace shelltool
