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
using sandbox::Mode;
using sandbox::Spec;

// Uid 0 without CAP_SETFCAP may not map itself: user_namespaces(7).
std::string unshare_command() { return is_root() ? "unshare -U" : "unshare -Ur"; }

struct Repository {
  std::string path = fresh_directory("repository");
  Repository() {
    write_text(path + "/.git/hooks/pre-commit.sample", "");
    write_text(path + "/.git/config", "[core]\n");
    write_text(path + "/.env", "TOKEN=secret\n");
    write_text(path + "/keys/id", "secret\n");
    write_text(path + "/src/main.c", "int main;\n");
  }
  [[nodiscard]] Spec guarded(const std::string& script) const {
    Spec spec = spec_for(path, script);
    spec.protect = {path + "/.git/hooks", path + "/.vscode/tasks.json"};
    spec.hide = {path + "/.env", path + "/keys", path + "/nothing"};
    return spec;
  }
};

}  // namespace

TEST_SUITE("files") {
  TEST_CASE("only the workspace can be written") {
    if (!can_run()) return;
    const std::string ws = fresh_directory("ws"), outside = fresh_directory("outside");
    write_text(outside + "/file", "old");
    const std::string script = "echo new > " + outside + "/file; chmod 777 " + outside +
                               "; touch -d 2001-01-01 " + outside + "/file; rm -rf " + outside +
                               "/file; echo ok > inside";
    const Run inside = run(spec_for(ws, script));
    CHECK(read_text(outside + "/file") == "old");
    CHECK(read_text(ws + "/inside") == "ok\n");
    CHECK(inside.says("Read-only file system"));
    CHECK((fs::status(outside).permissions() & fs::perms(0777)) == fs::perms(0700));
    run_plain(ws, script);  // the attack is real
    CHECK_FALSE(exists(outside + "/file"));
  }

  TEST_CASE("a protected path cannot be written, nor its ancestors moved away") {
    if (!can_run()) return;
    const std::string attack =
        "echo x > .git/hooks/pre-commit; mv .git .g; mkdir -p .git/hooks; echo x > .git/hooks/pre-commit; "
        "rm -rf .git/hooks; ln -sfn /tmp .git/hooks; echo y > .git/index; true";
    const Repository guarded, open;
    const Run inside = run(guarded.guarded(attack));
    CHECK(exists(guarded.path + "/.git/hooks/pre-commit.sample"));
    CHECK_FALSE(exists(guarded.path + "/.git/hooks/pre-commit"));
    CHECK_FALSE(exists(guarded.path + "/.g"));
    CHECK(inside.says("Device or resource busy"));
    CHECK(read_text(guarded.path + "/.git/index") == "y\n");
    run(spec_for(open.path, attack));
    CHECK_FALSE(exists(open.path + "/.git/hooks/pre-commit.sample"));
  }

  TEST_CASE("a protected name that is a symlink cannot be exchanged") {
    if (!can_run()) return;
    const std::string ws = fresh_directory("ws"), target = fresh_directory("target");
    fs::create_directory_symlink(target, ws + "/hooks");
    Spec spec = spec_for(ws, "rm -f hooks; mv hooks h; ln -sfn /tmp hooks; ls hooks/");
    spec.protect = {ws + "/hooks"};
    CHECK(run(spec).says("Device or resource busy"));
    CHECK(fs::read_symlink(ws + "/hooks") == target);
  }

  TEST_CASE("what is hidden cannot be read, in the workspace too") {
    if (!can_run()) return;
    const Repository repository;
    const std::string attack =
        "cat .env keys/id; ls keys | wc -l; ln .env e2; cp .env e3; mv keys k2; cat k2/id; "
        "chmod 600 .env; cat .env; true";
    const Run inside = run(repository.guarded(attack));
    CHECK_FALSE(inside.says("secret"));
    CHECK(inside.says("0\n"));
    CHECK(read_text(repository.path + "/.env") == "TOKEN=secret\n");
    CHECK(run(spec_for(repository.path, attack)).says("TOKEN=secret"));
  }

  TEST_CASE("odd paths never stop a command") {
    if (!can_run()) return;
    const std::string ws = fresh_directory("ws");
    fs::create_symlink("nowhere", ws + "/dangling");
    REQUIRE(::mkfifo((ws + "/fifo").c_str(), 0600) == 0);
    write_text(ws + "/closed/secret", "secret");
    fs::permissions(ws + "/closed", fs::perms(0));
    Spec spec = spec_for(ws, "echo fine; cat closed/secret");
    const std::string deep(300, 'n');
    spec.hide = {ws + "/dangling", ws + "/fifo",   ws + "/closed/secret",
                 ws + "/a/b/c",    ws + "/fifo/x", ws + "/" + deep};
    spec.protect = {ws + "/dangling", ws + "/x/y", ws + "/fifo/z"};
    spec.own = {"/nowhere/at/all"};
    spec.writable.push_back("/no/such/root");
    const Run inside = run(spec);
    fs::permissions(ws + "/closed", fs::perms(0700));
    CHECK(inside.says("fine\n"));
    CHECK_FALSE(inside.says("secret\n"));
  }

  TEST_CASE("protection leaves nothing behind in the workspace and no mount on the host") {
    if (!can_run()) return;
    const Repository repository;
    const std::string listing = "find . | sort";
    const std::string before = run_plain(repository.path, listing).output;
    const std::string mounts = read_text("/proc/self/mountinfo");
    run(repository.guarded("true"));
    CHECK(run_plain(repository.path, listing).output == before);
    CHECK(read_text("/proc/self/mountinfo") == mounts);
  }

  TEST_CASE("/tmp is private, and a workspace below it is still there") {
    if (!can_run()) return;
    std::string ws = "/tmp/gatehouse-test-XXXXXX";
    REQUIRE(::mkdtemp(ws.data()) != nullptr);
    write_text(ws + "/mine", "yes");
    const Run inside =
        run(spec_for(ws, "cat mine; ls /tmp; touch /tmp/t /var/tmp/t /dev/shm/t made && echo all"));
    CHECK(inside.output == "yes" + sys::base_name(ws) + "\nall\n");
    CHECK(exists(ws + "/made"));
    CHECK_FALSE(exists("/tmp/t"));
    Spec reading = spec_for(ws, "cat mine; touch more");
    reading.mode = Mode::read_only;
    CHECK(run(reading).says("yes"));
    CHECK_FALSE(exists(ws + "/more"));
    Spec elsewhere = spec_for(fresh_directory("ws"), "pwd; cat mine; touch more");
    elsewhere.cwd = ws;
    CHECK(run(elsewhere).says(ws + "\nyes"));
    CHECK_FALSE(exists(ws + "/more"));
    fs::remove_all(ws);
  }

  TEST_CASE("/dev has what programs expect and no hardware, /run no sockets") {
    if (!can_run()) return;
    Spec spec = spec_for(
        fresh_directory("ws"),
        "echo x > /dev/null; head -c 4 /dev/urandom | wc -c; test -c /dev/tty; echo y > /dev/stdout; "
        "ls /dev/kmsg /dev/vda /dev/sda; ls /run/docker.sock /run/dbus; ls $XDG_RUNTIME_DIR | wc -l; "
        "touch $XDG_RUNTIME_DIR/s && echo own; script -qc 'echo pty' /dev/null");
    spec.env.push_back("XDG_RUNTIME_DIR=/run/user/4711");
    const Run inside = run(spec);
    CHECK(inside.says("4\ny\n"));
    CHECK(inside.says("0\nown\npty"));
    for (const char* gone : {"/dev/kmsg'", "/dev/vda'", "/run/dbus'"}) CHECK(inside.says(gone));
  }

  TEST_CASE("a cache is read through, written beside, and kept") {
    if (!can_run()) return;
    const std::string base = fresh_directory("cache");
    write_text(base + "/npm/old", "old");
    for (const char* part : {"/store/upper", "/store/work"}) fs::create_directories(base + part);
    Spec spec = spec_for(fresh_directory("ws"), "cat " + base + "/npm/old; echo new > " + base +
                                                    "/npm/old; echo more > " + base + "/npm/more");
    spec.caches = {{base + "/npm", {base + "/npm"}, base + "/store/upper", base + "/store/work"}};
    const Run first = run(spec);
    CHECK(read_text(base + "/npm/old") == "old");
    CHECK_FALSE(exists(base + "/npm/more"));
    CHECK(read_text(base + "/store/upper/more") == "more\n");
    spec.argv.back() = "cat " + base + "/npm/more";
    CHECK(run(spec).output == "more\n");
    if (first.missing.empty()) CHECK(first.output == "old");
  }
}

