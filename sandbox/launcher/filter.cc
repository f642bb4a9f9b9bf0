#include "sandbox/launcher/filter.h"

#include <fcntl.h>
#include <linux/filter.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <initializer_list>
#include <memory>

#include "sandbox/sys/error.h"
#include "sandbox/sys/fd.h"

namespace sandbox {
namespace {

constexpr std::uint64_t low_word = 0xffffffff;  // the kernel reads no more of an `int` argument
constexpr int open_tree_attr_call = 467;        // Linux 6.15

// What takes a user namespace of one's own.
constexpr std::array building_sandboxes = {
    SCMP_SYS(mount),      SCMP_SYS(umount2),       SCMP_SYS(pivot_root), SCMP_SYS(open_tree),
    SCMP_SYS(move_mount), SCMP_SYS(fsopen),        SCMP_SYS(fsconfig),   SCMP_SYS(fsmount),
    SCMP_SYS(fspick),     SCMP_SYS(mount_setattr), open_tree_attr_call,  SCMP_SYS(setns),
    SCMP_SYS(chroot),
};
// What reaches into the kernel or the host and no build needs. Where programs know a way without, the errno
// is the one that makes them take it.
constexpr std::array kernel_surface = {
    SCMP_SYS(open_by_handle_at),
    SCMP_SYS(bpf),
    SCMP_SYS(perf_event_open),
    SCMP_SYS(userfaultfd),
    SCMP_SYS(kexec_load),
    SCMP_SYS(kexec_file_load),
    SCMP_SYS(init_module),
    SCMP_SYS(finit_module),
    SCMP_SYS(delete_module),
    SCMP_SYS(acct),
    SCMP_SYS(swapon),
    SCMP_SYS(swapoff),
    SCMP_SYS(quotactl),
    SCMP_SYS(quotactl_fd),
    SCMP_SYS(reboot),
    SCMP_SYS(settimeofday),
    SCMP_SYS(clock_settime),
    SCMP_SYS(syslog),
    SCMP_SYS(iopl),
    SCMP_SYS(ioperm),
};
constexpr std::array unknown_to_programs = {
    SCMP_SYS(clone3),  // its flags lie in memory; the C library falls back to clone
    SCMP_SYS(add_key),        SCMP_SYS(request_key),    SCMP_SYS(keyctl),
    SCMP_SYS(io_uring_setup), SCMP_SYS(io_uring_enter), SCMP_SYS(io_uring_register),
    SCMP_SYS(modify_ldt),     SCMP_SYS(vm86),           SCMP_SYS(vm86old),
};

class FilterBuilder {
 public:
  FilterBuilder() : context_(::seccomp_init(SCMP_ACT_ALLOW), ::seccomp_release) {
    if (!context_) throw sys::Error(sys::Kind::setup, "preparing the system call filter");
    // int 0x80 and x32 would pass by every rule.
    check(::seccomp_attr_set(context_.get(), SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS));
    // A binary tree: the kernel runs the program once for every system call number when it takes it.
    constexpr unsigned binary_tree = 2;
    check(::seccomp_attr_set(context_.get(), SCMP_FLTATR_CTL_OPTIMIZE, binary_tree));
  }

  void notify(int call, std::initializer_list<scmp_arg_cmp> when = {}) {
    check(::seccomp_rule_add_array(context_.get(), SCMP_ACT_NOTIFY, call, static_cast<unsigned>(when.size()),
                                   when.begin()));
  }

  void refuse(int call, int error, std::initializer_list<scmp_arg_cmp> when = {}) {
    if (call < 0) return;  // not on this architecture
    check(::seccomp_rule_add_array(context_.get(), SCMP_ACT_ERRNO(static_cast<std::uint16_t>(error)), call,
                                   static_cast<unsigned>(when.size()), when.begin()));
  }

  [[nodiscard]] std::string program() const {
    const sys::Fd file(::memfd_create("filter", MFD_CLOEXEC));
    if (!file) throw sys::SysError(errno, "making room for the system call filter");
    check(::seccomp_export_bpf(context_.get(), file.get()));
    if (::lseek(file.get(), 0, SEEK_SET) != 0) throw sys::SysError(errno, "reading the system call filter");
    return sys::read_all(file.get(), BPF_MAXINSNS * sizeof(sock_filter), "the system call filter");
  }

 private:
  static void check(int result) {
    if (result < 0) throw sys::SysError(-result, "compiling the system call filter");
  }

