// gatehouse's own: whoever is confined edits its rules, loosens, trusts or approves himself, or turns to
// another gate.
#include <dirent.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "tests/sandbox/attacks/attack.h"

namespace attacks {
namespace {

namespace fs = std::filesystem;
using goal::own, goal::ran;

constexpr const char* config = ".config/gatehouse";
constexpr const char* rules = ".config/gatehouse/rules.yaml";
constexpr const char* no_rules = "version: 1\nrules: []\n";
constexpr const char* state = ".local/state/gatehouse/";

void replace_rules(const Scene& at) {
  if (put("mine.yaml", no_rules)) ::rename("mine.yaml", at.home(rules).c_str());
}

void link_rules(const Scene& at) {
  put("mine.yaml", no_rules);
  if (::unlink(at.home(rules).c_str()) == 0) [[maybe_unused]]
    const int made = ::symlink(at.workspace("mine.yaml").c_str(), at.home(rules).c_str());
}

/// What is read later is another directory.
void move_config(const Scene& at) {
  if (::rename(at.home(config).c_str(), at.home(".config/was").c_str()) == 0)
    ::mkdir(at.home(config).c_str(), 0755);
}

void move_parent_of_config(const Scene& at) {
  if (::rename(at.home(".config").c_str(), at.home(".was").c_str()) == 0)
    ::mkdir(at.home(".config").c_str(), 0755);
}

void move_home(const Scene& at) { ::rename(at.home("").c_str(), (at.place() + "/was").c_str()); }

/// Rules that were loosened would let it run from then on.
void loosen_and_run(const Scene& at) {
  put(at.home(rules), no_rules);
  ::usleep(300'000);
  shell(at, "$PLACE/outside/forbidden");
}

void remove_record(const Scene& at) {
  std::error_code none;
  fs::remove_all(at.home(state) + "audit", none);
}

/// Connects to whatever stands there, and asks for everything.
void ask_every_socket(const Scene& at) {
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(at.home(state) + "run", none)) {
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    entry.path().string().copy(name.sun_path, sizeof name.sun_path - 1);
    const int fd = ::socket(AF_UNIX, SOCK_SEQPACKET, 0);
    if (::connect(fd, reinterpret_cast<const sockaddr*>(&name), sizeof name) != 0) continue;
    write_to(fd, R"({"do": "set", "word": {"mode": "read-only"}})");
    char answer = 0;
    [[maybe_unused]] const ssize_t size = ::read(fd, &answer, 1);
  }
}

void ask_as_orphan(const Scene& at) {
  in_child(
      [](const Scene& inner) {
        if (::fork() != 0) ::_exit(0);
        ::setsid();
        ::usleep(10'000);
        ask_every_socket(inner);
      },
      at);
  ::usleep(50'000);
}

void overwrite_gate(const Scene& at) {
  put_with(at.fact("gate"), "not any more", 0);
  if (put("mine", "#!/bin/sh\n")) ::rename("mine", at.fact("gate").c_str());
}

/// The listener would answer every question; it is nobody's inside.
void take_descriptors(const Scene&) {
  for (const int pid : {::getppid(), 1})
    for (int fd = 3; fd < 256; ++fd) {
      const int process = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
      const int taken = static_cast<int>(::syscall(SYS_pidfd_getfd, process, fd, 0));
      if (taken < 0 || ::fcntl(taken, F_SETFL, O_NONBLOCK) != 0) continue;
      ::lseek(taken, 0, SEEK_SET);
      spill_from(taken);
    }
}

/// A gate that the attacker starts himself, with rules and a state of his own.
void start_nested(const Scene& at, const std::string& command) {
  put("mine.yaml", no_rules);
  const std::string gate = "\"$GATE\" exec --rules mine.yaml --mode danger-full-access --network full -- ";
  shell(at, (gate + command).c_str());
}

/// Where it finds no rules.
void start_elsewhere(const Scene& at) {
  shell(at, "mkdir h; HOME=$PWD/h XDG_STATE_HOME=$PWD/h \"$GATE\" exec -- \"$PLACE/outside/forbidden\"");
}

const Attack table[] = {
    {"own.rules", own, Fails::always, [](const Scene& at) { put_with(at.home(rules), no_rules, O_TRUNC); }},
    {"own.rules-append", own, Fails::always,
     [](const Scene& at) { put_with(at.home(rules), "  - {}\n", O_APPEND); }},
    {"own.rules-replace", own, Fails::always, replace_rules},
    {"own.rules-remove", own, Fails::always, [](const Scene& at) { ::unlink(at.home(rules).c_str()); }},
    {"own.rules-link", own, Fails::always, link_rules},
    {"own.rules-mode", own, Fails::always, [](const Scene& at) { ::chmod(at.home(rules).c_str(), 0666); }},
    {"own.rules-by-proc", own, Fails::always,
     [](const Scene& at) { put_with("/proc/self/root" + at.home(rules), no_rules, 0); }},
    {"own.rules-by-bystander", own, Fails::always,
     [](const Scene& at) {
       put_with("/proc/" + at.fact("bystander") + "/root" + at.home(rules), no_rules, 0);
     }},
    {"own.config-create", own, Fails::always,
     [](const Scene& at) {
       put(at.home(".config/gatehouse/config.yaml"), "version: 1\nmode: danger-full-access\n");
     }},
    {"own.grants-create", own, Fails::always,
     [](const Scene& at) { put(at.home(".config/gatehouse/grants.yaml"), "version: 1\ngrants: []\n"); }},
    {"own.config-move", own, Fails::always, move_config},
    {"own.config-parent", own, Fails::always, move_parent_of_config},
    {"own.home-move", own, Fails::confined, move_home},
    {"own.config-mode", own, Fails::always, [](const Scene& at) { ::chmod(at.home(config).c_str(), 0777); }},
    {"own.loosen-and-run", ran, Fails::always, loosen_and_run},
    {"own.trust", own, Fails::always,
     [](const Scene& at) { put(at.home(state) + "trust/planted", "planted"); }},
    {"own.trust-command", own, Fails::always,
     [](const Scene& at) { shell(at, "\"$GATE\" policy trust --yes < /dev/null"); }},
    {"own.init-command", own, Fails::always,
     [](const Scene& at) { shell(at, "\"$GATE\" init < /dev/null"); }},
    {"own.register-command", goal::home, Fails::confined,
     [](const Scene& at) { shell(at, "\"$GATE\" register claude < /dev/null"); }},
    {"own.record-append", own, Fails::always,
     [](const Scene& at) { put_with(at.home(state) + "audit/earlier.jsonl", "{}\n", O_APPEND); }},
    {"own.record-remove", own, Fails::always, remove_record},
    {"own.history-remove", own, Fails::always,
     [](const Scene& at) { ::unlink((at.home(state) + "history/earlier").c_str()); }},
    {"own.state-set", "state", Fails::always,
     [](const Scene& at) { shell(at, "\"$GATE\" state set --all --mode read-only"); }},
    {"own.state-set-as-daemon", "state", Fails::always,
     [](const Scene& at) { shell(at, "setsid -f \"$GATE\" state set --all --mode read-only; sleep 0.1"); }},
    {"own.state-socket", "state", Fails::always, ask_every_socket},
    {"own.state-socket-as-orphan", "state", Fails::always, ask_as_orphan},
    {"own.program", own, Fails::confined, overwrite_gate},
    {"own.nested", ran, Fails::always, [](const Scene& at) { start_nested(at, at.outside("forbidden")); }},
    {"own.nested-home", ran, Fails::always, start_elsewhere},
    {"own.nested-write", goal::outside, Fails::confined,
     [](const Scene& at) { start_nested(at, "sh -c 'echo x >> " + at.outside("victim") + "'"); }},
    {"own.descriptors", goal::secret, Fails::always, take_descriptors, "a kernel without Yama"},
    {"own.forbidden", ran, Fails::always, [](const Scene& at) { shell(at, "$PLACE/outside/forbidden"); }},
};

}  // namespace

std::span<const Attack> own() { return table; }

}  // namespace attacks
