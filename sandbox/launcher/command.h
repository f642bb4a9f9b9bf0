#pragma once

#include "sandbox/spec.h"
#include "sandbox/sys/channel.h"
#include "sandbox/sys/fd.h"

namespace sandbox {

/// The first steps of the command's own process, which need nothing of what init builds meanwhile: its
/// process group, its limits, the end of every privilege, the filter. A guest gets no listener. A step that
/// fails throws.
sys::Fd prepare_command(const Spec& spec, Tier tier, sys::Channel& channel);

/// The last ones: enters the directory, takes Landlock, hands the listener up. A step that fails throws.
void confine_command(const Spec& spec, Tier tier, sys::Fd listener, sys::Channel& channel);

/// Execs. A failed exec is reported, and the process exits with 127 when nothing was found, else 126.
[[noreturn]] void start_command(const Spec& spec, sys::Channel& channel);

}  // namespace sandbox
