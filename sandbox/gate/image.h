#pragma once
/// What a file amounts to when it is executed: itself, the interpreters of its `#!` line, the program that a
/// dynamic loader is asked to run.

#include <sys/stat.h>
#include <sys/types.h>

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sandbox/exec_event.h"
#include "sandbox/gate/known_files.h"
#include "sandbox/gate/memory.h"
#include "sandbox/gate/resolver.h"
#include "sandbox/gate/shebang.h"

namespace sandbox {

/// What a dynamic loader opens first, to run it.
struct Loaded {
  dev_t device = 0;
  ino_t inode = 0;  ///< 0: it will find nothing there
  sys::Fd file;     ///< held open, so that the inode number cannot be given to another file
};

/// What the kernel will have built when the exec has succeeded, byte for byte.
struct Expected {
  dev_t device = 0;  ///< of the image: the last interpreter of the `#!` chain
  ino_t inode = 0;
  sys::Fd image;         ///< held open, so that the inode number cannot be given to another file
  std::string name;      ///< AT_EXECFN
  bool is_sure = false;  ///< a program that nothing we know of can keep from starting
  std::string args;      ///< a NUL behind each
  std::optional<Loaded> loaded = {};
};

struct Program {
  std::vector<Image> images;
  Expected expected;
};

/// The heads of files that the sandbox cannot write. Whoever else changes one changes its times.
class Heads {
 public:
  [[nodiscard]] const Head* find(const struct stat& facts) const;
  void keep(const struct stat& facts, const Head& head);

 private:
  using Version = std::array<std::uint64_t, 7>;
  static Version version_of(const struct stat& facts);
  std::map<Version, Head> heads_;
};

/// Who could have written what is read.
struct Author {
  uid_t uid = 0;  ///< whom the sandboxed command runs as, by its real number
  bool own_mounts =
      false;  ///< the caller is in a mount namespace of its own making: any path leads where it wants
};

class ImageReader {
 public:
  ImageReader(const Resolver& resolver, KnownFiles& known, Heads& heads, Author author)
      : resolver_(resolver), known_(known), heads_(heads), author_(author) {}

  /// `file` is open with O_PATH on what `called` means. Throws CallerError with the kernel's errno for what
  /// cannot be executed, Unjudgeable for what could run but could not be verified.
  [[nodiscard]] Program read(const std::string& called, sys::Fd file, std::vector<std::string> argv) const;
  /// The facts of a file that is open with O_PATH.
  [[nodiscard]] File describe(int file) const;
  /// `ld.so PROGRAM` runs PROGRAM, whatever the kernel thinks that it runs: adds it to the images where the
  /// last one is a loader. Throws Unjudgeable.
  std::optional<Loaded> add_loaded(std::vector<Image>& images) const;

 private:
  [[nodiscard]] File describe(int file, const struct stat& facts) const;
  [[nodiscard]] Head head_of(int file, const struct stat& facts, const Image& image) const;
  [[nodiscard]] bool writable(const struct stat& facts, int file, const std::string& path) const;
  /// By its owner and its mode the command's user could, wherever it is mounted.
  [[nodiscard]] bool changeable(int file, const struct stat& facts) const;

  const Resolver& resolver_;
  KnownFiles& known_;
  Heads& heads_;
  Author author_;
};

}  // namespace sandbox
