// racer KIND COUNT: starts COUNT programs while a sibling thread flips their path between allowed__ and
// forbidden, both in PLACE, and their one word between "" and "forbidden". KIND is vfork, execveat (with
// vfork), spawn (posix_spawn) or thread (fork, and an exec from another thread than the main one, with the
// flipper beside it).

#include <fcntl.h>
#include <pthread.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

// Equal lengths, so that every mixture of both is one of them or no file at all.
#ifndef PLACE
#define PLACE "./"
#endif
constexpr char allowed[] = PLACE "allowed__";
constexpr char forbidden[] = PLACE "forbidden";
constexpr char no_word[] = "\0\0\0\0\0\0\0\0";
constexpr char bad_word[] = "forbidden";

char path[sizeof allowed];
char word[sizeof bad_word];
char name[] = "mark";
char* argv[] = {name, word, nullptr};
char* env[] = {nullptr};
std::atomic<bool> stop{false};

void spin(unsigned turns) {
  for (unsigned i = 0; i < turns; ++i) asm volatile("" ::: "memory");
}

void* flip(void*) {
  unsigned random = 1;
  while (!stop.load(std::memory_order_relaxed)) {
    random = random * 1103515245 + 12345;
    memcpy(path, (random >> 16) & 1 ? forbidden : allowed, sizeof path);
    memcpy(word, (random >> 17) & 1 ? bad_word : no_word, sizeof no_word);
    spin(500 + (random >> 18) % 4000);
  }
  return nullptr;
}

int by_vfork() {
  const pid_t child = vfork();
  if (child == 0) {
    execve(path, argv, env);
    _exit(99);
  }
  return child;
}

int by_execveat() {
  const pid_t child = vfork();
  if (child == 0) {
    syscall(SYS_execveat, AT_FDCWD, path, argv, env, 0);
    _exit(99);
  }
  return child;
}

int by_spawn() {
  pid_t child;
  return posix_spawn(&child, path, nullptr, nullptr, argv, env) == 0 ? child : -1;
}

void* exec_now(void*) {
  execve(path, argv, env);
  _exit(99);
}

/// A fork has no threads but its own: the flipper is started anew in the child.
int by_thread() {
  const pid_t child = fork();
  if (child != 0) return child;
  pthread_t flipper, caller;
  pthread_create(&flipper, nullptr, flip, nullptr);
  pthread_create(&caller, nullptr, exec_now, nullptr);
  pthread_join(caller, nullptr);
  _exit(99);
}

}  // namespace

int main(int argc, char** arguments) {
  if (argc != 3) return 2;
  const char* const kind = arguments[1];
  const auto start = strcmp(kind, "vfork") == 0      ? by_vfork
                     : strcmp(kind, "execveat") == 0 ? by_execveat
                     : strcmp(kind, "spawn") == 0    ? by_spawn
                                                     : by_thread;
  memcpy(path, allowed, sizeof path);
  pthread_t flipper;
  pthread_create(&flipper, nullptr, flip, nullptr);
  int ran = 0, refused = 0, killed = 0;
  for (int left = atoi(arguments[2]); left > 0; --left) {
    const int child = start();
    int status = 99 << 8;
    if (child > 0) waitpid(child, &status, 0);
    if (WIFSIGNALED(status)) {
      ++killed;
    } else if (WEXITSTATUS(status) == 0) {
      ++ran;
    } else {
      ++refused;
    }
  }
  stop = true;
  pthread_join(flipper, nullptr);
  printf("%s: %d ran, %d refused, %d killed\n", kind, ran, refused, killed);
  return 0;
}
