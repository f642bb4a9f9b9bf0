#pragma once
/// `gatehouse state show|set|watch`: the sandboxes of this user, while commands run in them.

#include <functional>

namespace CLI {
class App;
}

namespace shelltool {

/// Outlives the parsing as `app` does.
void add_state_commands(CLI::App& app, std::function<int()>& action);

}  // namespace shelltool
