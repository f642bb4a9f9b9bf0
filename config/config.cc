#include "config/config.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <optional>
#include <type_traits>

#include "config/file.h"
#include "config/reader.h"
#include "config/text.h"

namespace config {
namespace {

using Strings = std::vector<std::string>;

// How a value that comes later meets one that the system file states.

constexpr auto stricter = [](const auto& held, const auto& later) { return std::min(held, later); };
constexpr auto unchanged = [](const auto& held, const auto& /*later*/) { return held; };
constexpr auto later_wins = [](const auto& /*held*/, const auto& later) { return later; };
constexpr auto smaller_limit = [](const auto& held, const auto& later) {
  const std::remove_cvref_t<decltype(held)> unlimited{};
  if (held == unlimited) return later;
  return later == unlimited ? held : std::min(held, later);
};
constexpr auto common = [](const auto& held, const auto& later) {
  std::remove_cvref_t<decltype(held)> both;
  std::copy_if(later.begin(), later.end(), std::back_inserter(both),
               [&](const auto& value) { return std::find(held.begin(), held.end(), value) != held.end(); });
  return both;
};
std::map<std::string, std::string> read_variables(const Node& node) {
  if (node.kind == Node::Kind::map) {
    for (const Entry& entry : node.entries) {
      if (entry.key.scalar.empty() || entry.key.scalar.find('=') != std::string::npos)
        throw BadInput(entry.key.place, fmt::format("{} is no variable's name", shown(entry.key.scalar)));
    }
  }
  return read_string_map(node);
}

/// One section of one file, on its way into the Config.
class Section {
 public:
  /// `name` is empty for the document itself.
  Section(Config& config, const Node& map, const std::string& name, ConfigLayer layer, Strings keys)
      : config_(config), map_(map, std::move(keys)), name_(name), layer_(layer) {}

  [[nodiscard]] const MapReader& map() const { return map_; }

  template <class Value, class Read, class Meet>
  void take(const char* key, Value& field, Read read, Meet meet) {
    const Node* node = map_.find(key);
    if (node == nullptr) return;
    const std::string name = name_.empty() ? key : name_ + "." + key;
    const Value value = read(*node);
    const bool is_held = config_.held.count(name) > 0;
    field = is_held ? meet(field, value) : value;
    if (layer_ == ConfigLayer::system) config_.held.insert(name);
    if (!(field == value)) note_held(node->place, name);
  }

  /// Each key of a map by itself.
  void take_each(const char* key, std::map<std::string, std::string>& field) {
    const Node* node = map_.find(key);
    if (node == nullptr) return;
    for (const auto& [variable, value] : read_variables(*node)) {
      const std::string name = fmt::format("{}.{}.{}", name_, key, variable);
      if (config_.held.count(name) > 0 && field[variable] != value) {
        note_held(node->place, name);
        continue;
      }
      field[variable] = value;
      if (layer_ == ConfigLayer::system) config_.held.insert(name);
    }
  }

  template <class Read>
  void add(const char* key, Strings& field, Read read) {
    const Node* node = map_.find(key);
    if (node == nullptr) return;
    const Strings more = read(*node);
    field.insert(field.end(), more.begin(), more.end());
  }

 private:
  void note_held(const Place& place, const std::string& name) {
    config_.notes.push_back(
        fmt::format("{}: {} is held tighter by the system's config", text_of(place), name));
  }

