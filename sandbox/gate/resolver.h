#pragma once
/// Finds the file that a path means to another task: from its root, its directory, its descriptors, its
/// /proc/self.

#include <cstdint>
#include <string>
#include <vector>

#include "sandbox/exec_event.h"
#include "sandbox/gate/task.h"
#include "sandbox/sys/fd.h"

namespace sandbox {

class Resolver {
 public:
  /// Links of /proc that lead to an object and not to a name.
  enum class Magic : unsigned char { followed, refused };
  /// `root` is the task's; see root_of(). Both must outlive the resolver.
  Resolver(const Task& task, const sys::Fd& root, Magic magic = Magic::followed)
      : task_(task), root_(root), magic_(magic) {}

  /// As openat(2) in the task would look it up; `directory` is its descriptor number or AT_FDCWD. The result
  /// is open with O_PATH. Throws CallerError with the errno that the task's own call would return.
  [[nodiscard]] sys::Fd open(int directory, const std::string& path, bool follow_last = true) const;
  /// Where a path leads, every link followed, also one that leads to nothing, since who writes there makes
  /// it; what is not there stands behind the nearest directory that is. As the task's mount namespace knows
  /// it. Takes a step off `steps` for each look, and throws Unjudgeable when there are none left, CallerError
  /// as open() does.
  [[nodiscard]] std::string destination(const std::string& path, std::size_t& steps) const;
  /// The task's own descriptor, with O_PATH semantics; throws CallerError{EBADF}.
  [[nodiscard]] sys::Fd descriptor(int number) const;
  /// The directory that a path of the task's mount namespace lies in; empty when it is out of reach.
  [[nodiscard]] sys::Fd open_parent(const std::string& path) const;

 private:
  struct Walked {
    sys::Fd here;
    std::vector<std::string> missing = {};  // names below, of which none is there
  };
  struct Walk {
    bool follows_last = true;
    bool goes_past_missing = false;
    std::size_t* steps = nullptr;  // null: as many as there are
  };
  [[nodiscard]] Walked walk(int start, const std::string& path, Walk how) const;
  [[nodiscard]] sys::Fd start_of(int directory, const std::string& path) const;
  [[nodiscard]] sys::Fd own_descriptor(int directory, const std::string& name) const;
  [[nodiscard]] bool is_root(int directory) const;
  [[nodiscard]] sys::Fd follow_magic(int parent, const std::string& name) const;
  [[nodiscard]] std::string self_number(bool thread) const;

  const Task& task_;
  const sys::Fd& root_;
  Magic magic_;
};

/// The directory that "/" is to the task. Throws SysError when it is out of reach.
sys::Fd root_of(const Task& task);

/// Destinations for that thread while it waits; nothing where that cannot be told. All words of one exec may
/// take half a second together, then Unjudgeable is thrown.
FollowLinks links_of(pid_t tid);

}  // namespace sandbox
