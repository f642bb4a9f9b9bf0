#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace shelltool {

/// Adds `gatehouse policy show`: the rules in force here, and where each comes from. Parsing it sets
/// `action`, which returns 0, and 2 where a file is broken.
void add_show_command(CLI::App& policy, std::function<int()>& action);

}  // namespace shelltool
