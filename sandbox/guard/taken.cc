#include "sandbox/guard/taken.h"

#include <fmt/core.h>

#include <utility>

namespace sandbox {

std::string Taken::sentence() const {
  if (kind == Kind::notice) return what;
  if (!cause.empty()) return fmt::format("could not take {} ({}) away: {}", shown, what, cause);
  const std::string place = where.empty() ? "it was removed" : "it is now " + where;
  switch (kind) {
    case Kind::name:
      return fmt::format("took {} ({}): programs outside the sandbox would trust it; {}", shown, what, place);
    case Kind::hook:
      return fmt::format("took the hook {}: git would run it outside the sandbox; {}", shown, place);
    case Kind::pointer:
      return fmt::format("took {} ({}): it would lead git to a place that is not guarded; {}", shown, what,
                         place);
    case Kind::config_key:
      return fmt::format("took back {}", what);
    case Kind::lock:
      return fmt::format("took the lock {}: nobody let it go; {}", shown, place);
    case Kind::notice:
      break;
  }
  return what;
}

void Ledger::add(Taken taken) {
  const bool repeats =
      taken.kind == Taken::Kind::config_key || taken.kind == Taken::Kind::notice || !taken.cause.empty();
  if (repeats && !seen_.insert(taken.path + '\0' + taken.what + '\0' + taken.cause).second) return;
  if (taken_.size() < limit)
    taken_.push_back(std::move(taken));
  else
    ++dropped_;
}

std::vector<Taken> Ledger::take() {
  if (dropped_ > 0) {
    Taken rest;
    rest.kind = Taken::Kind::notice;
    rest.what = fmt::format("took {} more like these", std::exchange(dropped_, 0));
    taken_.push_back(std::move(rest));
  }
  seen_.clear();
  return std::exchange(taken_, {});
}

}  // namespace sandbox
