#pragma once
/// One attempt: ends by running the canary (the call does not return, or a child did it), or returns.

#include <sys/wait.h>
#include <unistd.h>

#include <span>

namespace raw {

using Attempt = void (*)(const char* canary);

struct Way {
  const char* name;
  Attempt attempt;
};

std::span<const Way> file_ways();
std::span<const Way> memory_ways();
std::span<const Way> process_ways();
std::span<const Way> kernel_ways();

/// execve of the canary with one word and an empty environment.
void exec_plainly(const char* canary);
/// Says why this machine cannot try it, and exits with the status for that.
[[noreturn]] void cannot(const char* why);

/// Runs `body` in a child made by fork, and waits for it.
template <class Body>
void in_child(Body body) {
  const pid_t child = fork();
  if (child == 0) {
    body();
    _exit(1);
  }
  waitpid(child, nullptr, __WALL);
}

}  // namespace raw
