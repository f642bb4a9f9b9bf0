#pragma once
/// What an inmate says about one attempt: "name ERRNO" or "name ok".

#include <cerrno>
#include <cstdio>
#include <cstring>

inline void say(const char* name, long result) {
  std::printf("%s %s\n", name, result < 0 ? ::strerrorname_np(errno) : "ok");
}
