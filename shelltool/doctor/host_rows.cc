#include "shelltool/doctor/host_rows.h"

#include <fmt/format.h>

namespace shelltool {
namespace {

using sandbox::State;

std::string joined(const std::vector<std::string>& parts, const char* between) {
  return fmt::format("{}", fmt::join(parts, between));
}

}  // namespace

std::vector<DiagnosisRow> host_rows(const HostCheck& check) {
  const std::string mend = "gatehouse register " + check.host;
  DiagnosisRow entry{check.host, State::ok, "starts " + check.command, "", ""};
  if (!check.registered)
    entry = {check.host, State::missing, "gatehouse is not registered", "The host knows no gatehouse.", mend};
  DiagnosisRow tools{check.host + "'s own tools", State::ok, "off", "", ""};
  if (!check.builtins_on.empty())
    tools = {tools.what, State::missing, "on: " + joined(check.builtins_on, ", "),
             "What the host does with these is not governed.", mend};
  if (!check.notes.empty()) {
    if (tools.state == State::ok) tools.state = State::degraded;
    tools.lost += (tools.lost.empty() ? "" : " ") + joined(check.notes, " ");
  }
  return {std::move(entry), std::move(tools)};
}

}  // namespace shelltool
