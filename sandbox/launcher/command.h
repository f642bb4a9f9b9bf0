#pragma once

#include <optional>

#include "sandbox/launcher/network.h"
#include "sandbox/spec.h"
#include "sandbox/sys/channel.h"
#include "sandbox/sys/fd.h"

namespace sandbox {

/// What the command's process makes for the supervisor.
struct Handed {
  sys::Fd listener;            ///< a guest has none
  std::optional<Doors> doors;  ///< with an allow list, in a network namespace of its own
};

/// The first steps of the command's own process, which need nothing of what init builds meanwhile: its
/// limits, the end of every privilege, the filter. A step that fails throws.
Handed prepare_command(const Spec& spec, Tier tier, sys::Channel& channel);

/// The last ones: enters the directory, takes Landlock, hands up what was made. `own_root` as
/// enter_landlock_domain() takes it. A step that fails throws.
void confine_command(const Spec& spec, Tier tier, int own_root, const Handed& handed, sys::Channel& channel);

/// Execs. A failed exec is reported, and the process exits with 127 when nothing was found, else 126.
[[noreturn]] void start_command(const Spec& spec, sys::Channel& channel);

}  // namespace sandbox
