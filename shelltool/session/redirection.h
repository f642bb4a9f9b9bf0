#pragma once

#include <array>

#include "sandbox/sys/fd.h"

namespace shelltool {

/// The standard descriptors that a command is to inherit; our own are back where they were when this ends.
class Redirection {
 public:
  Redirection(int input, int output, int error);
  Redirection(const Redirection&) = delete;
  Redirection& operator=(const Redirection&) = delete;
  ~Redirection();

 private:
  std::array<sys::Fd, 3> before_;
};

}  // namespace shelltool
