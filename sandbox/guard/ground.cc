#include "sandbox/guard/ground.h"

#include "sandbox/guard/entry.h"
#include "sandbox/sys/error.h"

namespace sandbox {

void take(Ground& ground, int dir, const std::string& directory, const std::string& name, Taken::Kind kind) {
  const auto entry = entry_at(dir, name);
  if (!entry) return;
  const Quarantine::Outcome outcome = ground.quarantine.take(dir, directory, name);
  if (outcome.result == Quarantine::Result::gone) return;
  Taken taken;
  taken.kind = kind;
  taken.path = directory + "/" + name;
  taken.shown = ground.roots.shown(taken.path);
  taken.what = describe(*entry);
  taken.where = outcome.where;
  if (outcome.result == Quarantine::Result::failed) taken.cause = sys::error_text(outcome.error_number);
  ground.ledger.add(std::move(taken));
}

}  // namespace sandbox