  Config& config_;
  MapReader map_;
  std::string name_;
  ConfigLayer layer_;
};

/// A path of this file: no glob, since it becomes a mount.
Strings read_paths(const Node& node) {
  Strings paths = read_strings(node);
  for (const std::string& path : paths) {
    if (path.empty()) throw BadInput(node.place, "a path cannot be empty");
    if (path.find('*') != std::string::npos)
      throw BadInput(node.place, fmt::format("{} is a glob; only paths can stand here, a rule can name globs",
                                             shown(path)));
    if (path[0] == '~' && path != "~" && !path.starts_with("~/"))
      throw BadInput(node.place, fmt::format("{}: only ~/ is known, not other users' homes", shown(path)));
  }
  return paths;
}

std::string read_upstream(const Node& node) {
  const std::string text = read_string(node);
  const bool is_url = text.starts_with("http://") || text.starts_with("socks5://");
  if (is_url && text.find('@') != std::string::npos)
    throw BadInput(node.place,
                   "commands can read this file: the user of a proxy belongs into https_proxy, in the "
                   "environment of gatehouse, with env here");
  if (text != "env" && text != "none" && !is_url)
    fail_type(node, "env, none, or the URL of a proxy (http:// or socks5://)");
  return text;
}

Strings read_requirements(const Node& node) {
  const auto check = [](const Node& word) { (void)read_index(word, {"tier-a", "tier-b"}); };
  if (node.kind == Node::Kind::scalar) check(node);
  std::for_each(node.items.begin(), node.items.end(), check);
  return read_strings(node);
}

std::string read_nonempty(const Node& node) {
  if (node.kind == Node::Kind::scalar && node.scalar.empty())
    throw BadInput(node.place, "this cannot be empty");
  return read_string(node);
}

std::uint64_t read_count(const Node& node) { return read_unsigned(node); }
/// Of a number alone somebody may have meant megabytes, and with less no shell starts.
std::uint64_t read_memory(const Node& node) {
  const std::uint64_t bytes = read_bytes(node);
  if (bytes != 0 && bytes < 16U << 20) fail_type(node, "0, or a size from 16MB on");
  return bytes;
}
/// With fewer no shell starts.
std::uint64_t read_open_files(const Node& node) {
  const std::uint64_t files = read_unsigned(node);
  if (files != 0 && files < 64) fail_type(node, "0, or a number from 64 on");
  return files;
}
/// What a sandbox keeps there itself has to fit in.
std::uint64_t read_tmp(const Node& node) {
  const std::uint64_t bytes = read_bytes(node);
  if (bytes != 0 && bytes < 1U << 20) fail_type(node, "0, or a size from 1MB on");
  return bytes;
}
std::uint64_t read_count_from_one(const Node& node) { return read_unsigned(node, 1); }

template <class Value>
auto word_reader(std::initializer_list<std::pair<const char*, Value>> table) {
  return [words = std::vector<std::pair<const char*, Value>>(table)](const Node& node) {
    Strings names;
    for (const auto& word : words) names.emplace_back(word.first);
    return words[read_index(node, names)].second;
  };
}

void read_network(Config& config, const Node& node, ConfigLayer layer) {
  Section section(config, node, "network", layer, {"mode", "upstream", "publish"});
  const auto mode = word_reader<NetworkMode>(
      {{"none", NetworkMode::none}, {"allowlist", NetworkMode::allowlist}, {"full", NetworkMode::full}});
  section.take("mode", config.network.mode, mode, stricter);
  section.take("upstream", config.network.upstream, read_upstream, unchanged);
  section.take("publish", config.network.publish, read_publish, common);
}

void read_sandbox(Config& config, const Node& node, ConfigLayer layer) {
  Section section(config, node, "sandbox", layer,
                  {"user", "tmp", "caches", "hide", "unhide", "protect", "sockets", "allow_tracers",
                   "host_may_loosen", "on_writers", "require"});
  auto& sandbox = config.sandbox;
  const auto tmp = word_reader<Tmp>({{"private", Tmp::private_}, {"shared", Tmp::shared}});
  const auto caches = word_reader<Caches>(
      {{"private", Caches::private_}, {"shared", Caches::shared}, {"none", Caches::none}});
  const auto on_writers = word_reader<OnWriters>({{"kill", OnWriters::kill}, {"wait", OnWriters::wait}});
  section.take("user", sandbox.user, read_nonempty, unchanged);
  section.take("tmp", sandbox.tmp, tmp, stricter);
  section.take("caches", sandbox.caches, caches, stricter);
  section.add("hide", sandbox.hide, read_paths);
  section.add("unhide", sandbox.unhide, read_paths);
  section.add("protect", sandbox.protect, read_paths);
  section.take("sockets", sandbox.sockets, read_paths, common);
  section.take("allow_tracers", sandbox.allow_tracers, read_bool, stricter);
  section.take("host_may_loosen", sandbox.host_may_loosen, read_bool, stricter);
  section.take("on_writers", sandbox.on_writers, on_writers, stricter);
  section.add("require", sandbox.require, read_requirements);
}

void read_env(Config& config, const Node& node, ConfigLayer layer) {
  Section section(config, node, "env", layer, {"from", "pass", "set"});
  const auto from = word_reader<EnvFrom>({{"login", EnvFrom::login}, {"caller", EnvFrom::caller}});
  section.take("from", config.env.from, from, unchanged);
  section.take("pass", config.env.pass, read_strings, common);
  section.take_each("set", config.env.set);
}

void read_shell(Config& config, const Node& node, ConfigLayer layer) {
  Section section(config, node, "shell", layer, {"program", "timeout", "yield", "output"});
  section.take("program", config.shell.program, read_nonempty, later_wins);
  section.take("timeout", config.shell.timeout, read_duration, later_wins);
  section.take("yield", config.shell.yield, read_duration, later_wins);
  section.take("output", config.shell.output, read_count_from_one, later_wins);
}

void read_limits(Config& config, const Node& node, ConfigLayer layer) {
  Section section(config, node, "limits", layer,
                  {"memory", "processes", "wall", "file", "open_files", "tmp"});
  section.take("memory", config.limits.memory, read_memory, smaller_limit);
  section.take("processes", config.limits.processes, read_count, smaller_limit);
  section.take("wall", config.limits.wall, read_duration, smaller_limit);
  section.take("file", config.limits.file, read_bytes, smaller_limit);
  section.take("open_files", config.limits.open_files, read_open_files, smaller_limit);
  section.take("tmp", config.limits.tmp, read_tmp, smaller_limit);
}

void read_approvals(Config& config, const Node& node, ConfigLayer layer) {
  Section section(config, node, "approvals", layer, {"policy", "hold", "timeout", "keep"});
  const auto policy = word_reader<ApprovalPolicy>({{"on-request", ApprovalPolicy::on_request},
                                                   {"untrusted", ApprovalPolicy::untrusted},
                                                   {"never", ApprovalPolicy::never}});
  section.take("policy", config.approvals.policy, policy, stricter);
  section.take("hold", config.approvals.hold, read_duration, later_wins);
  section.take("timeout", config.approvals.timeout, read_duration, stricter);
  section.take("keep", config.approvals.keep, read_duration, stricter);
}

void read_audit(Config& config, const Node& node, ConfigLayer layer) {
  Section section(config, node, "audit", layer, {"sync", "redact", "rotate", "keep"});
  const auto sync = word_reader<AuditSync>({{"none", AuditSync::none}, {"each", AuditSync::each}});
  const auto redact = word_reader<Redact>({{"default", Redact::default_}, {"none", Redact::none}});
  section.take("sync", config.audit.sync, sync, stricter);
  section.take("redact", config.audit.redact, redact, stricter);
  section.take("rotate", config.audit.rotate, read_bytes, unchanged);
  section.take("keep", config.audit.keep, read_duration, unchanged);
}

void read_http(Config& config, const Node& node, ConfigLayer layer) {
  Section section(config, node, "http", layer, {"auth", "connections"});
  const auto auth = word_reader<HttpAuth>({{"token", HttpAuth::token}, {"none", HttpAuth::none}});
  section.take("auth", config.http.auth, auth, stricter);
  section.take("connections", config.http.connections, read_count_from_one, stricter);
}

struct SectionReader {
  const char* key;
  void (*read)(Config&, const Node&, ConfigLayer);
};
constexpr SectionReader sections[] = {
    {"network", read_network}, {"sandbox", read_sandbox},     {"env", read_env},     {"shell", read_shell},
    {"limits", read_limits},   {"approvals", read_approvals}, {"audit", read_audit}, {"http", read_http},
};

std::optional<std::uint16_t> port_of(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || port == 0) return std::nullopt;
  return port;
}

}  // namespace

