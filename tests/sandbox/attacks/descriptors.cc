// What the caller had open when it started the command.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <string>

#include "tests/sandbox/attacks/attack.h"

namespace attacks {
namespace {

using goal::outside;

int inherited(const Scene& at, const char* name) { return static_cast<int>(at.number(name)); }

void write_by_mapping(const Scene& at) {
  void* const memory =
      ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, inherited(at, "inherited_file"), 0);
  if (memory != MAP_FAILED) std::memcpy(memory, "mapped", 6);
}

void write_below(const Scene& at) {
  write_to(::openat(inherited(at, "inherited_directory"), "victim", O_WRONLY), "below");
}

void leave_by_directory(const Scene& at) {
  if (::fchdir(inherited(at, "inherited_directory")) == 0) put("new", "left");
}

void read_secret(const Scene& at) {
  ::lseek(inherited(at, "inherited_secret"), 0, SEEK_SET);
  spill_from(inherited(at, "inherited_secret"));
}

/// Without being told: whatever is open.
void read_everything(const Scene&) {
  for (int fd = 3; fd < 256; ++fd) {
    ::fcntl(fd, F_SETFL, O_NONBLOCK);
    ::lseek(fd, 0, SEEK_SET);
    spill_from(fd);
  }
}

const Attack table[] = {
    {"descriptors.write", outside, Fails::always,
     [](const Scene& at) { write_to(inherited(at, "inherited_file"), "inherited"); }},
    {"descriptors.empty", outside, Fails::always,
     [](const Scene& at) { ::ftruncate(inherited(at, "inherited_file"), 0) == 0 ? void() : void(); }},
    {"descriptors.map", outside, Fails::always, write_by_mapping},
    {"descriptors.below", outside, Fails::always, write_below, ""},
    {"descriptors.leave", outside, Fails::always, leave_by_directory},
    {"descriptors.mode", outside, Fails::always,
     [](const Scene& at) { ::fchmod(inherited(at, "inherited_file"), 0777); }},
    {"descriptors.reopen", outside, Fails::always,
     [](const Scene& at) { put_with("/proc/self/fd/" + at.fact("inherited_place"), "reopened", 0); }},
    {"descriptors.read", goal::secret, Fails::always, read_secret},
    {"descriptors.read-everything", goal::secret, Fails::always, read_everything},
    {"descriptors.socket", goal::reached, Fails::always,
     [](const Scene& at) { write_to(inherited(at, "inherited_socket"), "x"); }},
    {"descriptors.process", goal::bystander, Fails::always,
     [](const Scene& at) {
       ::syscall(SYS_pidfd_send_signal, inherited(at, "inherited_process"), SIGUSR1, nullptr, 0);
     }},
};

}  // namespace

std::span<const Attack> descriptors() { return table; }

}  // namespace attacks
