#pragma once
/// A process beside a session's turns that works in the sandbox for its owner.

#include "sandbox/spec.h"
#include "sandbox/sys/channel.h"

namespace sandbox {

/// In a fork of init: takes the confinement that the turns have, in a Landlock domain of its own, so that
/// none of them can signal, trace or read it, and without the gate, since its programs are not the command's.
/// Says so by Tag::ready with a pidfd, or why it cannot by Tag::failed, and runs `spec.worker`. `own_root` as
/// enter_landlock_domain() takes it.
[[noreturn]] void run_worker(const Spec& spec, Tier tier, int own_root, sys::Channel owner) noexcept;

}  // namespace sandbox
