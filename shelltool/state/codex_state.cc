#include "shelltool/state/codex_state.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>

#include "sandbox/guard/protected_names.h"
#include "sandbox/sys/error.h"
#include "sandbox/sys/path.h"
#include "sandbox/sys/text.h"

namespace shelltool {
namespace {

using mcp::Json;
using sandbox::Mode;
using sandbox::Network;

template <class... Args>
[[noreturn]] void refuse(fmt::format_string<Args...> format, Args&&... args) {
  throw sys::Error(sys::Kind::invalid, "the host's sandbox state: {}",
                   fmt::format(format, std::forward<Args>(args)...));
}

/// Older versions say snake_case, the app server camelCase; null where there is neither.
const Json& either(const Json& object, const char* snake, const char* camel) {
  static const Json nothing;
  const auto older = object.find(snake), newer = object.find(camel);
  if (older != object.end() && newer != object.end()) refuse("'{}' is there as '{}' too", snake, camel);
  if (older != object.end()) return *older;
  return newer != object.end() ? *newer : nothing;
}

const Json& need(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end()) refuse("there is no '{}'", key);
  return *found;
}

std::string text_at(const Json& value, const char* what) {
  if (!value.is_string()) refuse("'{}' must be a string", what);
  return value.get<std::string>();
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/// A path, or a file: URI.
std::string plain_path(const std::string& text) {
  constexpr std::string_view scheme = "file://";
  if (!text.starts_with(scheme)) return text;
  std::string path;
  for (std::size_t i = scheme.size(); i < text.size(); ++i) {
    const bool is_escape =
        text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 && hex_digit(text[i + 2]) >= 0;
    path.push_back(is_escape ? static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]))
                             : text[i]);
    if (is_escape) i += 2;
  }
  return path;
}

/// As the sandbox's roots are written. One that is not there allows nothing.
std::string root_at(const Json& value, const char* what) {
  const std::string path = plain_path(text_at(value, what));
  if (!path.starts_with('/')) refuse("'{}' is no absolute path: {}", what, sys::shown(path));
  if (path.find('\0') != std::string::npos) refuse("'{}' has a NUL in it: {}", what, sys::shown(path));
  return sys::real_path_of_missing(path);
}

std::optional<std::string> cwd_of(const Json& object) {
  const auto cwd = object.find("sandboxCwd");
  if (cwd == object.end() || cwd->is_null()) return std::nullopt;
  return root_at(*cwd, "sandboxCwd");
}

Network network_of(const Json& value) {
  if (value.is_null()) return Network::none;
  if (value.is_boolean()) return value.get<bool>() ? Network::full : Network::none;
  if (value == "enabled") return Network::full;
  if (value == "restricted") return Network::none;
  refuse("the network must be true, false, \"enabled\" or \"restricted\"");
}

StateWord read_policy(const Json& policy, const std::optional<std::string>& cwd) {
  if (!policy.is_object()) refuse("'sandboxPolicy' must be an object");
  const std::string type = text_at(need(policy, "type"), "type");
  StateWord word;
  const Json& network = either(policy, "network_access", "networkAccess");
  word.network = network_of(network);
  if (type == "danger-full-access" || type == "dangerFullAccess") {
    word.mode = Mode::danger_full_access;
    if (network.is_null()) word.network = Network::full;
  } else if (type == "external-sandbox" || type == "externalSandbox") {
    word.mode = Mode::danger_full_access;
  } else if (type == "read-only" || type == "readOnly") {
    word.mode = Mode::read_only;
  } else if (type == "workspace-write" || type == "workspaceWrite") {
    word.mode = Mode::workspace_write;
    const Json& roots = either(policy, "writable_roots", "writableRoots");
    if (!roots.is_null() && !roots.is_array()) refuse("'writable_roots' must be a list");
    if (cwd) word.roots = {*cwd};
    for (const Json& root : roots) {
      std::string path = root_at(root, "writable_roots");
      if (cwd) word.roots->push_back(std::move(path));
    }
  } else {
    refuse("unknown type {}", sys::shown(type));
  }
  return word;
}

/// The names below a root that the sandbox keeps as they are in any case. Of `.git` it keeps what can run.
bool is_kept_anyway(const std::string& path, const std::string& root) {
  std::vector<std::string> names = sandbox::protected_by_default();
  names.emplace_back(".git");
  return std::any_of(names.begin(), names.end(),
                     [&](const std::string& name) { return path == sys::normal_path(name, root); });
}

/// What entries of a permission profile let be written.
class Entries {
 public:
  explicit Entries(const std::optional<std::string>& cwd) : cwd_(cwd) {}

  void add(const Json& entry) {
    if (!entry.is_object()) refuse("an entry must be an object");
    const std::string access = text_at(need(entry, "access"), "access");
    const Json& path = need(entry, "path");
    if (!path.is_object()) refuse("an entry's 'path' must be an object");
    if (access == "write")
      add_path(path, written_);
    else if (access == "read")
      add_path(path, read_);
    else if (access == "deny" || access == "none")
      unheeded_.push_back("the host hides " + sys::visible(path.dump()) + ", which only a rule does here");
    else
      refuse("unknown access {}", sys::shown(access));
  }

