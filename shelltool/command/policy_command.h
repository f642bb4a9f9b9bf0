#pragma once
/// `gatehouse policy`: rules asked and tried without running anything.

#include <functional>
#include <memory>

namespace CLI {
class App;
}

namespace shelltool {

struct PolicyOptions;

/// Adds the subcommands to `policy`. Parsing one of them sets `action`, which returns the exit status: check
/// 0 allow, 10 ask, 20 deny; explain 0; lint 0, and 1 when it finds something; test 0, and 1 when examples
/// fail; import 0, and 1 when something was dropped; 2 for rules that cannot be read. Both references and the
/// result must outlive the parsing and the action.
std::shared_ptr<PolicyOptions> add_policy_commands(CLI::App& policy, std::function<int()>& action);

}  // namespace shelltool
