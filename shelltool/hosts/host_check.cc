#include "shelltool/hosts/host_check.h"

#include "config/node.h"
#include "sandbox/sys/path.h"
#include "sandbox/sys/text.h"
#include "shelltool/hosts/agent_host.h"
#include "shelltool/hosts/settings_file.h"

namespace shelltool {
namespace {

using mcp::Json;

SettingsText read(const HostFile& file) {
  return {file.path, file.syntax, read_settings_file(file.path).bytes};
}

/// The server's program: a string, or the first word of a list.
std::string command_of(const SettingsText& settings, const KeyPath& path) {
  const auto value = find_value(settings, path);
  if (!value) return "";
  const Json& word = value->is_array() && !value->empty() ? value->front() : *value;
  return word.is_string() ? word.get<std::string>() : "";
}

/// opencode's agents have permissions of their own, which come after the general ones.
void check_agents(const SettingsText& settings, HostCheck& check) {
  const auto agents = find_value(settings, {"agent"});
  if (!agents || !agents->is_object()) return;
  for (const auto& [name, agent] : agents->items()) {
    if (!agent.is_object() || !agent.contains("permission")) continue;
    check.notes.push_back(
        fmt::format("{}: the agent {} has permissions of its own, which can turn tools on again",
                    settings.file, sys::visible(name)));
  }
}

void check_server(const AgentHost& host, const SettingsText& settings, HostCheck& check) {
  check.command = command_of(settings, host.command);
  const auto enabled = host.enabled.empty() ? std::nullopt : find_value(settings, host.enabled);
  const bool is_off = enabled == std::optional<Json>(false);
  check.registered = !check.command.empty() && !is_off;
  if (is_off)
    check.notes.push_back(fmt::format("{}: the server gatehouse is turned off there", settings.file));
  if (check.command.starts_with('/') && !sys::real_path(check.command))
    check.notes.push_back(fmt::format("{} names {}, which is not there; mend it with: gatehouse register {}",
                                      settings.file, sys::visible(check.command), host.name));
}

}  // namespace

HostCheck check_host(const std::string& name, const Caller& caller) {
  const AgentHost host = find_host(name, caller, "gatehouse");
  HostCheck check;
  check.host = name;
  if (host.files.empty()) {
    check.notes.push_back("gatehouse does not read the settings of " + host.title + ". " + host.caveat);
    return check;
  }
  check_server(host, read(host.files.front()), check);
  for (const HostFile& file : host.files) {
    const SettingsText settings = read(file);
    for (const Setting& setting : file.settings)
      if (!setting.turns_off.empty() && !holds(settings, setting))
        check.builtins_on.push_back(setting.turns_off);
    check_agents(settings, check);
  }
  check.builtins_on.insert(check.builtins_on.end(), host.always_on.begin(), host.always_on.end());
  if (!host.caveat.empty()) check.notes.push_back(host.caveat);
  return check;
}

std::string host_text(const HostCheck& check) {
  std::string text =
      check.registered
          ? fmt::format("{}: gatehouse is registered, as {}\n", check.host, sys::visible(check.command))
          : fmt::format("{}: gatehouse is not registered; register it with: gatehouse register {}\n",
                        check.host, check.host);
  std::string on;
  for (const std::string& tool : check.builtins_on) on += (on.empty() ? "" : ", ") + tool;
  if (!on.empty()) text += "  its own tools that are still on, and not governed: " + on + "\n";
  for (const std::string& note : check.notes) text += "  " + note + "\n";
  return text;
}

Json host_json(const HostCheck& check) {
  return {{"host", check.host},
          {"registered", check.registered},
          {"command", sys::visible(check.command)},
          {"builtins_on", check.builtins_on},
          {"notes", check.notes}};
}

}  // namespace shelltool
