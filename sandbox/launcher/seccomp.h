#pragma once
/// seccomp(2): which system calls the command's tree is refused, and that each of its execs, and of its
/// connects where they are judged, is told to the listener.

#include <linux/filter.h>

#include <span>

#include "sandbox/spec.h"
#include "sandbox/sys/fd.h"

namespace sandbox {

std::span<const sock_filter> filter_for(const Spec& spec, Tier tier);
/// The same system calls refused, and execs let be.
std::span<const sock_filter> ungated_filter_for(const Spec& spec, Tier tier);

struct Filter {
  sys::Fd listener;
  bool wait_killable = true;  ///< false before Linux 5.19: signals can interrupt an exec that waits
};
/// For this thread and what it starts; cannot be taken back.
Filter install_filter(std::span<const sock_filter> program);
void install_ungated_filter(std::span<const sock_filter> program);

}  // namespace sandbox
