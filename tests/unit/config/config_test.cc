#include "config/config.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/temporary.h"

using namespace config;
using namespace std::chrono_literals;
using Strings = std::vector<std::string>;

namespace {

Config read(const std::string& user) {
  Config config;
  apply(config, read_yaml("version: 1\n" + user, "user.yaml"), ConfigLayer::user);
  return config;
}

Config read_both(const std::string& system, const std::string& user) {
  Config config;
  apply(config, read_yaml("version: 1\n" + system, "system.yaml"), ConfigLayer::system);
  apply(config, read_yaml("version: 1\n" + user, "user.yaml"), ConfigLayer::user);
  return config;
}

std::string complaint(const std::string& text) {
  try {
    read(text);
  } catch (const BadInput& error) {
    return error.what();
  }
  return "";
}

/// Every key with its default, as the documentation prints it.
constexpr const char* documented = R"(
workspaces: ["~/*"]
mode: workspace-write
network: {mode: none, upstream: env, publish: []}
sandbox: {user: owner, tmp: private, caches: private, hide: [], unhide: [], protect: [], sockets: [], allow_tracers: false, host_may_loosen: false, on_writers: kill, require: []}
env: {from: login, pass: [], set: {}}
shell: {program: bash, timeout: 120s, yield: 45s, output: 32000}
limits: {memory: 0, processes: 4096, wall: 0, file: 0, open_files: 0, tmp: 0}
approvals: {policy: on-request, hold: 50s, timeout: 10m, keep: 30d}
audit: {sync: none, redact: default, rotate: 64MB, keep: 90d}
http: {auth: token, connections: 512}
)";

}  // namespace

TEST_CASE("the documented defaults are the defaults") {
  const Config written = read(documented), defaults;
  CHECK(written.workspaces == defaults.workspaces);
  CHECK(written.mode == defaults.mode);
  CHECK(written.network.mode == defaults.network.mode);
  CHECK(written.network.upstream == defaults.network.upstream);
  CHECK(written.sandbox.user == defaults.sandbox.user);
  CHECK(written.sandbox.tmp == defaults.sandbox.tmp);
  CHECK(written.sandbox.caches == defaults.sandbox.caches);
  CHECK(written.sandbox.allow_tracers == defaults.sandbox.allow_tracers);
  CHECK(written.sandbox.host_may_loosen == defaults.sandbox.host_may_loosen);
  CHECK(written.sandbox.on_writers == defaults.sandbox.on_writers);
  CHECK(written.env.from == defaults.env.from);
  CHECK(written.shell.program == defaults.shell.program);
  CHECK(written.shell.timeout == defaults.shell.timeout);
  CHECK(written.shell.yield == defaults.shell.yield);
  CHECK(written.shell.output == defaults.shell.output);
  CHECK(written.limits.memory == defaults.limits.memory);
  CHECK(written.limits.processes == defaults.limits.processes);
  CHECK(written.limits.wall == defaults.limits.wall);
  CHECK(written.limits.file == defaults.limits.file);
  CHECK(written.limits.open_files == defaults.limits.open_files);
  CHECK(written.limits.tmp == defaults.limits.tmp);
  CHECK(written.approvals.policy == defaults.approvals.policy);
  CHECK(written.approvals.hold == defaults.approvals.hold);
  CHECK(written.approvals.timeout == defaults.approvals.timeout);
  CHECK(written.approvals.keep == defaults.approvals.keep);
  CHECK(written.audit.sync == defaults.audit.sync);
  CHECK(written.audit.redact == defaults.audit.redact);
  CHECK(written.audit.rotate == defaults.audit.rotate);
  CHECK(written.audit.keep == defaults.audit.keep);
  CHECK(written.http.auth == defaults.http.auth);
  CHECK(written.http.connections == defaults.http.connections);
  CHECK(written.notes.empty());
}

TEST_CASE("values of every section are read") {
  const Config config = read(R"(
mode: read-only
network: {mode: full, publish: [8080, "3000:13000"]}
sandbox: {user: build, tmp: shared, caches: none, hide: ~/x, allow_tracers: true, require: [tier-a]}
env: {from: caller, pass: [A, "B_*"], set: {C: "d=e"}}
limits: {processes: 64, file: 1GB, wall: 1h, open_files: 256, tmp: 64MB, memory: 2GB}
approvals: {policy: never}
)");
  CHECK(config.mode == Mode::read_only);
  CHECK(config.network.mode == NetworkMode::full);
  CHECK(config.network.publish == std::vector<Publish>{{8080, 8080}, {3000, 13000}});
  CHECK(config.sandbox.user == "build");
  CHECK(config.sandbox.caches == Caches::none);
  CHECK(config.sandbox.hide == Strings{"~/x"});
  CHECK(config.env.set.at("C") == "d=e");
  CHECK(config.limits.file == 1ULL << 30);
  CHECK(config.limits.wall == 1h);
  CHECK(config.limits.open_files == 256);
  CHECK(config.limits.tmp == 64U << 20);
  CHECK(config.limits.memory == 2ULL << 30);
  CHECK(config.approvals.policy == ApprovalPolicy::never);
}

