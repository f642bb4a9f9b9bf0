// Interfaces of the kernel that no build needs, and devices.
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/io_uring.h>
#include <linux/perf_event.h>
#include <linux/prctl.h>
#include <sys/fanotify.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include "tests/sandbox/attacks/attack.h"

namespace attacks {
namespace {

using goal::outside;

void open_ring(const Scene&) {
  io_uring_params parameters{};
  if (::syscall(SYS_io_uring_setup, 2, &parameters) >= 0) hold();
}

/// The ring opens the file: no system call of the attack's own does.
void write_by_ring(const Scene& at) {
  io_uring_params parameters{};
  const int ring = static_cast<int>(::syscall(SYS_io_uring_setup, 2, &parameters));
  if (ring < 0) return;
  const auto map = [ring](std::size_t size, off_t offset) {
    return static_cast<char*>(::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, ring, offset));
  };
  char* const queue = map(parameters.sq_off.array + 2 * sizeof(std::uint32_t), IORING_OFF_SQ_RING);
  auto* const entry =
      reinterpret_cast<io_uring_sqe*>(map(2 * sizeof(io_uring_sqe), static_cast<off_t>(IORING_OFF_SQES)));
  const std::string victim = at.outside("victim");
  entry->opcode = IORING_OP_OPENAT;
  entry->fd = AT_FDCWD;
  entry->addr = reinterpret_cast<std::uint64_t>(victim.c_str());
  entry->open_flags = O_WRONLY | O_TRUNC;
  reinterpret_cast<std::uint32_t*>(queue + parameters.sq_off.array)[0] = 0;
  *reinterpret_cast<std::uint32_t*>(queue + parameters.sq_off.tail) = 1;
  ::syscall(SYS_io_uring_enter, ring, 1, 1, IORING_ENTER_GETEVENTS, nullptr, 0);
}

void handle_faults(const Scene&) {
  constexpr int user_mode_only = 1;
  if (::syscall(SYS_userfaultfd, user_mode_only) >= 0) hold();
}

void count_events(const Scene&) {
  perf_event_attr attributes{};
  attributes.size = sizeof attributes;
  attributes.type = PERF_TYPE_SOFTWARE;
  attributes.config = PERF_COUNT_SW_TASK_CLOCK;
  attributes.exclude_kernel = 1;
  if (::syscall(SYS_perf_event_open, &attributes, 0, -1, -1, 0) >= 0) hold();
}

void make_map(const Scene&) {
  bpf_attr attributes;
  std::memset(&attributes, 0, sizeof attributes);
  attributes.map_type = BPF_MAP_TYPE_ARRAY;
  attributes.key_size = attributes.value_size = 4;
  attributes.max_entries = 1;
  if (::syscall(SYS_bpf, BPF_MAP_CREATE, &attributes, sizeof attributes) >= 0) hold();
}

void watch_file_system(const Scene&) {
  if (::syscall(SYS_fanotify_init, FAN_CLASS_CONTENT, O_RDONLY) >= 0) hold();
}

/// A file without its name: no directory on the way is asked.
void open_by_handle(const Scene& at) {
  std::vector<char> bytes(sizeof(file_handle) + MAX_HANDLE_SZ);
  auto* const handle = reinterpret_cast<file_handle*>(bytes.data());
  handle->handle_bytes = MAX_HANDLE_SZ;
  int mount = 0;
  if (::name_to_handle_at(AT_FDCWD, at.outside("victim").c_str(), handle, &mount, 0) != 0) return;
  write_to(::open_by_handle_at(::open(at.workspace("").c_str(), O_RDONLY), handle, O_WRONLY), "handle");
}

template <unsigned long flags>
void change_personality(const Scene&) {
  if (::personality(flags) >= 0) hold();
}

/// /proc/PID/cmdline is read from where the process says that its words are. All of the map is said at once,
/// which takes no privilege: the rest stays as /proc/PID/stat has it.
void lie_about_words(const Scene&) {
  char words[] = "harmless";
  std::ifstream file("/proc/self/stat");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  std::istringstream rest(text.substr(text.rfind(')') + 2));
  std::vector<std::uint64_t> fields(3);  // the first is 1, and what comes is the third
  for (std::string word; rest >> word;) fields.push_back(std::strtoull(word.c_str(), nullptr, 10));
  if (fields.size() < 52) return;
  const auto start = reinterpret_cast<std::uint64_t>(words);
  prctl_mm_map map{};
  map.start_code = fields[26], map.end_code = fields[27], map.start_stack = fields[28];
  map.start_data = fields[45], map.end_data = fields[46], map.start_brk = fields[47];
  map.brk = reinterpret_cast<std::uint64_t>(::sbrk(0));
  map.arg_start = start, map.arg_end = start + sizeof words;
  map.env_start = fields[50], map.env_end = fields[51];
  map.exe_fd = static_cast<std::uint32_t>(-1);
  if (::prctl(PR_SET_MM, PR_SET_MM_MAP, &map, sizeof map, 0) == 0) hold();
}

void keep_key(const Scene& at) {
  constexpr int user_ring = -4;
  ::syscall(SYS_add_key, "user", (at.fact("ipc_name") + "-new").c_str(), "x", 1, user_ring);
}

/// It prints what only the group "shadow" can read, whose program it is.
void take_group(const Scene& at) { shell(at, "chage -l \"$(id -un)\""); }

/// Opened and not written to: that it can be opened is all that is missing.
void open_device(const char* path, int flags) {
  if (::open(path, flags | O_NONBLOCK) >= 0) hold();
}

const Attack table[] = {
    {"kernel.ring", "fd anon_inode:[io_uring]", Fails::confined, open_ring, "a kernel with io_uring"},
    {"kernel.ring-write", outside, Fails::confined, write_by_ring, "a kernel with io_uring"},
    {"kernel.faults", "fd anon_inode:[userfaultfd]", Fails::confined, handle_faults},
    {"kernel.performance", "fd anon_inode:[perf_event]", Fails::confined, count_events,
     "a kernel that lets everybody count events"},
    {"kernel.bpf", "fd anon_inode:bpf-map", Fails::confined, make_map, "root"},
    {"kernel.watch", "fd anon_inode:[fanotify]", Fails::confined, watch_file_system, "root"},
    {"kernel.handle", outside, Fails::confined, open_by_handle, "root"},
    {"kernel.key", "key", Fails::confined, keep_key, "a key ring"},
    {"kernel.fixed-addresses", goal::persona, Fails::always, change_personality<ADDR_NO_RANDOMIZE>},
    {"kernel.executable-data", goal::persona, Fails::always, change_personality<READ_IMPLIES_EXEC>},
    {"kernel.words", goal::lied, Fails::always, lie_about_words, "a kernel with checkpoints"},
    {"kernel.set-group", goal::gained, Fails::always, take_group, "user"},
    {"kernel.setting", "fd /proc/sys/kernel/core_pattern", Fails::confined,
     [](const Scene&) { open_device("/proc/sys/kernel/core_pattern", O_WRONLY); }, "root"},
    {"kernel.caches", "fd /proc/sys/vm/drop_caches", Fails::confined,
     [](const Scene&) { open_device("/proc/sys/vm/drop_caches", O_WRONLY); }, "root"},
    {"devices.log", "fd /dev/kmsg", Fails::confined, [](const Scene&) { open_device("/dev/kmsg", O_WRONLY); },
     "root"},
    {"devices.disk", "fd /dev/loop0", Fails::confined,
     [](const Scene&) { open_device("/dev/loop0", O_RDONLY); }, "root and a loop device"},
    {"devices.disk-write", "fd /dev/loop0", Fails::confined,
     [](const Scene&) { open_device("/dev/loop0", O_RDWR); }, "root and a loop device"},
    {"devices.fuse", "fd /dev/fuse", Fails::confined, [](const Scene&) { open_device("/dev/fuse", O_RDWR); },
     "root and FUSE"},
    {"devices.virtual-machine", "fd /dev/kvm", Fails::confined,
     [](const Scene&) { open_device("/dev/kvm", O_RDWR); }, "root and KVM"},
    {"devices.console", "fd /dev/tty1", Fails::confined,
     [](const Scene&) { open_device("/dev/tty1", O_WRONLY | O_NOCTTY); }, "root and a console"},
};

}  // namespace

std::span<const Attack> kernel() { return table; }

}  // namespace attacks
