#pragma once
/// One gatehouse inside another: the kernel has one listener for a process' execs, so the inner one cannot
/// judge, and is a guest of the outer one.

#include "sandbox/sys/fd.h"

namespace sandbox {

/// A name that no file has. An exec of it starts nothing: the outer gate answers it with a connection.
inline constexpr const char* outer_name = "/.gatehouse/outer";

/// Asks whether this process runs in a gatehouse: a SOCK_SEQPACKET socket to its supervisor; empty: it does
/// not.
sys::Fd call_outer();

}  // namespace sandbox
