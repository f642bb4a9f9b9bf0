#pragma once
/// `gatehouse doctor`: what this machine offers, what then holds, and what mends the rest.

#include <functional>
#include <memory>

namespace CLI {
class App;
}

namespace shelltool {

struct DoctorOptions;

/// Adds the subcommand. Parsing it sets `action`, which returns the exit status: 0 when all is as it should
/// be, 1 when something is missing. Both references and the result must outlive the parsing and the action.
std::shared_ptr<DoctorOptions> add_doctor_command(CLI::App& app, std::function<int()>& action);

}  // namespace shelltool
