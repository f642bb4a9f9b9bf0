#pragma once
/// Finds the file that a path means to another task: from its root, its directory, its descriptors, its
/// /proc/self.

#include <cstdint>
#include <optional>
#include <string>

#include "sandbox/gate/task.h"
#include "sandbox/sys/fd.h"

namespace sandbox {

class Resolver {
 public:
  /// `root` is the task's; see root_of(). Both must outlive the resolver.
  Resolver(const Task& task, const sys::Fd& root) : task_(task), root_(root) {}

  /// As openat(2) in the task would look it up; `directory` is its descriptor number or AT_FDCWD. The result
  /// is open with O_PATH. Throws CallerError with the errno that the task's own call would return.
  [[nodiscard]] sys::Fd open(int directory, const std::string& path, bool follow_last = true) const;
  /// The task's own descriptor, with O_PATH semantics; throws CallerError{EBADF}.
  [[nodiscard]] sys::Fd descriptor(int number) const;
  /// The directory that a path of the task's mount namespace lies in; empty when it is out of reach.
  [[nodiscard]] sys::Fd open_parent(const std::string& path) const;

 private:
  [[nodiscard]] sys::Fd walk(int start, const std::string& path, bool follow_last) const;
  [[nodiscard]] bool is_root(int directory) const;
  [[nodiscard]] sys::Fd follow_magic(int parent, const std::string& name, int link) const;
  [[nodiscard]] std::string self_number(bool thread) const;

  const Task& task_;
  const sys::Fd& root_;
};

/// The directory that "/" is to the task. Throws SysError when it is out of reach.
sys::Fd root_of(const Task& task);

/// Where an absolute path leads that thread, as its mount namespace knows it; see sys::destination_of().
std::optional<std::string> destination_for(pid_t tid, const std::string& path);

}  // namespace sandbox
