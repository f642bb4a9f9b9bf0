#pragma once
/// A verdict, and everything that a person or a model needs to understand it.

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "config/node.h"
#include "sandbox/spec.h"

namespace policy {

/// Ordered: of all rules that match, the strictest verdict wins.
enum class Verdict { allow, ask, deny };
const char* name_of(Verdict verdict);

/// The state of the sandbox, and the time, that an event is judged under.
struct State {
  sandbox::Mode mode = sandbox::Mode::workspace_write;
  sandbox::Network network = sandbox::Network::none;
  sandbox::Tier tier = sandbox::Tier::a;
  std::uint64_t generation = 1;
  std::chrono::sys_seconds now = {};  ///< grants end
};
std::chrono::sys_seconds now();

/// A rule that matched, whether or not it decided.
struct Matched {
  std::string rule;
  Verdict verdict = Verdict::allow;
  config::Place place;
};

/// A grant that turned a rule's ask, or a default's, into allow.
struct Granted {
  std::string rule;     ///< that asked
  config::Place place;  ///< of the grant
  std::string reason;
};

struct Decision {
  Verdict verdict = Verdict::allow;
  std::string rule;      ///< the id of the rule that decided; "defaults.exec" when none matched;
                         ///< of those that grants have answered the first, where nothing else decides
  config::Place source;  ///< where it stands
  std::string reason;
  std::string suggest;
  std::string profile;  ///< empty: the session's own sandbox
  std::vector<Matched> matched;
  std::vector<Granted> granted;      ///< also where another one still asks
  std::vector<std::string> chain;    ///< names, from the outermost program to the judged one
  std::vector<std::string> callers;  ///< the same for people, without the last: "make release"
  std::uint64_t rules_generation = 0;
};

}  // namespace policy
