// A process outside, of the same user: read, changed, signalled, starved. The bystander tells what reached
// it.
#include <fcntl.h>
#include <sched.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/sandbox/attacks/attack.h"

namespace attacks {
namespace {

using goal::bystander, goal::secret, goal::outside;

std::string proc(const Scene& at, const std::string& name) {
  return "/proc/" + at.fact("bystander") + "/" + name;
}

iovec here(void* memory, std::size_t size) { return {memory, size}; }
iovec there(const Scene& at, const char* fact, std::size_t size) {
  return {reinterpret_cast<void*>(at.number(fact)), size};
}

void read_memory(const Scene& at) {
  std::array<char, 64> text{};
  const iovec to = here(text.data(), text.size() - 1), from = there(at, "token_address", text.size() - 1);
  if (::process_vm_readv(at.bystander(), &to, 1, &from, 1, 0) > 0) write_to(1, text.data());
}

void write_memory(const Scene& at) {
  int value = 7;
  const iovec from = here(&value, sizeof value), to = there(at, "value_address", sizeof value);
  ::process_vm_writev(at.bystander(), &from, 1, &to, 1, 0);
}

void read_memory_file(const Scene& at) {
  std::array<char, 64> text{};
  const int fd = ::open(proc(at, "mem").c_str(), O_RDONLY);
  if (::pread(fd, text.data(), text.size() - 1, at.number("token_address")) > 0) write_to(1, text.data());
}

void write_memory_file(const Scene& at) {
  const int value = 7, fd = ::open(proc(at, "mem").c_str(), O_WRONLY);
  [[maybe_unused]] const ssize_t written = ::pwrite(fd, &value, sizeof value, at.number("value_address"));
}

void trace(const Scene& at) {
  if (::ptrace(PTRACE_ATTACH, at.bystander(), nullptr, nullptr) != 0) return;
  ::waitpid(at.bystander(), nullptr, __WALL);
  ::ptrace(PTRACE_POKEDATA, at.bystander(), at.number("value_address"), 7L);
  ::ptrace(PTRACE_DETACH, at.bystander(), nullptr, nullptr);
}

int pidfd(const Scene& at) { return static_cast<int>(::syscall(SYS_pidfd_open, at.bystander(), 0)); }

void take_descriptor(const Scene& at) {
  const int fd = static_cast<int>(::syscall(SYS_pidfd_getfd, pidfd(at), at.number("secret_descriptor"), 0));
  ::lseek(fd, 0, SEEK_SET);
  spill_from(fd);
}

void signal_by_pidfd(const Scene& at) { ::syscall(SYS_pidfd_send_signal, pidfd(at), SIGUSR1, nullptr, 0); }

void queue_signal(const Scene& at) {
  sigval value{};
  ::sigqueue(at.bystander(), SIGUSR1, value);
}

/// The kernel signals whom the descriptor belongs to.
void signal_by_descriptor(const Scene& at) {
  int ends[2];
  if (::pipe(ends) != 0) return;
  ::fcntl(ends[0], F_SETOWN, at.bystander());
  ::fcntl(ends[0], F_SETSIG, SIGUSR1);
  ::fcntl(ends[0], F_SETFL, O_ASYNC);
  write_to(ends[1], "x");
}

void limit(const Scene& at) {
  const rlimit few{20, 20};
  ::prlimit(at.bystander(), RLIMIT_NOFILE, &few, nullptr);
}

void bind_to_processor(const Scene& at) {
  cpu_set_t processors;
  CPU_ZERO(&processors);
  CPU_SET(0, &processors);
  ::sched_setaffinity(at.bystander(), sizeof processors, &processors);
}

void make_idle(const Scene& at) {
  const sched_param none{};
  ::sched_setscheduler(at.bystander(), SCHED_BATCH, &none);
}

void make_idle_by_attributes(const Scene& at) {
  struct {
    std::uint32_t size = 48, policy = SCHED_BATCH;
    std::uint64_t flags = 0;
    std::int32_t nice = 5;
    std::uint32_t priority = 0;
    std::uint64_t runtime = 0, deadline = 0, period = 0;
  } attributes;
  ::syscall(SYS_sched_setattr, at.bystander(), &attributes, 0);
}

void slow_its_disk(const Scene& at) {
  constexpr int process = 1, idle = 3 << 13;
  ::syscall(SYS_ioprio_set, process, at.bystander(), idle);
}

/// Whatever process the system shows that has to do with this scene, but for its own.
template <typename Function>
void for_each_other(const Scene& at, Function function) {
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", none)) {
    const int pid = std::atoi(entry.path().filename().c_str());
    std::ifstream file(entry.path() / "cmdline");
    const std::string words{std::istreambuf_iterator<char>(file), {}};
    if (pid > 1 && pid != ::getpid() && words.find(at.place()) != std::string::npos) function(pid);
  }
}

void end_all(const Scene& at) {
  for_each_other(at, [](int pid) { ::kill(pid, SIGKILL); });
}

void read_environments(const Scene& at) {
  for_each_other(at, [](int pid) { spill("/proc/" + std::to_string(pid) + "/environ"); });
}

void end_parents(const Scene&) {
  if (const pid_t parent = ::getppid(); parent > 1) ::kill(parent, SIGKILL);
}

constexpr const char* no_yama = "a kernel without Yama";

const Attack table[] = {
    {"processes.command-line", secret, Fails::always, [](const Scene& at) { spill(proc(at, "cmdline")); }},
    {"processes.environment", secret, Fails::always, [](const Scene& at) { spill(proc(at, "environ")); }},
    {"processes.environments", secret, Fails::always, read_environments},
    {"processes.read-memory", secret, Fails::always, read_memory, no_yama},
    {"processes.memory-file", secret, Fails::always, read_memory_file, no_yama},
    {"processes.descriptor", secret, Fails::always, take_descriptor, no_yama},
    {"processes.descriptor-file", secret, Fails::always,
     [](const Scene& at) { spill(proc(at, "fd/" + at.fact("secret_descriptor"))); }},
    {"processes.keys-by-root", secret, Fails::always,
     [](const Scene& at) { spill(proc(at, "root" + at.home(".ssh/id_ed25519"))); }},
    {"processes.write-memory", bystander, Fails::always, write_memory, no_yama},
    {"processes.write-memory-file", bystander, Fails::always, write_memory_file, no_yama},
    {"processes.trace", bystander, Fails::always, trace, no_yama},
    {"processes.log", outside, Fails::always,
     [](const Scene& at) { put_with(proc(at, "fd/" + at.fact("log_descriptor")), "x", O_APPEND); }},
    {"processes.directory", outside, Fails::always, [](const Scene& at) { put(proc(at, "cwd/new"), "x"); }},
    {"processes.root", outside, Fails::always,
     [](const Scene& at) { put_with(proc(at, "root" + at.outside("victim")), "x", 0); }},
    {"processes.first-to-die", bystander, Fails::always,
     [](const Scene& at) { put_with(proc(at, "oom_score_adj"), "900", 0); }},
    {"processes.core-filter", bystander, Fails::always,
     [](const Scene& at) { put_with(proc(at, "coredump_filter"), "0x7f", 0); }},
    {"processes.limit", bystander, Fails::always, limit},
    {"processes.nice", bystander, Fails::always,
     [](const Scene& at) { ::setpriority(PRIO_PROCESS, static_cast<id_t>(at.bystander()), 5); }},
    {"processes.nice-group", bystander, Fails::always,
     [](const Scene& at) { ::setpriority(PRIO_PGRP, static_cast<id_t>(at.bystander()), 5); }},
    {"processes.affinity", bystander, Fails::always, bind_to_processor, "more than one processor"},
    {"processes.scheduler", bystander, Fails::always, make_idle},
    {"processes.scheduler-attributes", bystander, Fails::always, make_idle_by_attributes},
    {"processes.disk-priority", bystander, Fails::always, slow_its_disk},
    {"signals.kill", bystander, Fails::always, [](const Scene& at) { ::kill(at.bystander(), SIGKILL); }},
    {"signals.stop", bystander, Fails::always, [](const Scene& at) { ::kill(at.bystander(), SIGSTOP); }},
    {"signals.thread", bystander, Fails::always,
     [](const Scene& at) { ::syscall(SYS_tgkill, at.bystander(), at.bystander(), SIGUSR1); }},
    {"signals.queue", bystander, Fails::always, queue_signal},
    {"signals.pidfd", bystander, Fails::always, signal_by_pidfd},
    {"signals.group", bystander, Fails::always, [](const Scene& at) { ::kill(-at.bystander(), SIGUSR1); }},
    {"signals.own-group", bystander, Fails::always,
     [](const Scene&) {
       ::signal(SIGUSR1, SIG_IGN);
       ::kill(0, SIGUSR1);
     }},
    {"signals.descriptor", bystander, Fails::always, signal_by_descriptor},
    {"signals.parent", goal::gate, Fails::always, end_parents},
    {"signals.all-of-the-scene", goal::gate, Fails::always, end_all},
};

}  // namespace

std::span<const Attack> processes() { return table; }

}  // namespace attacks
