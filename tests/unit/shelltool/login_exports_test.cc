#include "shelltool/setup/login_exports.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sandbox/sys/fd.h"
#include "tests/unit/temporary.h"

using namespace shelltool;
using tests::TemporaryDirectory;

namespace {

struct Fixture {
  TemporaryDirectory dir;
  Account account;
  Places places;

  Fixture() {
    account = {::geteuid(), ::getegid(), "ada", dir.make_directory("home"), "/bin/bash"};
    places.cache = dir / "cache";
  }
};

}  // namespace

TEST_CASE("exports stand between marks, whatever a profile prints") {
  const std::string marked = "\ngatehouse-login-exports\n", end = "\ngatehouse-login-end\n";
  const std::string entries("A=1\0B=two\nlines\0_=x\0SHLVL=1\0bad\0=x\0E=\0", 38);
  const auto read = parse_login_exports("Welcome!\nA=wrong\n" + marked + entries + end + "bye\n");
  REQUIRE(read);
  CHECK(*read == Variables{{"A", "1"}, {"B", "two\nlines"}, {"E", ""}});
  CHECK_FALSE(parse_login_exports("Welcome!\n" + marked + entries));
  CHECK_FALSE(parse_login_exports(""));
}

TEST_CASE("a shell that cannot be asked is not") {
  Fixture fixture;
  CHECK(login_shell_command(fixture.account).front() == "/bin/bash");
  for (const char* shell : {"/usr/sbin/nologin", "/bin/false", "/bin/tcsh", "bash", ""}) {
    fixture.account.shell = shell;
    CHECK(login_shell_command(fixture.account).empty());
  }
}

TEST_CASE("exports are kept until a profile changes, and a failure is kept too") {
  Fixture fixture;
  CHECK_FALSE(kept_login_exports(fixture.places, fixture.account));
  REQUIRE(can_keep_login_exports(fixture.places));
  keep_login_exports(fixture.places, fixture.account, Variables{{"A", "1"}, {"B", "x=y"}});
  CHECK(kept_login_exports(fixture.places, fixture.account) == Variables{{"A", "1"}, {"B", "x=y"}});
  fixture.dir.write("home/.profile", "export A=2");
  CHECK_FALSE(kept_login_exports(fixture.places, fixture.account));
  keep_login_exports(fixture.places, fixture.account, std::nullopt);
  CHECK(kept_login_exports(fixture.places, fixture.account) == Variables());
  struct stat facts {};
  REQUIRE(::stat((fixture.places.cache + "/login").c_str(), &facts) == 0);
  CHECK((facts.st_mode & 0777) == 0700);
}

TEST_CASE("an old answer counts no more, and a failure even less long") {
  Fixture fixture;
  REQUIRE(can_keep_login_exports(fixture.places));
  const std::string file = fixture.places.cache + "/login/" + std::to_string(::geteuid());
  const auto aged = [&](const std::optional<Variables>& exports, long seconds) {
    keep_login_exports(fixture.places, fixture.account, exports);
    const timespec then{::time(nullptr) - seconds, 0};
    const timespec times[] = {then, then};
    REQUIRE(::utimensat(AT_FDCWD, file.c_str(), times, 0) == 0);
    return kept_login_exports(fixture.places, fixture.account).has_value();
  };
  CHECK(aged(Variables(), 2 * 3600));
  CHECK_FALSE(aged(Variables(), 25 * 3600));
  CHECK_FALSE(aged(std::nullopt, 2 * 3600));
}
