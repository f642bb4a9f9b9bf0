#pragma once
/// What a sandbox with an allow list has outside: a process that answers its questions for names, takes its
/// connections in, and makes them outside, once the supervisor has said which.

#include <optional>

#include "sandbox/launcher/network.h"
#include "sandbox/net/upstream.h"
#include "sandbox/spec.h"
#include "sandbox/sys/channel.h"

namespace sandbox {

/// Until the supervisor is gone, and what was on its way then has arrived. It has `user`'s rights and no
/// others, and no descriptors but these.
[[noreturn]] void run_egress(sys::Channel supervisor, Doors doors, const User& user,
                             std::optional<Upstream> upstream) noexcept;

}  // namespace sandbox
