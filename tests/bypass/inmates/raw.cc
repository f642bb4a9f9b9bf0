// raw NAME CANARY: makes one attempt. raw --list names them.

#include "raw.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace raw {

void exec_plainly(const char* canary) {
  char word[] = "x";
  char* argv[] = {word, nullptr};
  char* env[] = {nullptr};
  execve(canary, argv, env);
}

void cannot(const char* why) {
  printf("%s\n", why);
  fflush(stdout);
  _exit(77);
}

}  // namespace raw

int main(int argc, char** argv) {
  using namespace raw;
  for (const auto ways : {file_ways(), memory_ways(), process_ways(), kernel_ways()}) {
    for (const Way& way : ways) {
      if (argc == 2 && strcmp(argv[1], "--list") == 0) puts(way.name);
      if (argc != 3 || strcmp(argv[1], way.name) != 0) continue;
      way.attempt(argv[2]);
      return 1;
    }
  }
  return argc == 2 ? 0 : 2;
}
