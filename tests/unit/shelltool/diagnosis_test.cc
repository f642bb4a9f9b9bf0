#include "shelltool/doctor/diagnosis.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <nlohmann/json.hpp>

#include "shelltool/doctor/host_rows.h"
#include "shelltool/doctor/machine_rows.h"
#include "tests/unit/temporary.h"

using namespace shelltool;
using sandbox::Feature;
using sandbox::State;
using sandbox::Tier;

namespace {

const DiagnosisRow landlock{"Landlock", State::ok, "ABI 7", "", ""};
const DiagnosisRow users{"user namespaces", State::missing, "refused", "Tier A.", "sudo sysctl -w x=1"};

}  // namespace

TEST_CASE("the table has a line for each row, and below what is not ok its loss and its mend") {
  CHECK(diagnosis_text({Tier::b, {landlock, users}}) ==
        "Tier B holds here: Landlock, seccomp and the exec gate, without namespaces.\n"
        "\n"
        "ok        Landlock         ABI 7\n"
        "missing   user namespaces  refused\n"
        "          lost: Tier A.\n"
        "          mend: sudo sysctl -w x=1\n");
  CHECK(diagnosis_text({std::nullopt, {}}).starts_with("No sandbox can be built here"));
}

TEST_CASE("a machine is sound in tier A when nothing is missing; less of something is still sound") {
  CHECK(Diagnosis{Tier::a, {landlock}}.is_sound());
  CHECK(Diagnosis{Tier::a, {{"rg", State::degraded, "", "", ""}}}.is_sound());
  CHECK_FALSE(Diagnosis{Tier::a, {users}}.is_sound());
  CHECK_FALSE(Diagnosis{Tier::b, {landlock}}.is_sound());
  CHECK_FALSE(Diagnosis{std::nullopt, {landlock}}.is_sound());
}

TEST_CASE("the JSON says the same, and no tier where there is no sandbox") {
  const auto json = diagnosis_json({Tier::b, {users}});
  CHECK(json["ok"] == false);
  CHECK(json["tier"] == "B");
  CHECK(json["rows"][0] == nlohmann::ordered_json{{"what", "user namespaces"},
                                                  {"state", "missing"},
                                                  {"found", "refused"},
                                                  {"lost", "Tier A."},
                                                  {"mend", "sudo sysctl -w x=1"}});
  CHECK(diagnosis_json({std::nullopt, {}})["tier"].is_null());
}

TEST_CASE("what a file's name holds cannot write to the terminal") {
  const Diagnosis diagnosis{Tier::a, {{"rules", State::ok, "a\x1b[2J\nb", "", ""}}};
  CHECK(diagnosis_text(diagnosis).find("a\\x1b[2J\\nb") != std::string::npos);
}

TEST_CASE("each feature that is not ok says what is lost, and one that is says nothing") {
  for (int i = 0; i <= static_cast<int>(Feature::interop); ++i) {
    const auto feature = static_cast<Feature>(i);
    INFO(name_of(feature));
    CHECK(row_of({feature, State::ok, "there", ""}).lost.empty());
    CHECK(row_of({feature, State::missing, "not there", "do"}).lost.ends_with('.'));
    CHECK(row_of({feature, State::missing, "not there", "do"}).mend == "do");
  }
}

TEST_CASE("a useful program is found in the search path, or named with what its absence costs") {
  const tests::TemporaryDirectory dir;
  dir.write("bin/git", "#!/bin/sh\n");
  REQUIRE(::chmod((dir / "bin/git").c_str(), 0755) == 0);
  const auto rows = program_rows({dir / "bin"});
  REQUIRE(rows.size() == 3);
  CHECK(rows[1].what == "git");
  CHECK(rows[1].found == dir / "bin/git");
  CHECK(rows[2].what == "rg");
  CHECK(rows[2].state == State::degraded);
  CHECK(rows[2].lost == "Agents get no tool grep, and search in a shell.");
}

TEST_CASE("a host is governed when it starts gatehouse and its own tools are off") {
  const auto governed = host_rows({"claude", true, "/usr/bin/gatehouse", {}, {}});
  REQUIRE(governed.size() == 2);
  CHECK(governed[0].state == State::ok);
  CHECK(governed[0].found == "starts /usr/bin/gatehouse");
  CHECK(governed[1].state == State::ok);
  const auto plain = host_rows({"claude", false, "", {"Bash", "Edit"}, {"It asks first."}});
  CHECK(plain[0].state == State::missing);
  CHECK(plain[0].mend == "gatehouse register claude");
  CHECK(plain[1].found == "on: Bash, Edit");
  CHECK(plain[1].lost == "What the host does with these is not governed. It asks first.");
  CHECK(host_rows({"codex", true, "gatehouse", {}, {"It asks first."}})[1].state == State::degraded);
}