  /// A directory in which something is only read is not written at all: it can be told no other way.
  void finish(StateWord& word) {
    word.roots.emplace();
    for (const std::string& root : written_) {
      const auto inner = std::find_if(read_.begin(), read_.end(), [&](const std::string& path) {
        return sys::is_within(path, root) && !is_kept_anyway(path, root);
      });
      if (inner == read_.end())
        word.roots->push_back(root);
      else
        unheeded_.push_back(fmt::format("{} is not written, since the host lets {} only be read",
                                        sys::visible(root), sys::visible(*inner)));
    }
    word.mode = word.roots->empty() ? Mode::read_only : Mode::workspace_write;
    word.unheeded = std::move(unheeded_);
  }

 private:
  void add_path(const Json& path, std::vector<std::string>& to) {
    const std::string type = text_at(need(path, "type"), "type");
    if (type == "path") return to.push_back(root_at(need(path, "path"), "path"));
    if (type == "special") return add_special(need(path, "value"), to);
    if (type != "glob_pattern") refuse("unknown path type {}", sys::shown(type));
    unheeded_.push_back("the host names " + sys::visible(path.dump()) + ", which is no directory here");
  }

  /// /tmp is the sandbox's own in any case.
  void add_special(const Json& value, std::vector<std::string>& to) {
    if (!value.is_object()) refuse("a special path's 'value' must be an object");
    const std::string kind = text_at(need(value, "kind"), "kind");
    const std::string below = value.contains("subpath") && !value["subpath"].is_null()
                                  ? "/" + text_at(value["subpath"], "subpath")
                                  : "";
    if (kind == "root")
      to.push_back(sys::real_path_of_missing(sys::normal_path("/" + below)));
    else if (kind == "project_roots" && cwd_)
      to.push_back(sys::real_path_of_missing(sys::normal_path(*cwd_ + below)));
    else if (kind != "project_roots" && kind != "slash_tmp" && kind != "tmpdir")
      unheeded_.push_back("the host names " + sys::visible(value.dump()) + ", which nobody knows here");
  }

  const std::optional<std::string>& cwd_;
  std::vector<std::string> written_, read_, unheeded_;
};

StateWord read_profile(const Json& profile, const std::optional<std::string>& cwd) {
  if (!profile.is_object()) refuse("'permissionProfile' must be an object");
  const std::string type = text_at(need(profile, "type"), "type");
  StateWord word;
  if (type == "disabled") return {Mode::danger_full_access, Network::full, {}, {}};
  word.network = network_of(profile.value("network", Json()));
  if (type == "external") {
    word.mode = Mode::danger_full_access;
    return word;
  }
  if (type != "managed") refuse("unknown type {}", sys::shown(type));
  const Json& files = need(profile, "file_system");
  if (!files.is_object()) refuse("'file_system' must be an object");
  const std::string kind = text_at(need(files, "type"), "type");
  if (kind == "unrestricted") {
    word.mode = Mode::danger_full_access;
    return word;
  }
  if (kind != "restricted") refuse("unknown type {}", sys::shown(kind));
  const Json& list = need(files, "entries");
  if (!list.is_array()) refuse("'entries' must be a list");
  Entries entries(cwd);
  for (const Json& entry : list) entries.add(entry);
  entries.finish(word);
  return word;
}

/// 0.125 says it in both ways: what both allow.
StateWord both(StateWord word, const StateWord& other) {
  word.mode = std::min(*word.mode, *other.mode);
  word.network = std::min(*word.network, *other.network);
  if (other.roots) word.roots = word.roots ? common_roots(*word.roots, *other.roots) : other.roots;
  return word;
}

StateWord read_value(const Json& value) {
  if (!value.is_object()) refuse("it must be an object");
  const std::optional<std::string> cwd = cwd_of(value);
  const auto profile = value.find("permissionProfile"), policy = value.find("sandboxPolicy");
  if (profile == value.end() && policy == value.end())
    refuse("there is neither 'permissionProfile' nor 'sandboxPolicy'");
  if (profile == value.end()) return read_policy(*policy, cwd);
  StateWord word = read_profile(*profile, cwd);
  return policy == value.end() ? word : both(std::move(word), read_policy(*policy, cwd));
}

}  // namespace

StateWord read_codex_update(const Json& params) { return read_value(params); }

std::optional<StateWord> read_codex_meta(const Json& meta) {
  if (!meta.is_object()) return std::nullopt;
  const auto older = meta.find("codex/sandbox-state"), newer = meta.find("codex/sandbox-state-meta");
  if (older == meta.end() && newer == meta.end()) return std::nullopt;
  if (older != meta.end() && newer != meta.end() && *older != *newer)
    refuse("codex/sandbox-state and codex/sandbox-state-meta say different things");
  return read_value(older != meta.end() ? *older : *newer);
}

}  // namespace shelltool
