#pragma once
/// Keeps names that programs outside the sandbox trust from being planted in the writable roots: runs outside
/// the sandbox, beside the command, on the supervisor's one thread.

#include <memory>
#include <string>
#include <vector>

#include "sandbox/guard/protected_names.h"
#include "sandbox/guard/taken.h"
#include "sandbox/sys/reactor.h"

namespace sandbox {

struct GuardOptions {
  /// Of this user alone, out of the command's reach: records and, on the roots' file system, the quarantine.
  std::string state_directory;
  /// The launcher binds what `protect` names read-only (tier A).
  bool mounts_hold = true;
  ScanLimits limits;
};

/// begin() before the command starts, finish() when the last process of its turn has ended.
class Guard {
 public:
  Guard(sys::Reactor& reactor, ProtectedNames names, GuardOptions options);
  ~Guard();  ///< without finish(): the record stays, and the next start sweeps
  Guard(const Guard&) = delete;
  Guard& operator=(const Guard&) = delete;

  /// Writes the record, then watches and looks once. Throws where the record cannot be written: nothing may
  /// run.
  void begin();
  /// A turn ended, others go on: everything is looked at. What was taken since the last call.
  std::vector<Taken> sweep();
  /// The same for the last time; the record goes.
  std::vector<Taken> finish();
  /// Where no name can have been made: what was seen to change is looked at, the rest where that is not all
  /// that there is to see.
  std::vector<Taken> look();

 private:
  struct Running;
  sys::Reactor& reactor_;
  ProtectedNames names_;
  GuardOptions options_;
  std::unique_ptr<Running> running_;
};

/// Finishes the sweeps of guards that were killed. Call it at every start, before find_protected_names().
std::vector<Taken> sweep_leftovers(const std::string& state_directory);

}  // namespace sandbox
