#include <doctest/doctest.h>

#include "config/file.h"
#include "policy/trial.h"
#include "shelltool/command/init_command.h"
#include "shelltool/command/init_files.h"
#include "tests/unit/temporary.h"

using namespace shelltool;

namespace {

/// Every value as text: two configs that say the same are equal here.
std::string text_of(const config::Config& c) {
  const auto list = [](const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) text += word + ",";
    return text;
  };
  const auto word = [](auto value) { return std::to_string(static_cast<long long>(value)); };
  std::vector<std::string> all = {list(c.workspaces), word(c.mode), word(c.network.mode), c.network.upstream,
                                  word(c.network.publish.size())};
  const auto& s = c.sandbox;
  for (const std::string& text : {s.user,
                                  word(s.tmp),
                                  word(s.caches),
                                  list(s.hide),
                                  list(s.unhide),
                                  list(s.protect),
                                  list(s.sockets),
                                  word(s.allow_tracers),
                                  word(s.host_may_loosen),
                                  word(s.on_writers),
                                  list(s.require),
                                  word(c.env.from),
                                  list(c.env.pass),
                                  word(c.env.set.size()),
                                  c.shell.program,
                                  word(c.shell.timeout.count()),
                                  word(c.shell.yield.count()),
                                  word(c.shell.output),
                                  word(c.limits.memory),
                                  word(c.limits.processes),
                                  word(c.limits.wall.count()),
                                  word(c.limits.file),
                                  word(c.limits.open_files),
                                  word(c.limits.tmp),
                                  word(c.approvals.policy),
                                  word(c.approvals.hold.count()),
                                  word(c.approvals.timeout.count()),
                                  word(c.approvals.keep.count()),
                                  word(c.audit.sync),
                                  word(c.audit.redact),
                                  word(c.audit.rotate),
                                  word(c.audit.keep.count()),
                                  word(c.http.auth),
                                  word(c.http.connections)})
    all.push_back(text);
  std::string text;
  for (const std::string& one : all) text += one + "\n";
  return text;
}

}  // namespace

TEST_CASE("the first config states every key, and each with its default") {
  config::Config stated;
  // As a system file, so that it notes what it states.
  config::apply(stated, config::read_yaml(first_config, "config.yaml"), config::ConfigLayer::system);
  CHECK(text_of(stated) == text_of(config::Config{}));
  // What adds up (hide, unhide, protect, require) and single variables hold nothing.
  CHECK(stated.held.size() == 34);
}

TEST_CASE("the first rules compile, also with the examples taken in") {
  const auto tried = [](const std::string& text) {
    return policy::try_rules({{policy::Layer::user, config::read_yaml(text, "rules.yaml")}},
                             {"/home/u", {"/w"}, {}});
  };
  CHECK(tried(first_rules).failures.empty());
  const std::string before = "rules: []\n";
  std::string text = first_rules;
  text.erase(text.find(before), before.size());
  for (std::size_t hash = text.find("\n# rules:"); hash != std::string::npos;
       hash = text.find("\n#", hash + 1))
    text.erase(hash + 1, text[hash + 2] == ' ' ? 2 : 1);
  const policy::Trial trial = tried(text);
  CHECK(trial.rules == 3);
  CHECK(trial.examples == 5);
  CHECK(trial.failures.empty());
}

TEST_CASE("first files are written where there are none, and nothing is overwritten") {
  const tests::TemporaryDirectory directory;
  const Places places = usual_places(directory.path());
  directory.write(".config/gatehouse/rules.yaml", "version: 1\n");
  const std::vector<FirstFile> files = write_first_files(places);
  REQUIRE(files.size() == 2);
  CHECK(files[0].is_new);
  CHECK_FALSE(files[1].is_new);
  CHECK(std::filesystem::file_size(places.user_rules()) == 11);
  CHECK(config::find_yaml_file(places.user_config()));
}