  std::unique_ptr<void, void (*)(scmp_filter_ctx)> context_;
};

scmp_arg_cmp low_is(unsigned index, std::uint64_t value) {
  return {index, SCMP_CMP_MASKED_EQ, low_word, value};
}
scmp_arg_cmp has_flag(unsigned index, std::uint64_t flag) { return {index, SCMP_CMP_MASKED_EQ, flag, flag}; }
scmp_arg_cmp lacks_flag(unsigned index, std::uint64_t flag) { return {index, SCMP_CMP_MASKED_EQ, flag, 0}; }
scmp_arg_cmp is_not(unsigned index, std::uint64_t value) { return {index, SCMP_CMP_NE, value, 0}; }

// Our own processes have the command's user: without these it could take their descriptors, processor or
// priority away. Its own process is number 0; a filter cannot know more.
void spare_other_processes(FilterBuilder& filter) {
  for (const int call : {SCMP_SYS(prlimit64), SCMP_SYS(sched_setaffinity), SCMP_SYS(sched_setscheduler),
                         SCMP_SYS(sched_setparam), SCMP_SYS(sched_setattr)})
    filter.refuse(call, EPERM, {is_not(0, 0)});
  constexpr int ioprio_who_process = 1;  // linux/ioprio.h
  filter.refuse(SCMP_SYS(setpriority), EPERM, {is_not(0, PRIO_PROCESS)});
  filter.refuse(SCMP_SYS(setpriority), EPERM, {is_not(1, 0)});
  filter.refuse(SCMP_SYS(ioprio_set), EPERM, {is_not(0, ioprio_who_process)});
  filter.refuse(SCMP_SYS(ioprio_set), EPERM, {is_not(1, 0)});
}

// The terminal is shared with what is outside; PR_SET_MM would let a program lie about its own arguments.
void spare_the_gate(FilterBuilder& filter) {
  filter.refuse(SCMP_SYS(ioctl), EPERM, {low_is(1, TIOCSTI)});
  filter.refuse(SCMP_SYS(ioctl), EPERM, {low_is(1, TIOCLINUX)});
  // What would make the terminal useless to its owner, also when the command has ended.
  filter.refuse(SCMP_SYS(ioctl), EPERM, {low_is(1, TIOCSETD)});
  filter.refuse(SCMP_SYS(ioctl), EPERM, {low_is(1, TIOCEXCL)});
  filter.refuse(SCMP_SYS(prctl), EPERM, {low_is(0, PR_SET_MM)});
  spare_other_processes(filter);
}

// AF_UNIX, AF_INET, AF_INET6 and NETLINK_ROUTE are left: everything else is kernel surface or, as AF_VSOCK,
// a way around the network namespace.
void narrow_sockets(FilterBuilder& filter, bool internet) {
  for (const int call : {SCMP_SYS(socket), SCMP_SYS(socketpair)}) {
    for (std::uint64_t family = 3; family < AF_NETLINK; ++family)
      if (family != AF_INET6) filter.refuse(call, EAFNOSUPPORT, {low_is(0, family)});
    filter.refuse(call, EAFNOSUPPORT, {{0, SCMP_CMP_GT, AF_NETLINK, 0}});
  }
  filter.refuse(SCMP_SYS(socket), EPROTONOSUPPORT, {low_is(0, AF_NETLINK), is_not(2, 0)});
  if (internet) return;
  for (const int family : {AF_INET, AF_INET6})
    filter.refuse(SCMP_SYS(socket), EACCES, {low_is(0, static_cast<std::uint64_t>(family))});
}

// The other namespaces need a capability that only a new user namespace would give.
void refuse_namespaces(FilterBuilder& filter) {
  for (const int call : building_sandboxes) filter.refuse(call, EPERM);
  for (const int call : {SCMP_SYS(unshare), SCMP_SYS(clone)})
    filter.refuse(call, EPERM, {has_flag(0, CLONE_NEWUSER)});
}

// A datagram leads nowhere: it is told so that it can be named. Whom sendto(2) goes to stands in its
// arguments or nobody does. In a message it cannot be seen, but MSG_NOSIGNAL is for streams: with it go those
// of busy servers, and our own, for which nobody may have to wait.
void tell_of_the_network(FilterBuilder& filter) {
  filter.notify(SCMP_SYS(connect));
  filter.notify(SCMP_SYS(sendto), {is_not(4, 0)});
  filter.notify(SCMP_SYS(sendmsg), {lacks_flag(2, MSG_NOSIGNAL)});
  filter.notify(SCMP_SYS(sendmmsg), {lacks_flag(3, MSG_NOSIGNAL)});
}

// libseccomp cannot say "unless it is one of these". Refuses every personality(2) with flags, but for the
// question what it is (0xffffffff): fixed addresses would let one program pass for another.
std::string personality_check() {
  constexpr auto statement = [](int code, std::uint32_t k) {
    return sock_filter{static_cast<std::uint16_t>(code), 0, 0, k};
  };
  constexpr auto jump = [](int code, std::uint32_t k, std::uint8_t yes, std::uint8_t no) {
    return sock_filter{static_cast<std::uint16_t>(code), yes, no, k};
  };
  constexpr std::uint32_t first_flag = 0x10000;
  const std::array program = {
      statement(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, arch)),
      jump(BPF_JMP | BPF_JEQ | BPF_K, ::seccomp_arch_native(), 0, 6),
      statement(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      jump(BPF_JMP | BPF_JEQ | BPF_K, SYS_personality, 0, 4),
      statement(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, args)),  // the low half: little-endian
      jump(BPF_JMP | BPF_JEQ | BPF_K, low_word, 2, 0),
      jump(BPF_JMP | BPF_JGE | BPF_K, first_flag, 0, 1),
      statement(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
  };
  return {reinterpret_cast<const char*>(program.data()), sizeof program};
}

}  // namespace

std::string compile_filter(FilterKind kind, bool gated) {
  const bool by_name = kind == FilterKind::by_name || kind == FilterKind::nested_by_name;
  const bool nested = kind == FilterKind::nested || kind == FilterKind::nested_by_name;
  FilterBuilder filter;
  if (gated)
    for (const int call : {SCMP_SYS(execve), SCMP_SYS(execveat)}) filter.notify(call);
  if (gated && by_name) tell_of_the_network(filter);
  spare_the_gate(filter);
  if (kind != FilterKind::unconfined) {
    for (const int call : kernel_surface) filter.refuse(call, EPERM);
    for (const int call : unknown_to_programs) filter.refuse(call, ENOSYS);
    if (!nested) refuse_namespaces(filter);
    // Takes the right to read alone, and whoever then opens the file for writing waits for the command.
    filter.refuse(SCMP_SYS(fcntl), EINVAL, {low_is(1, F_SETLEASE)});
    narrow_sockets(filter, kind != FilterKind::offline);
  }
  return personality_check() + filter.program();
}

}  // namespace sandbox
