// Attacks on a sandbox, each by its name: attacks NAME PLACE. Whether it got through is told from outside.
//
//   attacks --list             all of them: NAME GOAL FAILS NEEDS, separated by tabs
//   attacks --below NAME PLACE the same attack, below a process that stands for the gate
//   attacks --terminal COMMAND a command with standard input as its controlling terminal
//   attacks --bystander TOKEN  the process outside: it says where things are, then what reaches it
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <string_view>

#include "tests/sandbox/attacks/attack.h"
#include "tests/sandbox/attacks/bystander.h"

namespace attacks {
namespace {

template <typename Function>
void for_each(Function function) {
  for (const auto family : {files, links, secrets, processes, descriptors, namespaces, sockets, kernel,
                            terminals, exhaustion, persistence, own})
    for (const Attack& attack : family()) function(attack);
}

int list() {
  for_each([](const Attack& attack) {
    std::printf("%s\t%s\t%s\t%s\n", attack.name, attack.goal,
                attack.fails == Fails::always ? "always" : "confined", attack.needs);
  });
  return 0;
}

int play(std::string_view name, const char* place) {
  const Scene scene(place);
  write_to(1, "begun\n");
  int found = 2;
  for_each([&](const Attack& attack) {
    if (name != attack.name) return;
    attack.run(scene);
    found = 0;
  });
  return found;
}

int play_below(std::string_view name, const char* place) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(play(name, place));
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

int run_on_terminal(char** command) {
  ::setsid();
  ::ioctl(0, TIOCSCTTY, 0);
  ::execvp(command[0], command);
  return 127;
}

}  // namespace
}  // namespace attacks

int main(int argc, char** argv) {
  const std::string_view word = argc > 1 ? argv[1] : "";
  if (word == "--list") return attacks::list();
  if (word == "--terminal" && argc > 2) return attacks::run_on_terminal(argv + 2);
  if (word == "--bystander" && argc > 2) return attacks::stand_by(argv[2]);
  if (word == "--below" && argc > 3) return attacks::play_below(argv[2], argv[3]);
  if (argc == 3) return attacks::play(word, argv[2]);
  std::fputs("usage: attacks NAME PLACE | --list\n", stderr);
  return 2;
}
