#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "config/new_node.h"
#include "config/reader.h"
#include "config/text.h"
#include "policy/glob.h"
#include "policy/host_pattern.h"
#include "policy/import/claude_command.h"
#include "policy/import/claude_defaults.h"
#include "policy/import/claude_path.h"
#include "policy/import/import.h"

namespace policy {
namespace {

using config::Node;

constexpr const char* not_ours = "it is about a tool of Claude Code, and no event of these rules";

/// `Tool(specifier)`, or the tool alone.
struct Permission {
  std::string tool;
  std::optional<std::string> what;
};

Permission read_permission(const Node& node) {
  const std::string text = config::read_string(node);
  const std::size_t open = text.find('(');
  if (open == std::string::npos) return {text, std::nullopt};
  if (!text.ends_with(')'))
    throw config::BadInput(node.place, "expected Tool or Tool(what), found " + config::shown(text));
  return {text.substr(0, open), text.substr(open + 1, text.size() - open - 2)};
}

const Node* find(const Node& map, std::string_view key) {
  if (map.kind != Node::Kind::map) return nullptr;
  const auto found = std::find_if(map.entries.rbegin(), map.entries.rend(),
                                  [&](const config::Entry& entry) { return entry.key.scalar == key; });
  return found == map.entries.rend() ? nullptr : &found->value;
}

/// Claude Code's own tools for files, and ours that do the same.
struct FileTool {
  const char* name;
  const char* event;
  std::vector<std::string> tools;
};
const std::vector<FileTool> file_tools{{"Read", "read", {"read"}},
                                       {"Glob", "read", {"find"}},
                                       {"Grep", "read", {"grep"}},
                                       {"Edit", "write", {"edit", "apply_patch"}},
                                       {"Write", "write", {"write"}}};

/// Always asked about, unless the very command is allowed.
const std::vector<std::string> never_by_prefix{"watch", "setsid", "ionice", "flock"};

class ClaudeImporter {
 public:
  ClaudeImporter(const std::string& file, const Surroundings& surroundings)
      : surroundings_(surroundings), anchor_(claude_anchor(file, surroundings)) {
    draft_.title = "the settings of Claude Code in " + file;
  }

  Import run(const Node& settings) {
    if (const Node* permissions = find(settings, "permissions")) read_permissions(*permissions);
    if (!seen_mode_) add_claude_defaults("", settings.place, draft_);
    if (const Node* sandbox = find(settings, "sandbox")) read_sandbox(*sandbox);
    if (const Node* hooks = find(settings, "hooks"))
      drop({hooks->place, "hooks"}, "a hook is a program that decides, and these rules run none");
    return finish_import(std::move(draft_), surroundings_);
  }

 private:
  void drop(ImportNote note, std::string why) {
    note.fidelity = Fidelity::dropped;
    note.why = std::move(why);
    draft_.notes.push_back(std::move(note));
  }

  void read_permissions(const Node& permissions) {
    if (permissions.kind != Node::Kind::map) config::fail_type(permissions, "a map of lists");
    for (const config::Entry& entry : permissions.entries) {
      const std::string& key = entry.key.scalar;
      if (find(permissions, key) != &entry.value) continue;  // the last of equal keys counts
      if (key == "allow" || key == "ask" || key == "deny") {
        read_list(entry.value, key,
                  key == "allow" ? Verdict::allow
                  : key == "ask" ? Verdict::ask
                                 : Verdict::deny);
      } else if (key == "defaultMode") {
        add_claude_defaults(config::read_string(entry.value), entry.value.place, draft_);
        seen_mode_ = true;
      } else if (key == "additionalDirectories") {
        drop({entry.key.place, "permissions." + key},
             "directories that may be written are no rules: --workspace DIR names them");
      } else {
        drop({entry.key.place, "permissions." + key}, "these rules have nothing like it");
      }
    }
  }

