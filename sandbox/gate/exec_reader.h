#pragma once
/// From a notification to the event that it announces.

#include <functional>

#include "sandbox/exec_event.h"
#include "sandbox/gate/image.h"
#include "sandbox/gate/known_files.h"
#include "sandbox/gate/lineage.h"
#include "sandbox/gate/listener.h"

namespace sandbox {

/// An exec as it was read: what shall be judged, and what the kernel must then build.
struct ExecRead {
  ExecEvent event;
  Expected expected;
  bool has_environment = false;  ///< else `event.env` was not asked for
  /// In the caller's memory: its argv, and an empty string.
  std::uint64_t argv_address = 0, empty_address = 0;
};

/// Not an exec, but a gatehouse that asks for this one; see outer.h.
struct OuterCalled {};

class ExecReader {
 public:
  struct Options {
    uid_t uid = 0;          ///< whom the command runs as
    bool shell = false;     ///< the first program is the session's shell
    bool one_root = false;  ///< no process can change its root: chroot(2) and namespaces are refused
    std::function<std::uint64_t(pid_t)> turn_of =
        {};  ///< of the first program's parent; empty: there is one, 1
    /// Of a sandbox that a program was moved to: who asked for it, in another one.
    std::shared_ptr<const Ancestor> caller = {};
  };
  ExecReader(KnownFiles& known, Lineage& lineage, Options options)
      : known_(known), lineage_(lineage), options_(std::move(options)) {}

  /// Throws CallerError, Unjudgeable, OuterCalled or SysError; `read` then holds what had been read before.
  /// With the environment where `read.has_environment` says so.
  void read(const Notification& notification, ExecRead& read);
  /// The program that runs in a thread, as it was when it started; without images where it is not ours.
  [[nodiscard]] ExecEvent running(pid_t tid) const;
  /// The image that stands in an exec stop, under the name and arguments that it has; nothing is expected but
  /// what a loader has to open. Throws as read() does.
  [[nodiscard]] ExecRead read_found(pid_t pid, const ExecEvent& approved, const std::string& name,
                                    const std::string& args);

 private:
  /// The task's root, kept where it is everybody's.
  const sys::Fd& root_for(const Task& task);
  [[nodiscard]] Author author_of(const Task& task);
  void place(const Task& task, ExecEvent& event) const;

  KnownFiles& known_;
  Lineage& lineage_;
  Options options_;
  Heads heads_;
  sys::Fd root_;
  std::string mounts_;  ///< the session's mount namespace: the one of its first program
};

}  // namespace sandbox
