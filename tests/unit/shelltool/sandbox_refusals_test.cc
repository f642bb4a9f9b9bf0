#include "shelltool/tools/sandbox_refusals.h"

#include <doctest/doctest.h>

using sandbox::Mode;
using sandbox::Tier;
using Strings = std::vector<std::string>;

namespace {

struct Fixture {
  sandbox::Spec spec;
  Tier tier = Tier::a;
  std::string cwd = "/home/u/ws";
  shelltool::FileHolds::Files held;
  std::set<std::string> sockets = {"/home/u/docker.sock"};

  Fixture() {
    spec.writable = {"/home/u/ws"};
    spec.hide = {"/home/u/.npmrc", "/home/u/.ssh"};
    spec.own = {"/home/u/.config/gatehouse"};
    spec.own_hidden = {"/home/u/.local/state/gatehouse"};
    spec.protect = {"/home/u/ws/.git/hooks"};
  }
  [[nodiscard]] Strings in(const std::string& output) const {
    return shelltool::refusals_in(output, {spec, tier, "/home/u", cwd, &held, &sockets});
  }
};

}  // namespace

TEST_CASE("output that speaks of no failure is not explained") {
  const Fixture fixture;
  CHECK(fixture.in("").empty());
  CHECK(fixture.in("reading /home/u/.ssh/id\n/etc/passwd is fine\n").empty());
}

TEST_CASE("a write outside the workspace is named with its path, whatever the program's words") {
  const Fixture fixture;
  const Strings expected = {"read-only: /etc/x (outside the workspace)"};
  CHECK(fixture.in("touch: cannot touch '/etc/x': Read-only file system\n") == expected);
  CHECK(fixture.in("bash: line 1: /etc/x: Read-only file system") == expected);
  CHECK(fixture.in("Error: EROFS: read-only file system, open '/etc/x'") == expected);
  CHECK(fixture.in("OSError: [Errno 30] Read-only file system: '/etc/x'") == expected);
  CHECK(fixture.in("touch: cannot touch '../up': Read-only file system") ==
        Strings{"read-only: ~/up (outside the workspace)"});
  CHECK(fixture.in("touch: cannot touch '~/up': Read-only file system") ==
        Strings{"read-only: ~/up (outside the workspace)"});
}

TEST_CASE("a socket of the host is named with what would open it, whatever the program's words") {
  Fixture fixture;
  const Strings expected = {
      "unix socket ~/docker.sock: of the host, and not in sandbox.sockets of the user's config.yaml"};
  CHECK(fixture.in("Cannot connect to the Docker daemon at unix:///home/u/docker.sock. Is it running?") ==
        expected);
  CHECK(fixture.in("dial unix /home/u/docker.sock: connect: permission denied") == expected);
  CHECK(fixture.in("connected to /home/u/other.sock").empty());
  fixture.tier = Tier::b;
  CHECK(fixture.in("connect to /home/u/docker.sock failed").empty());
}

TEST_CASE("in mode read-only the workspace is, too, and the private places are not") {
  Fixture fixture;
  fixture.spec.mode = Mode::read_only;
  CHECK(fixture.in("touch: cannot touch 'x': Read-only file system") ==
        Strings{"read-only: ~/ws/x (mode read-only)"});
  CHECK(fixture.in("touch: cannot touch '/tmp/x': Read-only file system").empty());
}

TEST_CASE("what is hidden is named by what hides it, though the program finds nothing there") {
  const Fixture fixture;
  CHECK(fixture.in("cat: /home/u/.npmrc: Permission denied") == Strings{"hidden: ~/.npmrc"});
  CHECK(fixture.in("cat: /home/u/.ssh/id_rsa: No such file or directory") == Strings{"hidden: ~/.ssh"});
  CHECK(fixture.in("Error: ENOENT: no such file or directory, open '/home/u/.ssh/config'") ==
        Strings{"hidden: ~/.ssh"});
  CHECK(fixture.in("ls: /home/u/.local/state/gatehouse/audit: No such file or directory") ==
        Strings{"hidden: gatehouse's own files"});
  CHECK(fixture.in("cat: /home/u/.sshx: No such file or directory").empty());
}

TEST_CASE("a profile that would show what is hidden is named, and settings are not said to be hidden") {
  Fixture fixture;
  fixture.spec.held = {{"/home/u/.npmrc", sandbox::Held::As::replaced, ""}};
  const auto in = [&](const std::string& output) {
    return shelltool::refusals_in(
        output, {fixture.spec, fixture.tier, "/home/u", fixture.cwd, nullptr, &fixture.sockets,
                 [](const std::string& path) { return path.ends_with(".sock") ? "docker" : "open"; }});
  };
  CHECK(in("cat: /home/u/.ssh/id_rsa: No such file or directory") ==
        Strings{"hidden: ~/.ssh; profile open shows it"});
  CHECK(in("touch: /home/u/.npmrc: Read-only file system") ==
        Strings{"read-only, and without what signs in: ~/.npmrc; profile open shows it"});
  CHECK(in("cannot connect to /home/u/docker.sock")[0].ends_with("config.yaml; profile docker shows it"));
}