TEST_SUITE("modes") {
  TEST_CASE("read-only writes nothing that stays") {
    if (!can_run()) return;
    const std::string ws = fresh_directory("ws");
    Spec spec = spec_for(ws, "touch x; touch /tmp/y && echo tmp");
    spec.mode = Mode::read_only;
    const Run inside = run(spec);
    CHECK(inside.says("tmp\n"));
    CHECK_FALSE(exists(ws + "/x"));
  }

  TEST_CASE("danger-full-access is the host, but for gatehouse's own files and what would outlive it") {
    if (!can_run()) return;
    const std::string ws = fresh_directory("ws"), outside = fresh_directory("outside"),
                      home = fresh_directory("home");
    write_text(home + "/config/gatehouse/rules.yaml", "mine");
    write_text(home + "/state/gatehouse/audit", "secret");
    Spec spec = spec_for(
        ws, "touch " + outside + "/x; cd " + home +
                "; echo x > config/gatehouse/rules.yaml; mv config c; mv state s; cat state/gatehouse/audit; "
                "mkdir -p config/gatehouse; echo y > config/gatehouse/rules.yaml; ls state/gatehouse | wc "
                "-l; " +
                unshare_command() + " echo namespaces; ls -d /dev/shm/..; true");
    spec.mode = Mode::danger_full_access;
    spec.own = {home + "/config/gatehouse"};
    spec.own_hidden = {home + "/state/gatehouse"};
    const Run inside = run(spec);
    CHECK(exists(outside + "/x"));
    CHECK(read_text(home + "/config/gatehouse/rules.yaml") == "mine");
    CHECK_FALSE(inside.says("secret"));
    CHECK(inside.says("0\nnamespaces\n"));
  }

  TEST_CASE("a namespace of its own does not uncover what danger-full-access hides") {
    if (!can_run()) return;
    const std::string home = fresh_directory("home");
    write_text(home + "/own/secret", "secret");
    Spec spec = spec_for(home, unshare_command() + "m sh -c 'umount " + home + "/own; umount -l " + home +
                                   "/own; cat own/secret; "
                                   "mount --bind / /mnt; cat /mnt" +
                                   home + "/own/secret'");
    spec.mode = Mode::danger_full_access;
    spec.own_hidden = {home + "/own"};
    CHECK_FALSE(run(spec).says("secret\n"));
    CHECK_FALSE(run(spec).output == "secret");
  }
}

}  // namespace launcher_test
