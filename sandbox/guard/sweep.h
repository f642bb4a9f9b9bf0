#pragma once
/// All that a guard looks at, put together: with watches during a turn, without them after one.

#include <string>
#include <vector>

#include "sandbox/guard/config_guard.h"
#include "sandbox/guard/directory_looks.h"
#include "sandbox/guard/ground.h"
#include "sandbox/guard/guard_record.h"
#include "sandbox/guard/name_guard.h"
#include "sandbox/guard/repository_guard.h"

namespace sandbox {

class Sweep {
 public:
  Sweep(GuardRecord record, const std::string& state_directory);
  Sweep(const Sweep&) = delete;
  Sweep& operator=(const Sweep&) = delete;

  /// From the next look on; they outlive the sweep.
  void watch(Watches* watches) { ground_.watches = watches; }
  /// Every name and every repository that is known.
  void known();
  /// What the watches marked.
  void look();
  /// Every name and every repository that a scan finds; waits for locks, at most half a second.
  void everything();
  /// A lock is in the way: look() again in some milliseconds.
  [[nodiscard]] bool waiting() const { return repositories_.waiting(); }

  [[nodiscard]] std::vector<Taken> taken() { return ledger_.take(); }
  [[nodiscard]] const GuardRecord& record() const { return record_; }
  void note(const std::string& sentence);

 private:
  GuardRecord record_;
  const Roots roots_;
  Quarantine quarantine_;
  Ledger ledger_;
  Ground ground_;
  NameGuard names_;
  ConfigGuard configs_;
  RepositoryGuard repositories_;
  RepositoryLooks looks_;
};

}  // namespace sandbox
