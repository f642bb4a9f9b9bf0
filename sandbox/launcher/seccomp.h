#pragma once
/// seccomp(2): which system calls the command's tree is refused, and that each of its execs is told to the
/// listener.

#include <string>

#include "sandbox/spec.h"
#include "sandbox/sys/fd.h"

namespace sandbox {

/// The program as the kernel takes it: an array of sock_filter.
std::string compile_filter(const Spec& spec, Tier tier);
/// The same system calls refused, and execs let be.
std::string compile_ungated_filter(const Spec& spec, Tier tier);

struct Filter {
  sys::Fd listener;
  bool wait_killable = true;  ///< false before Linux 5.19: signals can interrupt an exec that waits
};
/// For this thread and what it starts; cannot be taken back.
Filter install_filter(const std::string& program);
void install_ungated_filter(const std::string& program);

}  // namespace sandbox
