// What stays out of the model's context: keys, tokens, what rules deny to read, and what others keep in
// memory.
#include <fcntl.h>
#include <mqueue.h>
#include <sys/ipc.h>
#include <sys/mount.h>
#include <sys/msg.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <string>

#include "tests/sandbox/attacks/attack.h"

namespace attacks {
namespace {

using goal::secret;

constexpr const char* key = ".ssh/id_ed25519";

void move_directory_and_read(const Scene& at) {
  if (::rename(at.home(".ssh").c_str(), "keys") == 0) spill("keys/id_ed25519");
}

void link_and_read(const Scene& at) {
  if (::link(at.home(key).c_str(), "key") == 0) spill("key");
}

void symlink_and_read(const Scene& at) {
  if (::symlink(at.home(".ssh").c_str(), "keys") == 0) spill("keys/id_ed25519");
}

void uncover_and_read(const Scene& at) {
  leave_the_host();
  ::umount2(at.home(".ssh").c_str(), MNT_DETACH);
  spill(at.home(key));
}

void link_denied(const Scene&) {
  if (::link(".env", "copy") == 0) spill("copy");
}

void move_denied(const Scene&) {
  if (::rename(".env", "copy") == 0) spill("copy");
}

void move_directory_of_denied(const Scene&) {
  if (::rename("sub", "other") == 0) spill("other/.env");
}

void read_shared_memory(const Scene& at) {
  const int id = ::shmget(static_cast<key_t>(at.number("ipc_key")), 0, 0);
  const void* const memory = id < 0 ? nullptr : ::shmat(id, nullptr, SHM_RDONLY);
  if (memory != nullptr && memory != reinterpret_cast<void*>(-1))
    write_to(1, static_cast<const char*>(memory));
}

void read_messages(const Scene& at) {
  struct {
    long type;
    char text[256];
  } message{};
  const int id = ::msgget(static_cast<key_t>(at.number("ipc_key")), 0);
  if (id >= 0 && ::msgrcv(id, &message, sizeof message.text, 0, IPC_NOWAIT) > 0) write_to(1, message.text);
}

void read_message_queue(const Scene& at) {
  std::array<char, 8192> text{};
  const mqd_t queue = ::mq_open(("/" + at.fact("ipc_name")).c_str(), O_RDONLY | O_NONBLOCK);
  if (queue >= 0 && ::mq_receive(queue, text.data(), text.size(), nullptr) > 0) write_to(1, text.data());
}

void read_key_ring(const Scene& at) {
  constexpr int search = 10, read = 11, user_ring = -4;
  const long id = ::syscall(SYS_keyctl, search, user_ring, "user", at.fact("ipc_name").c_str(), 0);
  std::array<char, 256> text{};
  if (id > 0 && ::syscall(SYS_keyctl, read, id, text.data(), text.size() - 1, 0) > 0)
    write_to(1, text.data());
}

const Attack table[] = {
    {"secrets.key", secret, Fails::confined, [](const Scene& at) { spill(at.home(key)); }},
    {"secrets.cloud", secret, Fails::confined, [](const Scene& at) { spill(at.home(".aws/credentials")); }},
    {"secrets.netrc", secret, Fails::confined, [](const Scene& at) { spill(at.home(".netrc")); }},
    {"secrets.registry", secret, Fails::confined, [](const Scene& at) { spill(at.home(".npmrc")); }},
    {"secrets.history", secret, Fails::confined, [](const Scene& at) { spill(at.home(".bash_history")); }},
    {"secrets.agent", secret, Fails::confined,
     [](const Scene& at) { spill(at.home(".claude/.credentials.json")); }},
    {"secrets.spelling", secret, Fails::confined,
     [](const Scene& at) { spill(at.home(".//.ssh/./../.ssh//id_ed25519")); }},
    {"secrets.proc-root", secret, Fails::confined,
     [](const Scene& at) { spill("/proc/self/root" + at.home(key)); }},
    {"secrets.symlink", secret, Fails::confined, symlink_and_read},
    {"secrets.hard-link", secret, Fails::confined, link_and_read},
    {"secrets.move", secret, Fails::confined, move_directory_and_read},
    {"secrets.uncover", secret, Fails::confined, uncover_and_read},
    {"secrets.denied", secret, Fails::always, [](const Scene&) { spill(".env"); }},
    {"secrets.denied-link", secret, Fails::always, link_denied},
    {"secrets.denied-move", secret, Fails::always, move_denied},
    {"secrets.denied-parent", secret, Fails::always, move_directory_of_denied},
    {"secrets.denied-proc", secret, Fails::always, [](const Scene&) { spill("/proc/self/cwd/.env"); }},
    {"secrets.environment", secret, Fails::always,
     [](const Scene&) {
       if (const char* const value = std::getenv("DEPLOY_TOKEN")) write_to(1, value);
     }},
    {"secrets.tmp", secret, Fails::confined, [](const Scene& at) { spill("/tmp/" + at.fact("ipc_name")); }},
    {"secrets.var-tmp", secret, Fails::confined,
     [](const Scene& at) { spill("/var/tmp/" + at.fact("ipc_name")); }},
    {"secrets.dev-shm", secret, Fails::confined,
     [](const Scene& at) { spill("/dev/shm/" + at.fact("ipc_name")); }},
    {"secrets.shared-memory", secret, Fails::confined, read_shared_memory},
    {"secrets.messages", secret, Fails::confined, read_messages},
    {"secrets.message-queue", secret, Fails::confined, read_message_queue},
    {"secrets.key-ring", secret, Fails::confined, read_key_ring, "a key ring"},
    {"secrets.record", secret, Fails::always,
     [](const Scene& at) { spill(at.home(".local/state/gatehouse/audit/earlier.jsonl")); }},
};

}  // namespace

std::span<const Attack> secrets() { return table; }

}  // namespace attacks
