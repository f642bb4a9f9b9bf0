#pragma once
/// What a file amounts to when it is executed: itself, the interpreters of its `#!` line, the program that a
/// dynamic loader is asked to run.

#include <sys/types.h>

#include <string>
#include <vector>

#include "sandbox/exec_event.h"
#include "sandbox/gate/known_files.h"
#include "sandbox/gate/resolver.h"

namespace sandbox {

/// What the kernel will have built when the exec has succeeded, byte for byte.
struct Expected {
  dev_t device = 0;  ///< of the image: the last interpreter of the `#!` chain
  ino_t inode = 0;
  sys::Fd image;     ///< held open, so that the inode number cannot be given to another file
  std::string name;  ///< AT_EXECFN
  std::string args;  ///< a NUL behind each
};

struct Program {
  std::vector<Image> images;
  Expected expected;
};

/// A program that cannot be judged: why, in words.
struct Unjudgeable {
  std::string reason;
};

class ImageReader {
 public:
  /// `uid`: whom the sandboxed command runs as, by its real number.
  ImageReader(const Resolver& resolver, const KnownFiles& known, uid_t uid)
      : resolver_(resolver), known_(known), uid_(uid) {}

  /// `file` is open with O_PATH on what `called` means. Throws CallerError with the kernel's errno for what
  /// cannot be executed, Unjudgeable for what could run but could not be verified.
  [[nodiscard]] Program read(const std::string& called, sys::Fd file, std::vector<std::string> argv) const;
  /// The facts of a file that is open with O_PATH.
  [[nodiscard]] File describe(int file) const;

 private:
  void add_loaded(std::vector<Image>& images) const;
  [[nodiscard]] bool writable(const struct stat& facts, int file, const std::string& path) const;

  const Resolver& resolver_;
  const KnownFiles& known_;
  uid_t uid_;
};

}  // namespace sandbox