  void read_list(const Node& list, const std::string& key, Verdict verdict) {
    if (list.kind != Node::Kind::sequence) config::fail_type(list, "a list of permissions");
    for (std::size_t index = 0; index < list.items.size(); ++index) {
      const Node& item = list.items[index];
      const Permission permission = read_permission(item);
      ImportedRule rule{
          {item.place, fmt::format("permissions.{}[{}] {}", key, index, config::shown(item.scalar))},
          id_of({"claude", key, permission.tool, permission.what.value_or("")}),
          {},
          {},
          verdict};
      if (verdict != Verdict::allow)
        rule.reason = fmt::format("Claude Code's settings {} {}.",
                                  verdict == Verdict::ask ? "ask before" : "deny", item.scalar);
      const std::string fault = set_rule(permission, rule);
      if (fault.empty())
        draft_.rules.push_back(std::move(rule));
      else
        drop(std::move(rule.note), fault);
    }
  }

  /// Returns why there is no such rule; empty when there is.
  std::string set_rule(const Permission& permission, ImportedRule& rule) {
    const std::string& tool = permission.tool;
    if (tool == "Bash" || is_any_tool(tool, rule.verdict))
      return set_command(permission.what.value_or("*"), rule);
    if ((tool == "Read" || tool == "Edit") && permission.what) return set_path(tool, *permission.what, rule);
    if (tool == "WebFetch" && permission.what) return set_host(*permission.what, rule);
    for (const FileTool& file_tool : file_tools) {
      if (tool != file_tool.name) continue;
      if (permission.what)
        return fmt::format("Claude Code never looks at it: {}(…) is what holds for all its tools",
                           file_tool.event == std::string("read") ? "Read" : "Edit");
      rule.events = {file_tool.event};
      rule.when = config::map_node({{"tool", config::list_node(file_tool.tools)}});
      return "";
    }
    return not_ours;
  }

  /// A deny or an ask may name tools by a wildcard.
  static bool is_any_tool(const std::string& tool, Verdict verdict) {
    return verdict != Verdict::allow && tool.find('*') != std::string::npos && WordGlob(tool).matches("Bash");
  }

  std::string set_command(const std::string& text, ImportedRule& rule) {
    for (const char* field : {"command:", "description:", "timeout:", "run_in_background:"})
      if (text.starts_with(field)) return "it asks for a field of the call, not for a command";
    const ClaudeCommand command = read_claude_command(text, rule.verdict, surroundings_.home);
    if (!command.fault.empty()) return command.fault;
    rule.events = {"exec"};
    return rule.verdict == Verdict::allow ? set_allow(command, rule) : set_refusal(command, rule);
  }

  static std::string set_allow(const ClaudeCommand& command, ImportedRule& rule) {
    const CommandPattern& reading = command.readings.front();
    const bool by_prefix = reading.is_open || command.readings.size() > 1;
    if (by_prefix &&
        std::find(never_by_prefix.begin(), never_by_prefix.end(), command.program) != never_by_prefix.end())
      return "Claude Code asks all the same: what stands behind it may be any command";
    const bool is_everything = reading.programs.empty() && reading.words.empty() && reading.is_open;
    rule.when = is_everything ? config::map_node({}) : narrow_matcher(reading);
    if (is_everything) return "";
    if (by_prefix && command.program == "find") rule.when.entries.push_back(without_actions());
    rule.note.fidelity = Fidelity::narrowed;
    rule.note.why = "it asks behind timeout, nice, nohup, stdbuf and xargs";
    if (command.readings.size() > 1)
      rule.note.why += "; a * within a word stands for a part of that word only";
    if (reading.in_workspace) rule.note.why += "; only the file in the workspace";
    return "";
  }

  static std::string set_refusal(const ClaudeCommand& command, ImportedRule& rule) {
    std::vector<Node> all;
    for (const CommandPattern& reading : command.readings) {
      WideMatchers wide = wide_matchers(reading);
      if (wide.fidelity == Fidelity::widened || command.readings.size() > 1) {
        rule.note.fidelity = Fidelity::widened;
        rule.note.why = wide.why.empty() ? "a * within a word also stands for the words between" : wide.why;
      }
      if (wide.when.kind == Node::Kind::map && wide.when.entries.empty())
        wide.when = config::map_node({{"tool", config::text_node("shell")}});
      if (wide.when.kind == Node::Kind::sequence)
        all.insert(all.end(), wide.when.items.begin(), wide.when.items.end());
      else
        all.push_back(std::move(wide.when));
    }
    rule.when = std::move(all.front());
    if (all.size() == 1) return "";
    Node list = config::list_node({});
    list.items.push_back(std::move(rule.when));
    list.items.insert(list.items.end(), all.begin() + 1, all.end());
    rule.when = std::move(list);
    return "";
  }

