#include "shelltool/setup/options.h"

#include <doctest/doctest.h>

#include <CLI/CLI.hpp>

#include "shelltool/command/command_line.h"
#include "tests/unit/temporary.h"

using namespace shelltool;
using tests::TemporaryDirectory;
using Strings = std::vector<std::string>;

namespace {

struct Parsed {
  CommonOptions common;
  CommandOptions command;
  std::string complaint;
};

Parsed parse(Strings words) {
  Parsed parsed;
  CLI::App app;
  add_options(app, parsed.common);
  add_options(app, parsed.command);
  std::reverse(words.begin(), words.end());  // as CLI::App::parse wants them
  try {
    app.parse(words);
  } catch (const CLI::Error& error) {
    parsed.complaint = error.what();
  }
  return parsed;
}

Places places_in(const TemporaryDirectory& dir) {
  Places places = usual_places(dir.path());
  places.system = dir / "etc";
  return places;
}

}  // namespace

TEST_CASE("every common option is read, and repeatable ones take one value each") {
  const Parsed parsed =
      parse({"--config", "c.yaml",    "--rules",   "a.yaml", "--rules",    "b.yaml", "--workspace", "w",
             "--mode",   "read-only", "--network", "full",   "--approval", "never",  "--audit",     "log",
             "--cwd",    "d",         "--env",     "A=1",    "--env",      "B="});
  CHECK(parsed.complaint == "");
  CHECK(parsed.common.config == "c.yaml");
  CHECK(parsed.common.rules == Strings{"a.yaml", "b.yaml"});
  CHECK(parsed.common.workspaces == Strings{"w"});
  CHECK(parsed.common.mode == config::Mode::read_only);
  CHECK(parsed.common.network == config::NetworkMode::full);
  CHECK(parsed.common.approval == config::ApprovalPolicy::never);
  CHECK(parsed.common.audit == "log");
  CHECK(parsed.command.cwd == "d");
  CHECK(parsed.command.env == Strings{"A=1", "B="});
}

TEST_CASE("a wrong word names the nearest") {
  CHECK(parse({"--mode", "readonly"}).complaint ==
        "--mode: unknown word 'readonly'; did you mean 'read-only'?");
  CHECK(parse({"--network", "x"}).complaint ==
        "--network: unknown word 'x'; known are none, allowlist, full");
  CHECK(parse({"--env", "novalue"}).complaint.find("expected a variable as NAME=value, found 'novalue'") !=
        std::string::npos);
  CHECK(parse({"--bogus"}).complaint != "");
  CHECK(parse({"--rules", "a", "b"}).complaint != "");
  CHECK(parse({"--mode"}).complaint != "");
}

TEST_CASE("the command line wins over the user's config, and only tightens the system's") {
  const TemporaryDirectory dir;
  const Places places = places_in(dir);
  dir.write(".config/gatehouse/config.yaml", "version: 1\nmode: read-only\n");
  CommonOptions options;
  CHECK(load_settings(options, places).mode == config::Mode::read_only);
  options.mode = config::Mode::danger_full_access;
  CHECK(load_settings(options, places).mode == config::Mode::danger_full_access);
  if (::geteuid() != 0) {
    MESSAGE("SKIP: only root can write a system config that is trusted");
    return;
  }
  dir.write("etc/config.yaml", "version: 1\nmode: workspace-write\n");
  CHECK(load_settings(options, places).mode == config::Mode::read_only);
  CHECK(load_settings(options, places).notes.size() == 1);
  dir.write("other.yaml", "version: 1\n");
  options.config = dir / "other.yaml";
  CHECK(load_settings(options, places).mode == config::Mode::workspace_write);
}

TEST_CASE("a config that was named and is not there, or is no file, is an error") {
  const TemporaryDirectory dir;
  CommonOptions options;
  options.config = dir / "none.yaml";
  CHECK_THROWS_AS(load_settings(options, places_in(dir)), config::BadInput);
  options.config = dir.path();
  CHECK_THROWS_AS(load_settings(options, places_in(dir)), config::BadInput);
}

TEST_CASE("ports of the command line come to the config's, but not where the system's file says which") {
  const TemporaryDirectory dir;
  const Places places = places_in(dir);
  CommonOptions options;
  options.publish = {{80, 8080}, {3000, 3000}};
  dir.write(".config/gatehouse/config.yaml", "version: 1\nnetwork: {publish: [3000]}\n");
  CHECK(load_settings(options, places).network.publish ==
        std::vector<config::Publish>{{3000, 3000}, {80, 8080}});
  if (::geteuid() != 0) return;  // only root can write a system config that is trusted
  dir.write("etc/config.yaml", "version: 1\nnetwork: {publish: [3000]}\n");
  CHECK(load_settings(options, places).network.publish == std::vector<config::Publish>{{3000, 3000}});
  CHECK(load_settings(options, places).notes.size() == 1);
}