void apply(Config& config, const Node& document, ConfigLayer layer) {
  Strings keys = {"version", "workspaces", "mode"};
  for (const SectionReader& section : sections) keys.emplace_back(section.key);
  Section top(config, document, "", layer, keys);
  check_version(top.map());
  top.take("workspaces", config.workspaces, read_strings, unchanged);
  const auto mode = word_reader<Mode>({{"read-only", Mode::read_only},
                                       {"workspace-write", Mode::workspace_write},
                                       {"danger-full-access", Mode::danger_full_access}});
  top.take("mode", config.mode, mode, stricter);
  for (const SectionReader& section : sections) {
    if (const Node* node = top.map().find(section.key)) section.read(config, *node, layer);
  }
}

void apply_limits(Config& config, const Node& map, ConfigLayer layer) { read_limits(config, map, layer); }

Config load_config(const std::string& system_file, const std::string& user_file, bool is_named) {
  Config config;
  if (const auto document = find_yaml_file(system_file, Author::root))
    apply(config, *document, ConfigLayer::system);
  if (is_named) {
    apply(config, read_yaml_file(user_file), ConfigLayer::user);
  } else if (const auto document = find_yaml_file(user_file)) {
    apply(config, *document, ConfigLayer::user);
  }
  return config;
}

Publish parse_publish(const std::string& text) {
  const std::size_t colon = text.find(':');
  const auto port = port_of(std::string_view(text).substr(0, colon));
  const auto host_port =
      colon == std::string::npos ? port : port_of(std::string_view(text).substr(colon + 1));
  if (!port || !host_port)
    throw sys::Error(sys::Kind::invalid, "expected a port to publish as PORT or PORT:HOSTPORT, found {}",
                     shown(text));
  return {*port, *host_port};
}

std::vector<Publish> read_publish(const Node& node) {
  std::vector<Publish> ports;
  for (const std::string& text : read_strings(node)) {
    try {
      ports.push_back(parse_publish(text));
    } catch (const sys::Error& error) {
      throw BadInput(node.place, error.what());
    }
  }
  return ports;
}

}  // namespace config