TEST_CASE("a wrong config names the place and the nearest word") {
  CHECK(complaint("mod: read-only") == "user.yaml:2:1: unknown key 'mod'; did you mean 'mode'?");
  CHECK(complaint("mode: readonly") == "user.yaml:2:7: unknown word 'readonly'; did you mean 'read-only'?");
  CHECK(complaint("sandbox: {caches: on}") ==
        "user.yaml:2:19: unknown word 'on'; known are private, shared, none");
  CHECK(complaint("sandbox: {allow_tracers: yes}") ==
        "user.yaml:2:26: expected true or false, found 'yes'; write true");
  CHECK(complaint("sandbox: {hide: [\"**/.env\"]}").find("is a glob") != std::string::npos);
  CHECK(complaint("sandbox: {hide: [\"\"]}") == "user.yaml:2:17: a path cannot be empty");
  CHECK(complaint("sandbox: {hide: [~bob/x]}").find("other users' homes") != std::string::npos);
  CHECK(complaint("network: {publish: [0]}").find("PORT or PORT:HOSTPORT, found '0'") != std::string::npos);
  CHECK(complaint("limits: {memory: 2}") == "user.yaml:2:18: expected 0, or a size from 16MB on, found '2'");
  CHECK(complaint("limits: {memory: 16MB}").empty());
  CHECK(complaint("network: none") == "user.yaml:2:10: expected a map, found 'none'");
  CHECK(complaint("env: {set: {\"A=B\": c}}") == "user.yaml:2:13: 'A=B' is no variable's name");
  CHECK(complaint("sandbox: {require: [tier-x]}").find("did you mean 'tier-a'?") != std::string::npos);
}

TEST_CASE("a user file cannot loosen what the system file states") {
  const Config config = read_both(R"(
mode: read-only
network: {mode: none, publish: [80]}
sandbox: {tmp: private, caches: private, hide: [/srv/secret], allow_tracers: false, user: self}
env: {pass: [A, B], set: {PIN: "1"}}
limits: {processes: 100, file: 1MB}
approvals: {policy: never, timeout: 1m}
audit: {sync: each, keep: 90d}
http: {auth: token}
)",
                                  R"(
mode: danger-full-access
network: {mode: full, publish: [80, 81]}
sandbox: {tmp: shared, caches: shared, unhide: [/srv/secret], allow_tracers: true, user: owner}
env: {pass: [B, C], set: {PIN: "2", OTHER: "3"}}
limits: {processes: 0, file: 1GB}
approvals: {policy: on-request, timeout: 10m}
audit: {sync: none, keep: 1d}
http: {auth: none}
)");
  CHECK(config.mode == Mode::read_only);
  CHECK(config.network.mode == NetworkMode::none);
  CHECK(config.network.publish == std::vector<Publish>{{80, 80}});
  CHECK(config.sandbox.tmp == Tmp::private_);
  CHECK(config.sandbox.caches == Caches::private_);
  CHECK(config.sandbox.hide == Strings{"/srv/secret"});
  CHECK_FALSE(config.sandbox.allow_tracers);
  CHECK(config.sandbox.user == "self");
  CHECK(config.env.pass == Strings{"B"});
  CHECK(config.env.set.at("PIN") == "1");
  CHECK(config.env.set.at("OTHER") == "3");
  CHECK(config.limits.processes == 100);
  CHECK(config.limits.file == 1U << 20);
  CHECK(config.approvals.policy == ApprovalPolicy::never);
  CHECK(config.approvals.timeout == 1min);
  CHECK(config.audit.sync == AuditSync::each);
  CHECK(config.audit.keep == 24h * 90);
  CHECK(config.http.auth == HttpAuth::token);
  CHECK(config.notes.size() == 16);
  CHECK(config.notes.at(0) == "user.yaml:3:7: mode is held tighter by the system's config");
}

TEST_CASE("a user file may tighten what the system file states, and change what it does not") {
  const Config config = read_both("mode: workspace-write\nlimits: {processes: 0}\nsandbox: {hide: [/a]}",
                                  "mode: read-only\nnetwork: {mode: full}\nlimits: {processes: 10}\n"
                                  "sandbox: {hide: [/b], tmp: shared}");
  CHECK(config.mode == Mode::read_only);
  CHECK(config.network.mode == NetworkMode::full);
  CHECK(config.limits.processes == 10);
  CHECK(config.sandbox.hide == Strings{"/a", "/b"});
  CHECK(config.sandbox.tmp == Tmp::shared);
  CHECK(config.notes.empty());
}

TEST_CASE("a config that was named must be there, the usual one need not") {
  const tests::TemporaryDirectory dir;
  CHECK(load_config(dir / "none", dir / "config.yaml", false).mode == Mode::workspace_write);
  CHECK_THROWS_AS(load_config(dir / "none", dir / "config.yaml", true), BadInput);
  dir.write("config.yaml", "version: 1\nmode: read-only\n");
  CHECK(load_config(dir / "none", dir / "config.yaml", false).mode == Mode::read_only);
  dir.write("config.yaml", "");
  CHECK_THROWS_AS(load_config(dir / "none", dir / "config.yaml", false), BadInput);
}

TEST_CASE("a system config that others can write is refused") {
  const tests::TemporaryDirectory dir;
  dir.write("system.yaml", "version: 1\n");
  REQUIRE(::chmod((dir / "system.yaml").c_str(), 0666) == 0);
  CHECK_THROWS_AS(load_config(dir / "system.yaml", dir / "none", false), BadInput);
}
