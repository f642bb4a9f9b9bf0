#pragma once
/// Kernel interfaces newer than Debian 12's headers (Linux 6.1). Whether the running kernel has them is
/// probed by using them, never read off a version.

#include <linux/landlock.h>
#include <linux/mount.h>
#include <linux/seccomp.h>
#include <sys/syscall.h>

#include <cstdint>

namespace sys::kernel {

// include/uapi/linux/landlock.h, Linux 6.2, 6.10, 6.12
inline constexpr std::uint64_t landlock_truncate = 1ULL << 14;
inline constexpr std::uint64_t landlock_ioctl_dev = 1ULL << 15;
inline constexpr std::uint64_t landlock_scope_abstract_unix = 1ULL << 0;
inline constexpr std::uint64_t landlock_scope_signal = 1ULL << 1;
struct LandlockRuleset {
  std::uint64_t handled_access_fs, handled_access_net, scoped;
};

// include/uapi/linux/seccomp.h: Linux 5.19
inline constexpr unsigned long seccomp_wait_killable = 1UL << 5;

// include/uapi/linux/pidfd.h: Linux 6.9
inline constexpr unsigned pidfd_thread = 0200;  // O_EXCL on x86-64 and arm64

// include/uapi/asm-generic/socket.h: Linux 6.5. Of the very process that connected
inline constexpr int so_peerpidfd = 77;

// include/uapi/linux/ptrace.h
inline constexpr int ptrace_event_stop = 128;

}  // namespace sys::kernel
