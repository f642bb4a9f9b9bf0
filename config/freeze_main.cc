/// Run by the build: freeze FILE.yaml NAME > NAME.inc
#include <cstdio>

#include "config/frozen.h"

int main(int argc, char** argv) {
  try {
    if (argc != 3) throw sys::Error(sys::Kind::invalid, "usage: freeze FILE NAME");
    const std::string source = config::freeze(config::read_yaml_file(argv[1]), argv[2]);
    return std::fputs(source.c_str(), stdout) < 0 ? 1 : 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "freeze: %s\n", error.what());
    return 1;
  }
}
