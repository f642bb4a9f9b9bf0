#pragma once
/// What the parts of one guard share.

#include <string>

#include "sandbox/guard/protected_names.h"
#include "sandbox/guard/quarantine.h"
#include "sandbox/guard/roots.h"
#include "sandbox/guard/taken.h"
#include "sandbox/guard/watches.h"

namespace sandbox {

struct Ground {
  const ProtectedNames& protected_names;
  const Roots& roots;
  Quarantine& quarantine;
  Ledger& ledger;
  Watches* watches;  ///< null: nothing is watched, a sweep is all
  /// The launcher's mounts keep the command from changing what `protect` names (tier A).
  bool mounts_hold;
};

/// Moves what stands at `name` in `dir`, which is at the absolute path `directory`, to the quarantine and
/// writes it down.
void take(Ground& ground, int dir, const std::string& directory, const std::string& name, Taken::Kind kind);

}  // namespace sandbox
