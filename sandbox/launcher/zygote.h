#pragma once
/// The process that every turn of a session is forked from. It has dropped everything, lives in the session's
/// Landlock domain, system call filter and gate, and cannot be read or traced from there.

#include "sandbox/sys/channel.h"

namespace sandbox {

/// Serves TurnOrders until the supervisor closes its end. Each turn hangs below a keeper, a subreaper that
/// reports how its command ended and stays as long as anything that the command started.
[[noreturn]] void run_zygote(sys::Channel& supervisor);

}  // namespace sandbox
