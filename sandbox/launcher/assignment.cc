#include "sandbox/launcher/assignment.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "sandbox/launcher/hold_wire.h"
#include "sandbox/sys/packing.h"

namespace sandbox {
namespace {

constexpr const char* what = "what sandbox to build";

}  // namespace

// The bindings name every member: with one more nothing compiles until it is carried, too.

template <class Wire>
void carry(Wire& wire, User& user) {
  auto& [uid, gid, inside_uid, inside_gid, map_ids, readable] = user;
  wire(uid), wire(gid), wire(inside_uid), wire(inside_gid), wire(map_ids), wire(readable);
}

template <class Wire>
void carry(Wire& wire, Caches& caches) {
  auto& [base, paths, upper, work] = caches;
  wire(base), wire(paths), wire(upper), wire(work);
}

template <class Wire>
void carry(Wire& wire, Limits& limits) {
  auto& [processes, file_bytes, open_files, memory_bytes, tmp_bytes, wall_ms] = limits;
  wire(processes), wire(file_bytes), wire(open_files), wire(memory_bytes), wire(tmp_bytes), wire(wall_ms);
}

template <class Wire>
void carry(Wire& wire, Published& published) {
  auto& [port, host_port] = published;
  wire(port), wire(host_port);
}

template <class Wire>
void carry(Wire& wire, Spec& spec) {
  auto& [argv, env, cwd, program, mode, network, user, writable, protect, hide, own, own_hidden, held, shown,
         caches, publish, sockets, private_tmp, is_guest, nested_namespaces, allow_tracers, limits, worker] =
      spec;
  wire(argv), wire(env), wire(cwd), wire(program), wire(mode), wire(network), wire(user);
  wire(writable), wire(protect), wire(hide), wire(own), wire(own_hidden), wire(held), wire(shown),
      wire(caches);
  wire(publish), wire(sockets);
  wire(private_tmp), wire(is_guest), wire(nested_namespaces), wire(allow_tracers), wire(limits), wire(worker);
}

template <class Wire>
void carry(Wire& wire, Assignment& assignment) {
  auto& [spec, tier] = assignment;
  wire(spec), wire(tier);
}

void write_assignment(int fd, const Assignment& assignment) {
  sys::write_all(fd, sys::packed(assignment), what);
}

Assignment read_assignment(int fd) {
  struct stat status {};
  if (::fstat(fd, &status) != 0) throw sys::SysError(errno, "looking at {}", what);
  std::string bytes(static_cast<std::size_t>(status.st_size), '\0');
  if (::pread(fd, bytes.data(), bytes.size(), 0) != status.st_size)
    throw sys::SysError(errno, "reading {}", what);
  return sys::unpacked<Assignment>(bytes);
}

}  // namespace sandbox
