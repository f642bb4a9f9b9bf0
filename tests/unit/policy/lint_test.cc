#include "policy/lint/lint.h"

#include <doctest/doctest.h>
#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>

#include "config/file.h"
#include "tests/unit/data.h"
#include "tests/unit/policy/events.h"
#include "tests/unit/temporary.h"

namespace policy {
namespace {

std::vector<std::string> files_in(const std::string& directory) {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(directory))
    if (entry.path().extension() == ".yaml") files.push_back(entry.path().string());
  std::sort(files.begin(), files.end());
  return files;
}

/// The first line of a file with a planted fault: "# dead at 6, layer project, tier b, network full".
struct Planted {
  std::string finding;
  Layer layer = Layer::user;
  State here;
};

Planted planted_in(const std::string& file) {
  std::ifstream stream(file);
  std::string line;
  std::getline(stream, line);
  Planted planted{line.substr(2, line.find(',') - 2), Layer::user, {}};
  if (line.find("layer project") != std::string::npos) planted.layer = Layer::project;
  if (line.find("tier b") != std::string::npos) planted.here.tier = sandbox::Tier::b;
  if (line.find("network full") != std::string::npos) planted.here.network = sandbox::Network::full;
  return planted;
}

std::string shown(const Finding& finding) {
  return fmt::format("{} at {}", finding.kind, finding.place.line);
}

std::vector<Finding> lint(const std::string& file, Layer layer = Layer::user, const State& here = {},
                          const Surroundings& where = tests::here()) {
  return lint({layer, config::read_yaml_file(file)}, {}, where, here);
}

std::vector<Finding> lint_text(const std::string& text) {
  return lint(tests::source(text), {}, tests::here(), {});
}

TEST_CASE("lint finds each planted fault at its line, and nothing else in its file") {
  const std::vector<std::string> files = files_in(tests::data_file("lint"));
  CHECK(files.size() >= 50);
  std::set<std::string> kinds;
  for (const std::string& file : files) {
    CAPTURE(file);
    const Planted planted = planted_in(file);
    const std::vector<Finding> findings = lint(file, planted.layer, planted.here);
    std::string found;
    for (const Finding& finding : findings) found += (found.empty() ? "" : "; ") + shown(finding);
    CHECK(found == planted.finding);
    for (const Finding& finding : findings) {
      kinds.insert(finding.kind);
      CHECK(finding.place.column > 0);
      CHECK(!finding.sentence.empty());
      CHECK(!finding.mend.empty());
    }
  }
  CHECK(kinds.size() == 20);
}

TEST_CASE("lint finds nothing in builtin:base") {
  const std::vector<Finding> findings = lint({Layer::user, base_rules()}, {}, tests::here(), {});
  for (const Finding& finding : findings) FAIL_CHECK(shown(finding) << ": " << finding.sentence);
}

TEST_CASE("lint finds in the shipped policies what they say themselves that is not held") {
  const std::set<std::string> limits = {"'guarded.written'", "'built.others'", "'web.our-hosts'",
                                        "'dotenv.read'",     "'psql.net'",     "'ssh.net'"};
  const tests::TemporaryDirectory programs;  // that not every machine has
  programs.write("npm", "");
  std::filesystem::permissions(programs / "npm", std::filesystem::perms::owner_all);
  Surroundings where = tests::here();
  where.search_path.push_back(programs.path());
  std::vector<std::string> files = files_in(tests::source_file("examples/policies"));
  files.push_back(tests::source_file("examples/rules.yaml"));
  for (const std::string& file : files) {
    CAPTURE(file);
    for (const Finding& finding : lint(file, Layer::user, {}, where)) {
      CAPTURE(finding.sentence);
      CHECK(finding.kind == "not-enforced");
      CHECK(limits.contains(finding.sentence.substr(0, finding.sentence.find(' '))));
    }
  }
}

TEST_CASE("a rule that is tried by an example of the whole file is not untested") {
  const std::string rule =
      "rules:\n  - {id: r, event: exec, when: {program: git}, verdict: deny, reason: r}\n";
  CHECK(lint_text("version: 1\n" + rule).size() == 1);
  CHECK(lint_text("version: 1\n" + rule + "examples: {deny: [sh -c 'git push']}\n").empty());
}

TEST_CASE(
    "an allow of an interpreter is no finding where its words are limited or a reason says that it is "
    "meant") {
  const auto found = [](const std::string& more) {
    return lint_text("version: 1\nrules:\n  - {id: r, event: exec, verdict: allow, " + more + "}\n").size();
  };
  CHECK(found("when: {program: sh}") == 1);
  CHECK(found("when: {program: sh, args: [build.sh]}") == 0);
  CHECK(found("when: {program: sh, ancestor: {program: make}}") == 0);
  CHECK(found("when: {program: sh}, reason: Text is judged by what it starts.") == 0);
}

TEST_CASE("a more special rule that stands first and gives its own reason is not shadowed") {
  CHECK(lint_text("version: 1\nrules:\n"
                  "  - {id: a, event: exec, when: {program: git, args: [push]}, verdict: deny, reason: a, "
                  "examples: {match: [git push]}}\n"
                  "  - {id: b, event: exec, when: {program: git}, verdict: deny, reason: b, examples: "
                  "{match: [git x]}}\n")
            .empty());
}

TEST_CASE("an allow that gives a profile to what another rule asks about is not covered") {
  CHECK(lint_text("version: 1\nprofiles: {p: {extends: workspace-write}}\nrules:\n"
                  "  - {id: a, event: exec, when: {program: cp, args: [x]}, verdict: allow, profile: p}\n"
                  "  - {id: b, event: exec, when: {program: cp}, verdict: ask, reason: b, examples: {match: "
                  "[cp x]}}\n")
            .empty());
}

TEST_CASE("a rule whose exceptions another one does not share is not shadowed by it") {
  const auto found = [](const std::string& unless) {
    return lint_text(
               "version: 1\nrules:\n"
               "  - {id: b, event: exec, when: {program: git}, unless: {args: [log]}, verdict: deny, reason: "
               "b, examples: {match: [git x]}}\n"
               "  - {id: a, event: exec, when: {program: git, options: {any: [-f]}}" +
               unless + ", verdict: ask, reason: a, examples: {match: [git x -f]}}\n")
        .size();
  };
  CHECK(found("") == 0);
  CHECK(found(", unless: {args: [log]}") == 1);
}

TEST_CASE("what tells options and commands apart is no slip of the pen") {
  const auto found = [](const std::string& when) {
    return lint_text(
               "version: 1\nrules:\n  - {id: r, event: exec, when: {" + when +
               "}, verdict: ask, reason: r}\nexamples: {ask: [git push --tag, docker run --cpus=1 x]}\n")
        .size();
  };
  CHECK(found("program: git, options: {any: [--tag, --tags]}") == 0);
  CHECK(found("program: docker, args: [run], options: {any: [--gpus, --cpus, --cpu]}") == 0);
}

TEST_CASE("a file is looked at together with those above it") {
  const Source system = tests::source(
      "version: 1\nsets: {vcs: [git, hg]}\n"
      "rules: [{id: s, event: exec, when: {program: \"@vcs\"}, verdict: deny, reason: s}]\n",
      Layer::system);
  const Source user{Layer::user,
                    config::read_yaml("version: 1\nrules:\n"
                                      "  - {id: u, event: exec, when: {program: \"@vcs\", args: [push]}, "
                                      "verdict: ask, reason: u, examples: {match: [git push]}}\n",
                                      "user.yaml")};
  const std::vector<Finding> findings = lint(user, {system}, tests::here(), {});
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].kind == "shadowed");
  CHECK(config::text_of(findings[0].place) == "user.yaml:3:5");
}

TEST_CASE("a file that cannot be read is an error, as is one whose examples fail") {
  CHECK_THROWS_AS(lint_text("version: 1\nrulez: []\n"), config::BadInput);
  CHECK_THROWS_AS(
      lint_text("version: 1\nrules:\n  - {id: r, event: exec, when: {program: git}, verdict: deny, "
                "reason: r, examples: {match: [hg x]}}\n"),
      config::BadInput);
}

}  // namespace
}  // namespace policy
