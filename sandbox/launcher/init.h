#pragma once

#include <cstdint>

#include "sandbox/launcher/inherited.h"
#include "sandbox/spec.h"
#include "sandbox/sys/channel.h"
#include "sandbox/sys/fd.h"

namespace sandbox {

/// What the sandbox's first process is born with.
/// What it is called, which nothing below it can change.
inline constexpr const char* init_name = "gatehouse-init";

struct Birth {
  std::uint64_t namespaces;  ///< CLONE_NEW* of its own
  bool any_user;             ///< the caller may take any id: capabilities(7) CAP_SETUID
  User caller;               ///< who that is
  sys::Channel channel;
  sys::Fd assignment;                    ///< in which it is going to stand what to build
  sys::Fd bell;                          ///< an eventfd: it does
  sys::Fd tree_bell;                     ///< another: the trees are in the channel
  sys::Fd lifeline;                      ///< the end to read from
  sys::Channel turns;                    ///< the zygote's end
  const Inherited* inherited = nullptr;  ///< where the command is not like its supervisor's own
};

/// The life of the sandbox's first process: is told what to build, builds it, starts the command, reaps
/// whatever ends in it, and ends with the command, with the supervisor or by order. PID 1 where there is a
/// PID namespace, else a subreaper.
[[noreturn]] void run_init(Birth birth) noexcept;

}  // namespace sandbox