TEST_CASE("what a rule holds is named with the rule, also where it is named barely") {
  Fixture fixture;
  fixture.held["/home/u/ws/.env"] = {{"/home/u/ws/.env", sandbox::Held::As::hidden}, "secrets"};
  fixture.held["/home/u/ws/a.lock"] = {{"/home/u/ws/a.lock", sandbox::Held::As::read_only}, "locks"};
  CHECK(fixture.in("cat: .env: Permission denied") == Strings{"hidden: ~/ws/.env (rule secrets)"});
  CHECK(fixture.in("/bin/bash: line 1: a.lock: Read-only file system") ==
        Strings{"read-only: ~/ws/a.lock (rule locks)"});
  CHECK(fixture.in("sh: 3: cannot create a.lock: Read-only file system") ==
        Strings{"read-only: ~/ws/a.lock (rule locks)"});
  CHECK(fixture.in("cat: b.env: Permission denied").empty());
}

TEST_CASE("protected names say why") {
  const Fixture fixture;
  CHECK(fixture.in("sh: 1: cannot create .git/hooks/pre-commit: Read-only file system") ==
        Strings{"read-only: ~/ws/.git/hooks (programs outside trust it)"});
  CHECK(fixture.in("mv: cannot move '.git/hooks' to 'x': Device or resource busy") ==
        Strings{"read-only: ~/ws/.git/hooks (programs outside trust it)"});
  CHECK(fixture.in("rm: cannot remove '/home/u/.config/gatehouse/rules.yaml': Read-only file system") ==
        Strings{"read-only: ~/.config/gatehouse (gatehouse's own)"});
}

TEST_CASE("an ordinary lack of permission is the host's own affair where mounts hold") {
  Fixture fixture;
  CHECK(fixture.in("cat: /etc/shadow: Permission denied").empty());
  CHECK(fixture.in("bash: ./run.sh: Permission denied").empty());
  CHECK(fixture.in("cat: /none: No such file or directory").empty());
  fixture.tier = Tier::b;
  CHECK(fixture.in("touch: cannot touch '/etc/x': Permission denied") ==
        Strings{"read-only: /etc/x (outside the workspace)"});
  CHECK(fixture.in("bash: ./run.sh: Permission denied").empty());
  CHECK(fixture.in("cat: /home/u/.ssh/id: No such file or directory").empty());
}

TEST_CASE("with full access only gatehouse's own files are kept back") {
  Fixture fixture;
  fixture.spec.mode = Mode::danger_full_access;
  CHECK(fixture.in("touch: cannot touch '/etc/x': Read-only file system").empty());
  CHECK(fixture.in("cat: /home/u/.ssh/id: No such file or directory").empty());
  CHECK(fixture.in("ls: /home/u/.local/state/gatehouse: No such file or directory") ==
        Strings{"hidden: gatehouse's own files"});
  CHECK(fixture.in("rm: cannot remove '/home/u/.config/gatehouse/x': Read-only file system").size() == 1);
}

TEST_CASE("net none is told where names and hosts were not reached, and only where it holds") {
  Fixture fixture;
  const Strings none = {"net none: there is no network in this sandbox"};
  CHECK(fixture.in("curl: (6) Could not resolve host: a.example") == none);
  CHECK(fixture.in("wget: unable to resolve host address 'a.example'") == none);
  CHECK(fixture.in("fatal: unable to access 'http://a.example/': Could not resolve host: a.example") == none);
  CHECK(fixture.in("npm ERR! code EAI_AGAIN\nnpm ERR! errno EAI_AGAIN") == none);
  CHECK(fixture.in("connect: Network is unreachable") == none);
  CHECK(fixture.in("x: Temporary failure in name resolution") == none);
  CHECK(fixture.in("error: Could not resolve \"react\"").empty());  // a bundler's
  fixture.spec.network = sandbox::Network::full;
  CHECK(fixture.in("curl: (6) Could not resolve host: a.example").empty());
}

TEST_CASE("equal refusals are one, five are told, and only the end of a long output is looked through") {
  const Fixture fixture;
  std::string output;
  for (int i = 0; i < 20; ++i) output += "touch: cannot touch '/etc/x': Read-only file system\n";
  CHECK(fixture.in(output).size() == 1);
  output.clear();
  for (int i = 0; i < 20; ++i)
    output += "touch: cannot touch '/etc/" + std::to_string(i) + "': Read-only file system\n";
  CHECK(fixture.in(output).size() == 5);
  output = "touch: cannot touch '/etc/x': Read-only file system\n" + std::string(100'000, 'x') + "\n";
  CHECK(fixture.in(output).empty());
  CHECK(fixture.in(std::string(5'000'000, '/') + " Permission denied\n").empty());
}

TEST_CASE("a path in a sentence is printable") {
  const Fixture fixture;
  CHECK(fixture.in("touch: cannot touch '/etc/\x1b[1m': Read-only file system").front().find('\x1b') ==
        std::string::npos);
}
