#include "shelltool/doctor/repair.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <filesystem>

#include "sandbox/sys/error.h"
#include "sandbox/sys/fd.h"
#include "tests/unit/temporary.h"

using namespace shelltool;
using sandbox::NamespaceLimit;

namespace {

const NamespaceLimit apparmor{NamespaceLimit::By::apparmor, "AppArmor: it is restricted", "sudo x"};
const NamespaceLimit sysctl{NamespaceLimit::By::sysctl, "user.max_user_namespaces is 0", "sudo x",
                            "user.max_user_namespaces", "15000"};
constexpr const char* setting = "proc/sys/user/max_user_namespaces";
constexpr const char* setting_file = "etc/sysctl.d/60-gatehouse-user.max_user_namespaces.conf";

std::string text_at(const std::string& path) { return sys::read_file(path, 4096); }

template <class Step>
std::string complaint(Step step) {
  try {
    step();
  } catch (const sys::Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("what is no setting of this machine is not mended from here") {
  CHECK_FALSE(repair_for({NamespaceLimit::By::container, "this is a container", "docker run"}, "/bin/true"));
  CHECK_FALSE(repair_for({NamespaceLimit::By::filter, "a filter", ""}, "/bin/true"));
  CHECK_FALSE(repair_for({}, "/bin/true"));
}

TEST_CASE("AppArmor is mended by a profile for the installed path, which is shown before it is loaded") {
  const auto repair = repair_for(apparmor, "/usr/bin/env");
  REQUIRE(repair);
  CHECK(repair->file == "/etc/apparmor.d/gatehouse");
  CHECK(repair->text.find("profile gatehouse \"/usr/bin/env\" flags=(unconfined) {\n  userns,\n") !=
        std::string::npos);
  CHECK(repair->command ==
        std::vector<std::string>{"apparmor_parser", "--replace", "/etc/apparmor.d/gatehouse"});
  const std::string text = text_of(*repair);
  CHECK(text.starts_with("AppArmor: it is restricted.\nTo mend it, /etc/apparmor.d/gatehouse is written:\n"));
  CHECK(text.find("\n      userns,\n") != std::string::npos);
  CHECK(text.ends_with("and this is run: apparmor_parser --replace /etc/apparmor.d/gatehouse\n"));
}

TEST_CASE("no profile is written for a program that others than root may change") {
  const tests::TemporaryDirectory dir;
  dir.write("gatehouse", "");
  for (const mode_t mode : {0755U, 0775U, 0757U}) {
    REQUIRE(::chmod((dir / "gatehouse").c_str(), mode) == 0);
    const std::string told = complaint([&] { (void)repair_for(apparmor, dir / "gatehouse"); });
    CHECK(told.starts_with("others than root may change "));  // at least the directory of temporary files
    CHECK(told.find("sudo install -m 755 ") != std::string::npos);
  }
  CHECK(complaint([] { check_program("/usr/bin/env"); }).empty());
}

TEST_CASE("no profile is written for a path that would match others, or end the line") {
  for (const char* path :
       {"/usr/bin/*", "/usr/bin/{a,b}", "/opt/a\"b", "/opt/a\nb", "/opt/@{HOME}", "gatehouse"}) {
    INFO(path);
    CHECK(complaint([&] { check_program(path); }).find("cannot name this path exactly") != std::string::npos);
  }
}

TEST_CASE("a sysctl is set now and for the next boot") {
  const tests::TemporaryDirectory root;
  root.write(setting, "0\n");
  const auto repair = repair_for(sysctl, "/bin/true");
  REQUIRE(repair);
  CHECK(text_of(*repair) ==
        "user.max_user_namespaces is 0.\n"
        "To mend it, /etc/sysctl.d/60-gatehouse-user.max_user_namespaces.conf is written:\n"
        "    # Written by `gatehouse doctor --fix`.\n"
        "    user.max_user_namespaces = 15000\n"
        "and user.max_user_namespaces is set to 15000.\n");
  carry_out(*repair, root.path());
  CHECK(text_at(root / setting) == "15000\n");
  CHECK(text_at(root / setting_file).ends_with("\nuser.max_user_namespaces = 15000\n"));
  carry_out(*repair, root.path());  // and once more over its own file
  CHECK(sandbox::limit_on_namespaces(root.path()).by == NamespaceLimit::By::nothing);
}

TEST_CASE("where the kernel has no such setting nothing stays written") {
  const tests::TemporaryDirectory root;
  const std::string told = complaint([&] { carry_out(*repair_for(sysctl, "/bin/true"), root.path()); });
  CHECK(told.find("proc/sys/user/max_user_namespaces: No such file or directory") != std::string::npos);
  CHECK_FALSE(std::filesystem::exists(root / setting_file));
}

TEST_CASE("where the command fails the file is as it was") {
  const tests::TemporaryDirectory root;
  Repair repair{.why = "x", .file = "/etc/apparmor.d/gatehouse", .text = "new", .command = {"false"}};
  CHECK(complaint([&] { carry_out(repair, root.path()); }) == "running false: it ended with status 1");
  CHECK_FALSE(std::filesystem::exists(root / "etc/apparmor.d/gatehouse"));
  const std::string before = "# Written by `gatehouse doctor --fix`.\nbefore\n";
  root.write("etc/apparmor.d/gatehouse", before);
  CHECK_FALSE(complaint([&] { carry_out(repair, root.path()); }).empty());
  CHECK(text_at(root / "etc/apparmor.d/gatehouse") == before);
  repair.command = {"gatehouse-no-such-program"};
  CHECK(complaint([&] { carry_out(repair, root.path()); }).find("not installed") != std::string::npos);
  repair.command = {"true"};
  carry_out(repair, root.path());
  CHECK(text_at(root / "etc/apparmor.d/gatehouse") == "new");
}

TEST_CASE("a file that is not gatehouse's own is not replaced") {
  const tests::TemporaryDirectory root;
  root.write("etc/apparmor.d/gatehouse", "profile gatehouse {}\n");
  const Repair repair{.why = "x", .file = "/etc/apparmor.d/gatehouse", .text = "new", .command = {"true"}};
  CHECK(complaint([&] { carry_out(repair, root.path()); }).find("not gatehouse's: it is not replaced") !=
        std::string::npos);
  CHECK(text_at(root / "etc/apparmor.d/gatehouse") == "profile gatehouse {}\n");
}
