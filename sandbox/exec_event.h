#pragma once
/// What is about to start, as the gate read it from the caller, before anyone has judged it. Strings are
/// bytes: they need not be UTF-8.

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace sandbox {

struct File {
  std::string path;  ///< as the caller's mount namespace knows it, symlinks followed; a memfd's is
                     ///< "/memfd:NAME (deleted)"
  dev_t device = 0;
  ino_t inode = 0;
  uid_t owner = 0;
  mode_t mode = 0;
  std::uint64_t size = 0;
  bool writable = false;  ///< the sandbox could have written it: its content, or what its path leads to
  std::string copy_of;    ///< a known program's path, when a writable file has exactly its content
};

/// One program that an exec amounts to, with the words that this program gets.
struct Image {
  std::string called;  ///< the path that it was reached by, as given; for execveat "/dev/fd/N[/path]"
  File file;
  std::vector<std::string> argv;
};

/// A program that ran before, up the chain of who started whom.
struct Ancestor {
  std::string name;  ///< the last component of the path that it was reached by
  Image image;
  std::shared_ptr<const Ancestor> parent;
  std::uint64_t turn = 0;  ///< that it belongs to
};

/// Where a path leads, every link followed; nothing when that cannot be told.
using FollowLinks = std::function<std::optional<std::string>(const std::string& path)>;

struct ExecEvent {
  /// [0] is the file that was asked for. Behind it what the kernel starts in its place, the `#!` interpreters
  /// in order (each with the argv that it gets), and the program that a dynamic loader is asked to run
  /// (`ld.so PROGRAM`).
  std::vector<Image> images;
  std::vector<std::string> env;  ///< NAME=value; empty unless the judge needs it
  std::string cwd;
  std::shared_ptr<const Ancestor> caller;  ///< who asks; none for the session's first program
  bool top = false;     ///< started by the session's shell itself, not by a program further down
  bool traced = false;  ///< a debugger holds the caller: what starts cannot be verified
  pid_t pid = 0;        ///< of the asking thread, as the supervisor numbers it
  std::uint64_t turn = 0;  ///< whose command's tree asks; 0: nobody's, its turn killed its own keeper
  /// As the caller sees it, while it waits: its root holds files that are not the supervisor's, its /proc/self
  /// is another. Empty where no process asks.
  FollowLinks follow_links;
};

/// The names from the outermost program to the one that is about to start: ["make", "sh", "git"].
std::vector<std::string> chain_of(const ExecEvent& event);

}  // namespace sandbox
