#pragma once

#include <optional>

#include "sandbox/spec.h"
#include "sandbox/sys/channel.h"
#include "sandbox/sys/fd.h"

namespace sandbox {

/// What the sandbox's first process is born with.
struct Birth {
  const Spec& spec;
  Tier tier;
  bool any_user;  ///< the caller may take any id: capabilities(7) CAP_SETUID
  sys::Channel channel;
  sys::Fd bell;                        ///< an eventfd: what must come from outside is in the channel
  sys::Fd lifeline;                    ///< the end to read from
  std::optional<sys::Channel> zygote;  ///< the zygote's end, where there is one
};

/// The life of the sandbox's first process: builds the sandbox, starts the command, reaps whatever ends in
/// it, and ends with the command, with the supervisor or by order. PID 1 where there is a PID namespace, else
/// a subreaper.
[[noreturn]] void run_init(Birth birth) noexcept;

}  // namespace sandbox