  std::string set_path(const std::string& tool, const std::string& text, ImportedRule& rule) {
    const ClaudePath path = read_claude_path(text, rule.verdict, anchor_, surroundings_);
    if (!path.fault.empty()) return path.fault;
    rule.events = {tool == "Read" ? "read" : "write"};
    if (tool == "Read" && rule.verdict == Verdict::deny) rule.events.emplace_back("write");
    rule.when = config::map_node({{"path", config::text_node(path.pattern)}});
    if (rule.verdict != Verdict::allow) {
      rule.note.fidelity = Fidelity::widened;
      rule.note.why = "for every program, not only for the agent's own tools";
      if (path.is_widened) rule.note.why += "; at any depth";
    } else if (path.is_narrowed) {
      rule.note.fidelity = Fidelity::narrowed;
      rule.note.why = "at the top of the workspace only";
    }
    return "";
  }

  std::string set_host(const std::string& text, ImportedRule& rule) {
    constexpr std::string_view prefix = "domain:";
    if (!text.starts_with(prefix)) return "it names no domain";
    return set_domain(text.substr(prefix.size()), rule);
  }

  static std::string set_domain(const std::string& domain, ImportedRule& rule) {
    rule.events = {"net"};
    std::vector<std::pair<std::string, Node>> when;
    const std::string host = normal_host(domain);
    try {
      if (host != "*") {
        const HostPattern checked(host);
        when.emplace_back("host", config::text_node(host));
      }
    } catch (const sys::Error& error) {
      return error.what();
    }
    if (rule.verdict == Verdict::allow) {
      when.emplace_back("port", config::list_node({}));
      when.back().second.items = {config::bare_node("80"), config::bare_node("443")};
      rule.note.fidelity = Fidelity::narrowed;
      rule.note.why = "only for ports 80 and 443";
    } else {
      rule.note.fidelity = Fidelity::widened;
      rule.note.why = "for every program and port";
    }
    rule.when = config::map_node(std::move(when));
    return "";
  }

  void read_sandbox(const Node& sandbox) {
    const Node* const network = find(sandbox, "network");
    for (const char* key : {"allowedDomains", "deniedDomains"}) {
      const Node* const list = network == nullptr ? nullptr : find(*network, key);
      if (list != nullptr) read_domains(*list, key);
    }
    for (const config::Entry& entry : sandbox.entries)
      if (entry.key.scalar != "network")
        drop({entry.key.place, "sandbox." + entry.key.scalar},
             "what a sandbox shows is said by the config and by rules on read and write");
  }

  void read_domains(const Node& list, const std::string& key) {
    const Verdict verdict = key == "allowedDomains" ? Verdict::allow : Verdict::deny;
    for (const Node& item : list.items) {
      const std::string domain = config::read_string(item);
      ImportedRule rule{{item.place, fmt::format("sandbox.network.{} {}", key, config::shown(domain))},
                        id_of({"claude", "net", domain}),
                        {},
                        {},
                        verdict};
      if (verdict == Verdict::deny)
        rule.reason = "Claude Code's settings deny connections to " + domain + ".";
      const std::string fault = set_domain(domain, rule);
      if (fault.empty())
        draft_.rules.push_back(std::move(rule));
      else
        drop(std::move(rule.note), fault);
    }
  }

  const Surroundings& surroundings_;
  std::string anchor_;
  ImportDraft draft_;
  bool seen_mode_ = false;
};

}  // namespace

Import import_claude_settings(const Node& settings, const std::string& file,
                              const Surroundings& surroundings) {
  if (settings.kind != Node::Kind::map) config::fail_type(settings, "the settings, which are a map");
  return ClaudeImporter(file, surroundings).run(settings);
}

}  // namespace policy
