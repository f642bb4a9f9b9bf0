#include "shelltool/hosts/agent_host.h"

#include <algorithm>

#include "config/text.h"
#include "sandbox/sys/error.h"
#include "sandbox/sys/nearest.h"
#include "sandbox/sys/path.h"

namespace shelltool {
namespace {

using mcp::Json;
using How = Setting::How;

struct Surroundings {
  const Caller& caller;
  std::string program;

  [[nodiscard]] std::string home() const { return home_of(caller); }
  /// A directory that a variable names, else one below the home.
  [[nodiscard]] std::string directory(const char* variable, const std::string& otherwise) const {
    const std::string value = value_of(caller.variables, variable);
    return sys::normal_path(value.starts_with('/') ? value : home() + "/" + otherwise);
  }
};

bool exists(const std::string& path) { return sys::real_path(path).has_value(); }

AgentHost claude(const Surroundings& at) {
  // With CLAUDE_CONFIG_DIR both files lie in it, otherwise one beside the directory.
  const bool is_moved = value_of(at.caller.variables, "CLAUDE_CONFIG_DIR").starts_with('/');
  const std::string directory = at.directory("CLAUDE_CONFIG_DIR", ".claude");
  const Json server = {
      {"type", "stdio"}, {"command", at.program}, {"args", {"serve"}}, {"env", Json::object()}};
  HostFile servers{(is_moved ? directory : at.home()) + "/.claude.json",
                   Syntax::json,
                   {{{"mcpServers", "gatehouse"}, server, How::set, "", true}}};
  HostFile settings{directory + "/settings.json", Syntax::json, {}};
  for (const char* tool : {"Bash", "Edit", "Write", "NotebookEdit", "Read", "Glob", "Grep", "Monitor"})
    settings.settings.push_back({{"permissions", "deny"}, tool, How::include, tool, false});
  settings.settings.push_back({{"permissions", "allow"}, "mcp__gatehouse", How::include, "", false});
  return {"claude", "Claude Code", {servers, settings}, {"mcpServers", "gatehouse", "command"}, {}, {}, "",
          ""};
}

AgentHost codex(const Surroundings& at) {
  const KeyPath server = {"mcp_servers", "gatehouse"};
  HostFile file{at.directory("CODEX_HOME", ".codex") + "/config.toml", Syntax::toml, {}};
  const auto add = [&](const char* table, const char* key, const Json& value, const char* tool) {
    KeyPath path = tool[0] == '\0' ? server : KeyPath{table};
    path.emplace_back(key);
    file.settings.push_back({std::move(path), value, How::set, tool, tool[0] == '\0'});
  };
  add("", "command", at.program, "");
  add("", "args", Json::array({"serve"}), "");
  add("", "default_tools_approval_mode", "approve", "");
  add("features", "shell_tool", false, "shell");
  add("features", "unified_exec", false, "exec_command");
  add("features", "view_image", false, "view_image");
  return {
      "codex",
      "Codex",
      {file},
      {"mcp_servers", "gatehouse", "command"},
      {"mcp_servers", "gatehouse", "enabled"},
      {"apply_patch"},
      "Codex has no setting that turns apply_patch off: it still changes files by itself, within Codex's own "
      "sandbox "
      "and without gatehouse's rules. A model catalogue of your own (model_catalog_json) whose models have "
      "apply_patch_tool_type = null takes it away.",
      ""};
}

AgentHost opencode(const Surroundings& at) {
  const std::string directory = at.directory("XDG_CONFIG_HOME", ".config") + "/opencode";
  // opencode reads both, and the second has the last word.
  const std::string commented = directory + "/opencode.jsonc";
  const Json server = {
      {"type", "local"}, {"command", {at.program, "serve"}}, {"enabled", true}, {"timeout", 120'000}};
  HostFile file{exists(commented) ? commented : directory + "/opencode.json",
                Syntax::jsonc,
                {{{"mcp", "gatehouse"}, server, How::set, "", true}}};
  for (const char* tool : {"bash", "edit", "read", "grep", "glob", "list"})
    file.settings.push_back({{"permission", tool}, "deny", How::set_last, tool, false});
  return {"opencode", "opencode", {file}, {"mcp", "gatehouse", "command"}, {"mcp", "gatehouse", "enabled"},
          {},         "",         ""};
}

AgentHost gemini(const Surroundings& at) {
  HostFile file{at.directory("GEMINI_CLI_HOME", "") + "/.gemini/settings.json",
                Syntax::jsonc,
                {{{"mcpServers", "gatehouse"},
                  {{"command", at.program}, {"args", {"serve"}}, {"trust", true}},
                  How::set,
                  "",
                  true}}};
  for (const char* tool :
       {"run_shell_command", "write_file", "replace", "read_file", "read_many_files", "list_directory",
        "glob", "grep_search", "search_file_content", "list_background_processes", "read_background_output"})
    file.settings.push_back({{"tools", "exclude"}, tool, How::include, tool, false});
  return {"gemini", "gemini-cli", {file}, {"mcpServers", "gatehouse", "command"}, {}, {}, "", ""};
}

std::string json_snippet(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

AgentHost vscode(const Surroundings& at) {
  const Json server = {{"type", "stdio"}, {"command", at.program}, {"args", {"serve"}}};
  return {"vscode",
          "VS Code",
          {},
          {},
          {},
          {},
          "Turn the built-in execute, read, edit and search tools off in the tool picker of the chat; VS "
          "Code has no "
          "setting for it.",
          "In .vscode/mcp.json, or with MCP: Open User Configuration:\n\n" +
              json_snippet({{"servers", {{"gatehouse", server}}}})};
}

AgentHost cursor(const Surroundings& at) {
  const Json server = {{"command", at.program}, {"args", {"serve"}}};
  return {"cursor",
          "Cursor",
          {},
          {},
          {},
          {},
          "Cursor keeps its own terminal and file tools: what the agent does with those is not governed. A "
          "custom mode "
          "without them comes nearest.",
          "In ~/.cursor/mcp.json:\n\n" + json_snippet({{"mcpServers", {{"gatehouse", server}}}})};
}

AgentHost goose(const Surroundings& at) {
  return {"goose",
          "goose",
          {},
          {},
          {},
          {},
          "The developer extension is goose's own shell and editor: off, as above, or goose is not governed.",
          "In ~/.config/goose/config.yaml, as part of what stands below extensions:\n\n"
          "extensions:\n"
          "  gatehouse:\n    name: gatehouse\n    type: stdio\n    cmd: " +
              mcp::text_of(at.program) +
              "\n    args: [serve]\n    envs: {}\n    enabled: true\n    timeout: 300\n"
              "  developer:\n    name: developer\n    type: builtin\n    enabled: false\n"};
}

struct Entry {
  const char* name;
  AgentHost (*make)(const Surroundings& at);
};
constexpr Entry hosts[] = {{"claude", claude}, {"codex", codex},   {"opencode", opencode}, {"gemini", gemini},
                           {"vscode", vscode}, {"cursor", cursor}, {"goose", goose}};

}  // namespace

std::vector<std::string> host_names() {
  std::vector<std::string> names;
  for (const Entry& entry : hosts) names.emplace_back(entry.name);
  return names;
}

AgentHost find_host(const std::string& name, const Caller& caller, const std::string& program) {
  for (const Entry& entry : hosts)
    if (name == entry.name) return entry.make({caller, program});
  const std::string near = sys::nearest(name, host_names());
  std::string known;
  for (const std::string& host : host_names()) known += (known.empty() ? "" : ", ") + host;
  throw sys::Error(sys::Kind::invalid, "unknown host {}; {}", config::shown(name),
                   near.empty() ? "known are " + known : "did you mean " + near + "?");
}

AgentHost entry_only(AgentHost host) {
  for (HostFile& file : host.files)
    file.settings.erase(std::remove_if(file.settings.begin(), file.settings.end(),
                                       [](const Setting& setting) { return !setting.is_entry; }),
                        file.settings.end());
  host.files.erase(std::remove_if(host.files.begin(), host.files.end(),
                                  [](const HostFile& file) { return file.settings.empty(); }),
                   host.files.end());
  return host;
}

std::string this_program() {
  const auto path = sys::real_path("/proc/self/exe");
  if (!path || !exists(*path))
    throw sys::Error(sys::Kind::not_found,
                     "this program's own file is gone{}; start gatehouse anew from where it is now",
                     path ? ": " + *path : "");
  return *path;
}

}  // namespace shelltool
