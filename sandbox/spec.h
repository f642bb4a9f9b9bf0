#pragma once
/// One sandbox as plain data. It says what the kernel shall enforce and nothing about why; the launcher obeys
/// it. Paths are absolute, normal and with every symlink followed; a path that does not exist is no error.

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "sandbox/limit.h"

namespace sys {
class Channel;
}

namespace sandbox {

enum class Mode {
  read_only,           ///< nothing is writable but /tmp and /dev
  workspace_write,     ///< and the writable roots
  danger_full_access,  ///< the host's files, network, IPC and devices; the exec gate and `own` hold all the
                       ///< same
};

enum class Network {
  none,       ///< a network namespace with nothing but its own loopback
  allowlist,  ///< and connections that the judge allows, by name: sandbox/net
  full,       ///< the host's
};

/// What this machine can enforce; see DESIGN "Words".
enum class Tier {
  a,  ///< namespaces, mounts, Landlock, seccomp, exec gate
  b,  ///< no namespaces: Landlock, seccomp, exec gate
  c,  ///< seccomp and exec gate
};

/// Who the command is: real ids, and the ids that it sees itself.
struct User {
  uid_t uid = 0;
  gid_t gid = 0;
  uid_t inside_uid = 0;
  gid_t inside_gid = 0;
  /// Bind `writable`, `readable` and caches with MOUNT_ATTR_IDMAP, so that files of inside_uid on disk are
  /// the command's own, and files that it makes are theirs (root's workspace, run by an unprivileged real
  /// uid).
  bool map_ids = false;
  /// With map_ids: directories that only inside_uid may read (root's HOME, tool chains in it), bound
  /// read-only.
  std::vector<std::string> readable;
};

/// Directories that the command sees copy-on-write: reads fall through to the host's, writes stay in `upper`.
/// One overlay costs a millisecond to mount, so all that lie on one mount share it.
struct Caches {
  std::string base;                ///< a directory of the host, on the same mount as all of `paths`
  std::vector<std::string> paths;  ///< what the command sees of it: `base` or below, existing, never written
  std::string upper;               ///< private, has a directory for each of `paths`; survives the session
  std::string work;                ///< overlayfs' work directory, same file system as `upper`

  /// Both are empty: `paths` are those of the sandbox that the program was moved out of, mounted here, too.
  [[nodiscard]] bool are_lent() const { return upper.empty(); }
};

/// A file or directory that rules keep every program from, in every mode. What is held may change while
/// commands run: Supervisor::hold().
struct Held {
  enum class As {
    hidden,     ///< a directory reads as empty, a file cannot be opened
    read_only,  ///< where it could be written: it, and its name
    replaced,   ///< a file reads as `text`, and cannot be written
  };
  std::string path;
  As as = As::hidden;
  std::string text = {};
  bool operator==(const Held&) const = default;
};

/// A port inside that is reached by another on 127.0.0.1 outside.
struct Published {
  std::uint16_t port = 0;
  std::uint16_t host_port = 0;
};

struct Spec {
  std::vector<std::string> argv;  ///< argv[0] is searched in the PATH of `env`; empty: a session of turns
  std::vector<std::string> env;   ///< NAME=value, all of it
  std::string cwd;
  std::string program;  ///< the path that is executed; empty: argv[0] is searched

  Mode mode = Mode::workspace_write;
  Network network = Network::none;
  User user;

  std::vector<std::string> writable;  ///< writable roots; the first is the workspace
  std::vector<std::string>
      protect;  ///< below a writable root, stays read-only; every ancestor up to the root is pinned
  std::vector<std::string>
      hide;  ///< a directory reads as empty, a file cannot be opened; also wins inside `writable`
  std::vector<std::string> own;         ///< gatehouse's own config and rules: read-only in every mode
  std::vector<std::string> own_hidden;  ///< its own state, audit and sockets: as `hide`, in every mode
  std::vector<Held> held;
  /// Of what is held by the sandbox's owner and not by rules, this is left in reach; see Supervisor::hold().
  std::vector<std::string> shown;
  std::vector<Caches> caches;
  /// In a network namespace of its own; see Supervisor.
  std::vector<Published> publish;
  std::vector<std::string> sockets;  ///< unix sockets of the host that the command may connect to
  bool private_tmp = true;

  /// The process is in another gatehouse's sandbox already, which judges and confines what it starts: nothing
  /// is built.
  bool is_guest = false;
  /// The command may make user namespaces, and mounts in them. Mounts alone keep it from files then: Landlock
  /// would refuse it every mount.
  bool nested_namespaces = false;
  bool allow_tracers = false;  ///< judge, without verifying, the execs of processes that a debugger traces
  Limits limits;

  /// What Supervisor::start_worker() starts, until it returns. Every process of ours is a fork without exec,
  /// so that a function pointer is good in each.
  void (*worker)(sys::Channel& owner) = nullptr;
};

const char* name_of(Mode mode);        ///< "read-only", "workspace-write", "danger-full-access"
const char* name_of(Network network);  ///< "none", "allowlist", "full"
const char* name_of(Tier tier);        ///< "A", "B", "C"

}  // namespace sandbox
