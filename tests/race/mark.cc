// Leaves one byte in the file that is named like the program and its first word, in the current directory:
// "allowed.", "allowed.forbidden", "forbidden.". Started by racer, with paths that change under the kernel's
// eyes.

#include <fcntl.h>
#include <unistd.h>

#include <string>

#ifndef NAME
#define NAME "mark"
#endif

int main(int argc, char** argv) {
  const std::string mark = std::string(NAME) + "." + (argc > 1 ? argv[1] : "");
  const int fd = open(mark.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  return write(fd, "x", 1) == 1 ? 0 : 1;
}
