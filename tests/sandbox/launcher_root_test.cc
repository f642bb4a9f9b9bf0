#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "sandbox/sys/path.h"
#include "tests/sandbox/launcher_harness.h"

namespace launcher_test {
namespace {

namespace fs = std::filesystem;
using sandbox::Spec;

}  // namespace

TEST_SUITE("root") {
  TEST_CASE("root's workspace: an unprivileged real user appears as root, and files stay root's") {
    if (!can_run()) return;
    if (!is_root()) return;
    std::string ws = "/root/gatehouse-test-XXXXXX";
    REQUIRE(::mkdtemp(ws.data()) != nullptr);
    write_text(ws + "/.git/hooks/sample", "");
    write_text(ws + "/private/file", "before");
    Spec spec = spec_for(ws,
                         "id -un; touch made; echo after > private/file; mv .git .g; cat /etc/shadow; "
                         "echo 3 > /proc/sys/vm/drop_caches; ls -A /root; echo piped > /dev/stdout");
    spec.user = {61111, 61111, 0, 0, true, {}};
    spec.protect = {ws + "/.git/hooks"};
    const std::string mounts = read_text("/proc/self/mountinfo");
    const Run inside = run(spec);
    struct stat made {};
    REQUIRE(::stat((ws + "/made").c_str(), &made) == 0);
    CHECK(made.st_uid == 0);
    CHECK(made.st_gid == 0);
    CHECK(read_text(ws + "/private/file") == "after\n");
    CHECK(exists(ws + "/.git/hooks/sample"));
    CHECK(inside.says("root\n"));
    CHECK(inside.says("/etc/shadow: Permission denied"));
    CHECK(inside.says("drop_caches: Permission denied"));
    CHECK(inside.says("\n" + sys::base_name(ws) + "\npiped\n"));  // all of /root that is to be seen
    CHECK(inside.missing.empty());
    CHECK(read_text("/proc/self/mountinfo") == mounts);
    fs::remove_all(ws);
  }

  TEST_CASE("root's home can be shown read-only") {
    if (!can_run() || !is_root()) return;
    const std::string ws = fresh_directory("ws"), home = fresh_directory("home");
    write_text(home + "/tools/run", "#!/bin/sh\necho tool\n");
    fs::permissions(home + "/tools/run", fs::perms(0700));
    Spec spec = spec_for(ws, home + "/tools/run; touch " + home + "/x");
    spec.user = {61111, 61111, 0, 0, true, {home}};
    CHECK(run(spec).says("tool\n"));
    CHECK_FALSE(exists(home + "/x"));
  }

  TEST_CASE("a cache of root's is private too") {
    if (!can_run() || !is_root()) return;
    const std::string base = fresh_directory("cache");
    write_text(base + "/npm/old", "old");
    for (const char* part : {"/store/upper", "/store/work"}) fs::create_directories(base + part);
    Spec spec =
        spec_for(fresh_directory("ws"), "cat " + base + "/npm/old; echo more > " + base + "/npm/more");
    spec.user = {61111, 61111, 0, 0, true, {}};
    spec.caches = {{base + "/npm", {base + "/npm"}, base + "/store/upper", base + "/store/work"}};
    const Run inside = run(spec);
    CHECK_FALSE(exists(base + "/npm/more"));
    CHECK(read_text(base + "/store/upper/more") == "more\n");
    if (inside.missing.empty()) CHECK(inside.output == "old");
  }

  TEST_CASE("root runs a user's workspace as that user, without the caller's groups") {
    if (!can_run() || !is_root()) return;
    const std::string ws = fresh_directory("ws");
    REQUIRE(::chown(ws.c_str(), 61111, 61111) == 0);
    Spec spec = spec_for(ws, "id -u; id -G; touch made; cat /etc/shadow");
    spec.user = {61111, 61111, 61111, 61111, false, {}};
    const Run inside = run(spec);
    CHECK(inside.says("61111\n61111\n"));
    CHECK(inside.says("Permission denied"));
    struct stat made {};
    REQUIRE(::stat((ws + "/made").c_str(), &made) == 0);
    CHECK(made.st_uid == 61111);
  }

  TEST_CASE("real root without capabilities can change neither the kernel nor read its secrets") {
    if (!can_run() || !is_root()) return;
    const Run inside = run(spec_for(fresh_directory("ws"),
                                    "echo 1 > /proc/sys/vm/drop_caches; cat /etc/shadow; "
                                    "mkdir /sys/fs/cgroup/x /sys/fs/cgroup/unified/x; echo done"));
    CHECK(inside.says("drop_caches: Read-only file system"));
    CHECK(inside.says("/etc/shadow: Permission denied"));
    CHECK(inside.says("done"));
  }
}

}  // namespace launcher_test
