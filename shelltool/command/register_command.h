#pragma once
/// `gatehouse register HOST`: an agent host's settings, so that it uses gatehouse's tools in place of its
/// own.

#include <functional>
#include <memory>

namespace CLI {
class App;
}

namespace shelltool {

struct RegisterOptions;

/// Adds the subcommand. Parsing it sets `action`, which returns the exit status: 0 done, or nothing to do; 1
/// nothing to remove; errors are for the caller: nothing has changed then. Both references and the result
/// must outlive the parsing and the action.
std::shared_ptr<RegisterOptions> add_register_command(CLI::App& app, std::function<int()>& action);

}  // namespace shelltool
