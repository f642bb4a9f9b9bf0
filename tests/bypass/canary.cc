// The program that no way may start. It tells that it ran on every channel it can reach, and takes nothing
// from its arguments or its environment: run.py writes the slots into each copy of the binary.

#include <fcntl.h>
#include <unistd.h>

#include <cstring>
#include <initializer_list>

namespace {

constexpr int lasting_fd = 9;  // play.sh opens it, so that it survives programs that redirect 1 and 2

// Volatile, or the compiler would use the text below in place of what run.py wrote over it.
volatile char workspace_mark[256] = "@workspace-mark@";
volatile char scratch_mark[256] = "@scratch-mark@";
volatile char token[64] = "@token@";

void copy_slot(char* to, const volatile char* slot, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) to[i] = slot[i];
}

void append(const volatile char* path_slot, const char* text) {
  char path[sizeof workspace_mark];
  copy_slot(path, path_slot, sizeof path);
  const int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (fd < 0) return;
  (void)!write(fd, text, strlen(text));
  close(fd);
}

}  // namespace

int main() {
  // Backwards: a program that merely prints this file does not print the line.
  char line[sizeof token + 1] = {};
  copy_slot(line, token, sizeof token);
  for (std::size_t i = 0, n = strlen(line); i < n / 2; ++i) {
    const char left = line[i];
    line[i] = line[n - 1 - i];
    line[n - 1 - i] = left;
  }
  strcat(line, "\n");
  append(workspace_mark, line);
  append(scratch_mark, line);
  for (const int fd : {STDOUT_FILENO, STDERR_FILENO, lasting_fd}) (void)!write(fd, line, strlen(line));
  return 0;
}
