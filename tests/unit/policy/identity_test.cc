#include "policy/identity.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include "tests/unit/policy/events.h"
#include "tests/unit/temporary.h"

namespace policy {
namespace {

using tests::verdict;

/// A small system: programs that are scripts, in a directory of their own.
class Machine {
 public:
  Machine() {
    for (const char* name : {"git", "rm", "busybox", "systemctl", "mawk", "python3.11", "other"}) add(name);
    link("reboot", "systemctl");
    link("awk", "mawk");
    link("python3", "python3.11");
    link("ls", "busybox");
  }
  void add(const std::string& name) const {
    directory_.write("bin/" + name, "#!" + name + "\n");
    std::filesystem::permissions(path(name), std::filesystem::perms::owner_all);
  }
  void link(const std::string& name, const std::string& to) const {
    std::filesystem::create_symlink(to, path(name));
  }
  [[nodiscard]] std::string path(const std::string& name) const { return directory_ / ("bin/" + name); }
  [[nodiscard]] Surroundings surroundings() const { return {"/home/u", {"/ws"}, {directory_ / "bin"}}; }

  [[nodiscard]] sandbox::ExecEvent event(const std::string& name, std::vector<std::string> argv) const {
    sandbox::ExecEvent event = tests::event_of(std::move(argv), tests::system_file(path(name)));
    event.images[0].called = path(name);
    return event;
  }
  [[nodiscard]] RuleSet deny(const std::string& program) const {
    return tests::rules_of(
        "  - {id: a, event: exec, when: {program: " + program + "}, verdict: deny, reason: r}\n",
        surroundings());
  }
  [[nodiscard]] RuleSet allow(const std::string& program, const std::string& programs = "{}") const {
    return tests::rules("version: 1\ndefaults: {exec: deny}\nprograms: " + programs +
                            "\nrules:\n  - {id: a, event: exec, when: {program: " + program +
                            "}, verdict: allow}\n",
                        surroundings());
  }

