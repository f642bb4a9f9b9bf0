#pragma once
/// A verdict, and everything that a person or a model needs to understand it.

#include <cstdint>
#include <string>
#include <vector>

#include "config/node.h"
#include "sandbox/spec.h"

namespace policy {

/// Ordered: of all rules that match, the strictest verdict wins.
enum class Verdict { allow, ask, deny };
const char* name_of(Verdict verdict);

/// The sandbox state that an event is judged under.
struct State {
  sandbox::Mode mode = sandbox::Mode::workspace_write;
  sandbox::Network network = sandbox::Network::none;
  sandbox::Tier tier = sandbox::Tier::a;
  std::uint64_t generation = 1;
};

/// A rule that matched, whether or not it decided.
struct Matched {
  std::string rule;
  Verdict verdict = Verdict::allow;
  config::Place place;
};

struct Decision {
  Verdict verdict = Verdict::allow;
  std::string rule;      ///< the id of the rule that decided; "defaults.exec" when none matched
  config::Place source;  ///< where it stands
  std::string reason;
  std::string suggest;
  std::string profile;  ///< empty: the session's own sandbox
  std::vector<Matched> matched;
  std::vector<std::string> chain;    ///< names, from the outermost program to the judged one
  std::vector<std::string> callers;  ///< the same for people, without the last: "make release"
  std::uint64_t rules_generation = 0;
};

}  // namespace policy
