#pragma once
/// One small file system in memory that holds everything of a sandbox's own: what is private, and what covers
/// the hidden. Its parts are bound to where they belong; it lies itself below the sandbox's /proc, where
/// nobody comes.

#include <cstdint>
#include <string>
#include <string_view>

#include "sandbox/sys/fd.h"

namespace sandbox {

class PrivateFiles {
 public:
  /// Mounts it on /proc, so before the sandbox's own /proc. umask(2) must be 0.
  /// `bytes`: what fits in; 0: what the kernel grants.
  explicit PrivateFiles(std::uint64_t bytes);

  /// Makes a directory and binds it over the one at the place.
  void cover(int place, const std::string& path, unsigned mode) const;
  /// Makes a directory, and opens it as a place, also where the command has filled what is its own of the
  /// file system. A name that is taken is an error.
  [[nodiscard]] sys::Fd make_directory(const std::string& name) const;
  /// Of those, an empty one.
  void remove_directory(const std::string& name) const;
  /// Detached, read-only: an empty directory, a file that nobody can read.
  [[nodiscard]] sys::Fd empty_directory() const;
  [[nodiscard]] sys::Fd unreadable_file() const;
  /// Detached, read-only: a file with this text.
  [[nodiscard]] sys::Fd file_with(std::string_view text) const;

 private:
  int spare() const;

  sys::Fd root_, empty_, unreadable_;
  mutable sys::Fd spare_;
  mutable int files_ = 0;  ///< that were made
};

}  // namespace sandbox