 private:
  tests::TemporaryDirectory directory_;
};

sandbox::File writable(const std::string& path) {
  sandbox::File file;
  file.path = path;
  file.writable = true;
  return file;
}

TEST_CASE("a program's name with a subcommand in it is the program with this word first") {
  const Machine machine;
  machine.link("git-push", "git");
  machine.add("git-lfs");
  const RuleSet rules = tests::rules_of(
      "  - {id: r, event: exec, when: {program: git, args: [push], options: {any: [-f]}}, verdict: deny, reason: x}\n",
      machine.surroundings());
  CHECK(verdict(rules, machine.event("git-push", {"git-push", "-f"})) == Verdict::deny);
  CHECK(verdict(rules, machine.event("git-push", {"anything", "-f", "origin"})) == Verdict::deny);
  CHECK(verdict(rules, machine.event("git-push", {"git-push", "origin"})) == Verdict::allow);
  CHECK(verdict(rules, machine.event("git-lfs", {"git-lfs", "push", "-f"})) == Verdict::allow);
}

TEST_CASE("a deny knows its program by every name, link and copy") {
  const Machine machine;
  const RuleSet deny = machine.deny("git");
  CHECK(verdict(deny, machine.event("git", {"git"})) == Verdict::deny);
  CHECK(verdict(deny, machine.event("git", {"anything"})) == Verdict::deny);
  CHECK(verdict(deny, machine.event("git", {})) == Verdict::deny);
  sandbox::ExecEvent hard_link = machine.event("git", {"x"});
  hard_link.images[0].called = "/ws/x";
  hard_link.images[0].file.path = "/ws/x";
  hard_link.images[0].file.writable = true;
  CHECK(verdict(deny, hard_link) == Verdict::deny);
  hard_link.images[0].file.inode += 1;
  CHECK(verdict(deny, hard_link) == Verdict::allow);
  sandbox::ExecEvent copy = tests::event_of({"x"}, writable("/ws/x"));
  CHECK(verdict(deny, copy) == Verdict::allow);
  copy.images[0].file.copy_of = machine.path("git");
  CHECK(verdict(deny, copy) == Verdict::deny);
  CHECK(verdict(deny, tests::event_of({"/ws/git"}, writable("/ws/git"))) == Verdict::deny);
  CHECK(verdict(deny, tests::event_of({"./git"}, writable("/ws/y"))) == Verdict::deny);
  CHECK(verdict(deny, machine.event("other", {"git"})) == Verdict::allow);
}

TEST_CASE("a deny looks at what the kernel starts in the file's place, too") {
  const Machine machine;
  const RuleSet deny = tests::rules_of(
      "  - {id: a, event: exec, when: {program: git, args: [push]}, verdict: deny, reason: r}\n",
      machine.surroundings());
  sandbox::ExecEvent script = tests::event_of({"./x"}, writable("/ws/x"));
  CHECK(verdict(deny, script) == Verdict::allow);
  script.images.push_back(machine.event("git", {"git", "push", "./x"}).images[0]);
  CHECK(verdict(deny, script) == Verdict::deny);
}

TEST_CASE("an allow knows only the file that lies where it belongs") {
  const Machine machine;
  const RuleSet allow = machine.allow("git");
  CHECK(verdict(allow, machine.event("git", {"git"})) == Verdict::allow);
  CHECK(verdict(allow, machine.event("git", {"x"})) == Verdict::allow);
  CHECK(verdict(allow, tests::event_of({"git"}, writable("/ws/git"))) == Verdict::deny);
  sandbox::ExecEvent copy = tests::event_of({"git"}, writable("/ws/git"));
  copy.images[0].file.copy_of = machine.path("git");
  CHECK(verdict(allow, copy) == Verdict::deny);
  sandbox::ExecEvent now_writable = machine.event("git", {"git"});
  now_writable.images[0].file.writable = true;
  CHECK(verdict(allow, now_writable) == Verdict::deny);
  CHECK(verdict(machine.allow("git", "{git: {writable: ok}}"), now_writable) == Verdict::allow);
  sandbox::ExecEvent replaced = machine.event("git", {"git"});
  replaced.images[0].file.inode += 1;
  CHECK(verdict(allow, replaced) == Verdict::deny);
  sandbox::ExecEvent by_loader =
      tests::event_of({"ld.so", "git"}, tests::system_file("/lib64/ld-linux-x86-64.so.2"));
  by_loader.images.push_back(machine.event("git", {"git"}).images[0]);
  CHECK(verdict(allow, by_loader) == Verdict::deny);
}

TEST_CASE("a declared path is the program, wherever it lies") {
  const Machine machine;
  const std::string declared = "{git: {paths: [" + machine.path("other") + "]}}";
  CHECK(verdict(machine.allow("git", declared), machine.event("other", {"other"})) == Verdict::allow);
  CHECK(verdict(machine.allow("git"), machine.event("other", {"other"})) == Verdict::deny);
}

TEST_CASE("globs and paths find programs, too") {
  const Machine machine;
  CHECK(verdict(machine.deny("'gi?'"), machine.event("git", {"x"})) == Verdict::deny);
  CHECK(verdict(machine.allow("'gi?'"), machine.event("git", {"x"})) == Verdict::allow);
  CHECK(verdict(machine.allow("'gi?'"), tests::event_of({"git"}, writable("/ws/git"))) == Verdict::deny);
  CHECK(verdict(machine.deny(machine.path("git")), machine.event("git", {"x"})) == Verdict::deny);
  CHECK(verdict(machine.deny(machine.path("git")), tests::event_of({"git"}, writable("/ws/git"))) ==
        Verdict::allow);
  CHECK(verdict(machine.allow(machine.path("git")), machine.event("git", {"x"})) == Verdict::allow);
  CHECK(verdict(machine.deny("'" + machine.path("*") + "'"), machine.event("git", {"x"})) == Verdict::deny);
}

TEST_CASE("a file that is several programs is the one that it is called") {
  const Machine machine;
  const RuleSet reboot = machine.deny("reboot");
  CHECK(verdict(reboot, machine.event("reboot", {"reboot"})) == Verdict::deny);
  CHECK(verdict(reboot, machine.event("systemctl", {"reboot"})) == Verdict::deny);
  CHECK(verdict(reboot, machine.event("systemctl", {"systemctl", "status"})) == Verdict::allow);
  CHECK(verdict(machine.deny("systemctl"), machine.event("reboot", {"reboot"})) == Verdict::deny);
  CHECK(verdict(machine.allow("reboot"), machine.event("systemctl", {"systemctl"})) == Verdict::deny);
  CHECK(verdict(machine.allow("reboot"), machine.event("reboot", {"reboot"})) == Verdict::allow);
  CHECK(verdict(machine.deny("awk"), machine.event("mawk", {"mawk"})) == Verdict::deny);
  CHECK(verdict(machine.deny("python3"), machine.event("python3.11", {"x"})) == Verdict::deny);
}

TEST_CASE("a busybox is the applet that it is asked for") {
  const Machine machine;
  const RuleSet deny = tests::rules_of(
      "  - {id: a, event: exec, when: {program: rm, options: {any: [-r]}}, verdict: deny, reason: r}\n"
      "  - {id: b, event: exec, when: {program: ls, args: [x]}, verdict: deny, reason: r}\n",
      machine.surroundings());
  CHECK(verdict(deny, machine.event("busybox", {"busybox", "rm", "-rf", "x"})) == Verdict::deny);
  CHECK(verdict(deny, machine.event("busybox", {"rm", "-rf", "x"})) == Verdict::deny);
  CHECK(verdict(deny, machine.event("busybox", {"busybox", "/bin/rm", "-r"})) == Verdict::deny);
  CHECK(verdict(deny, machine.event("busybox", {"busybox", "busybox", "rm", "-r"})) == Verdict::deny);
  CHECK(verdict(deny, machine.event("ls", {"ls", "x"})) == Verdict::deny);
  CHECK(verdict(deny, machine.event("busybox", {"busybox", "rm", "x"})) == Verdict::allow);
  CHECK(verdict(deny, machine.event("busybox", {"busybox", "cat", "rm", "-r"})) == Verdict::allow);
  CHECK(verdict(deny, machine.event("busybox", {"busybox", "cat", "x"})) == Verdict::allow);
  sandbox::ExecEvent copy = tests::event_of({"./busy", "rm", "-r"}, writable("/ws/busy"));
  copy.images[0].file.copy_of = machine.path("busybox");
  CHECK(verdict(deny, copy) == Verdict::allow);  // it is no applet, and says so itself
  copy.images[0].argv[0] = "busybox";
  CHECK(verdict(deny, copy) == Verdict::deny);
}

TEST_CASE("names that a workspace puts in the search path are not the system's") {
  const tests::TemporaryDirectory workspace;
  workspace.write("bin/gitx", "");
  std::filesystem::permissions(workspace / "bin/gitx", std::filesystem::perms::owner_all);
  std::filesystem::create_symlink("gitx", workspace / "bin/git");
  Identity identity({"/home/u", {workspace.path()}, {workspace / "bin"}});
  identity.add("git");
  CHECK(identity.find(tests::system_file(workspace / "bin/gitx")).empty());
}

}  // namespace
}  // namespace policy
