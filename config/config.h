#pragma once
/// config.yaml: what an owner sets once, with its defaults. Rules are another file.

#include <chrono>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "config/node.h"

namespace config {

// Enumerators stand from the strictest to the loosest: the order decides between layers.
enum class Mode { read_only, workspace_write, danger_full_access };
enum class NetworkMode { none, allowlist, full };
enum class Tmp { private_, shared };
/// none: as the rest of the host, read-only; private: copy-on-write per workspace; shared: the host's own.
enum class Caches { none, private_, shared };
/// What holds a root open for writing when it shall become read-only: end it, or wait for it.
enum class OnWriters { kill, wait };
/// never: nobody is asked, and `ask` is a deny; untrusted: also ask for every command that an agent starts.
enum class ApprovalPolicy { never, untrusted, on_request };
/// each: every record is on the disk before the program starts; none: it survives our end, not the machine's.
enum class AuditSync { each, none };
enum class Redact { default_, none };
enum class HttpAuth { token, none };
/// What the caller had, or what the user's login shell exports as well.
enum class EnvFrom { caller, login };

/// A port inside the sandbox that is reached on 127.0.0.1 outside.
struct Publish {
  std::uint16_t port = 0;
  std::uint16_t host_port = 0;
  friend bool operator==(const Publish&, const Publish&) = default;
};

struct Config {
  std::vector<std::string> workspaces = {"~/*"};  ///< globs: which client roots may become a workspace
  Mode mode = Mode::workspace_write;

  struct {
    NetworkMode mode = NetworkMode::none;
    std::string upstream = "env";  ///< "env", "none", or a proxy's URL
    std::vector<Publish> publish;
  } network;

  /// Paths begin with "/" or "~/"; others are below each writable root.
  struct {
    std::string user = "owner";  ///< "owner", "self" or a user's name; counts when root starts gatehouse
    Tmp tmp = Tmp::private_;
    Caches caches = Caches::private_;
    std::vector<std::string> hide;    ///< beats every `unhide`
    std::vector<std::string> unhide;  ///< of what is hidden by default
    std::vector<std::string> protect;
    std::vector<std::string> sockets;
    bool allow_tracers = false;
    bool host_may_loosen = false;
    OnWriters on_writers = OnWriters::kill;
    std::vector<std::string> require;  ///< "tier-a", "tier-b"
  } sandbox;

  struct {
    EnvFrom from = EnvFrom::login;
    std::vector<std::string> pass;  ///< names and globs
    std::map<std::string, std::string> set;
  } env;

  struct {
    std::string program = "bash";
    std::chrono::milliseconds timeout = std::chrono::seconds(120);
    std::chrono::milliseconds yield = std::chrono::seconds(45);
    std::uint64_t output = 32'000;  ///< bytes of a result
  } shell;

  /// 0: none of ours.
  struct {
    std::uint64_t memory = 0;
    std::uint64_t processes = 4096;
    std::chrono::milliseconds wall{0};
    std::uint64_t file = 0;        ///< bytes
    std::uint64_t open_files = 0;  ///< of one process
    std::uint64_t tmp = 0;         ///< bytes of the private /tmp
  } limits;

  struct {
    ApprovalPolicy policy = ApprovalPolicy::on_request;
    std::chrono::milliseconds hold = std::chrono::seconds(50);
    std::chrono::milliseconds timeout = std::chrono::minutes(10);
    std::chrono::milliseconds keep = std::chrono::hours(30 * 24);
  } approvals;

  struct {
    AuditSync sync = AuditSync::none;
    Redact redact = Redact::default_;
    std::uint64_t rotate = 64U << 20;
    std::chrono::milliseconds keep = std::chrono::hours(90 * 24);
  } audit;

  struct {
    HttpAuth auth = HttpAuth::token;
    std::uint64_t connections = 512;
  } http;

  /// What the system file states, as "network.mode". Nothing that comes later loosens these.
  std::set<std::string> held;
  /// What a later layer asked for and did not get, a sentence each.
  std::vector<std::string> notes;
};

enum class ConfigLayer { system, user };

/// Lays one document over what is there. A key that the system file has not stated takes the new value. One
/// that it has stated takes it only as far as it tightens: the earlier enumerator above; false rather than
/// true; the smaller number or limit (0 is none, so any limit is smaller); what both lists contain
/// (`publish`, `sockets`, `pass`). `workspaces`, `upstream`, `user`, `from`, each variable of `env.set`,
/// `rotate` and `audit.keep` stay as the system has them. `hide`, `unhide`, `protect` and `require` add up;
/// `shell` and `hold` are the user's own.
void apply(Config& config, const Node& document, ConfigLayer layer);

/// One `limits` map by itself.
void apply_limits(Config& config, const Node& map, ConfigLayer layer);

/// The system file must be root's (see Author). `user_file` need not exist, unless `is_named`: the owner
/// named it on the command line.
Config load_config(const std::string& system_file, const std::string& user_file, bool is_named);

/// "PORT" or "PORT:HOSTPORT"; throws sys::Error.
Publish parse_publish(const std::string& text);
/// The same, one or a list.
std::vector<Publish> read_publish(const Node& node);

}  // namespace config
