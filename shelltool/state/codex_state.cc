#include "shelltool/state/codex_state.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string_view>

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
  for (const char* key : {snake, camel})
    if (const auto found = object.find(key); found != object.end()) return *found;
  return nothing;
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
  word.network = network_of(either(policy, "network_access", "networkAccess"));
  if (type == "danger-full-access" || type == "dangerFullAccess") {
    word.mode = Mode::danger_full_access;
    word.network = Network::full;
  } else if (type == "external-sandbox" || type == "externalSandbox") {
    word.mode = Mode::danger_full_access;
  } else if (type == "read-only" || type == "readOnly") {
    word.mode = Mode::read_only;
  } else if (type == "workspace-write" || type == "workspaceWrite") {
    word.mode = Mode::workspace_write;
    const Json& roots = either(policy, "writable_roots", "writableRoots");
    if (!roots.is_null() && !roots.is_array()) refuse("'writable_roots' must be a list");
    if (cwd) word.roots = {*cwd};
    for (const Json& root : roots)
      if (cwd) word.roots->push_back(root_at(root, "writable_roots"));
  } else {
    refuse("unknown type {}", sys::shown(type));
  }
  return word;
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
      add_written(path);
    else if (access == "deny" || access == "none")
      unheeded.push_back("the host hides " + sys::visible(path.dump()) + ", which only a rule does here");
    else if (access != "read")
      refuse("unknown access {}", sys::shown(access));
  }

  std::vector<std::string> roots, unheeded;

 private:
  void add_written(const Json& path) {
    const std::string type = text_at(need(path, "type"), "type");
    if (type == "path") return roots.push_back(root_at(need(path, "path"), "path"));
    if (type == "special") return add_special(need(path, "value"));
    if (type != "glob_pattern") refuse("unknown path type {}", sys::shown(type));
    unheeded.push_back("the host lets a pattern be written, which is no directory here");
  }

  /// /tmp is the sandbox's own in any case.
  void add_special(const Json& value) {
    if (!value.is_object()) refuse("a special path's 'value' must be an object");
    const std::string kind = text_at(need(value, "kind"), "kind");
    const std::string below = value.contains("subpath") && !value["subpath"].is_null()
                                  ? "/" + text_at(value["subpath"], "subpath")
                                  : "";
    if (kind == "root") roots.push_back(sys::real_path_of_missing(sys::normal_path("/" + below)));
    if (kind == "project_roots" && cwd_)
      roots.push_back(sys::real_path_of_missing(sys::normal_path(*cwd_ + below)));
  }

  const std::optional<std::string>& cwd_;
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
  word.mode = entries.roots.empty() ? Mode::read_only : Mode::workspace_write;
  word.roots = std::move(entries.roots);
  word.unheeded = std::move(entries.unheeded);
  return word;
}

StateWord read_value(const Json& value) {
  if (!value.is_object()) refuse("it must be an object");
  const std::optional<std::string> cwd = cwd_of(value);
  const bool has_profile = value.contains("permissionProfile");
  if (!has_profile && !value.contains("sandboxPolicy"))
    refuse("there is neither 'permissionProfile' nor 'sandboxPolicy'");
  return has_profile ? read_profile(value["permissionProfile"], cwd)
                     : read_policy(value["sandboxPolicy"], cwd);
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
