#pragma once
/// How a turn went, for programs.

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "policy/decision.h"
#include "sandbox/gate/gate.h"
#include "sandbox/guard/taken.h"
#include "sandbox/supervisor.h"
#include "shelltool/session/turn_judge.h"

namespace shelltool {

struct TurnReport {
  sandbox::Outcome outcome;
  std::string cwd;
  std::string session;
  std::uint64_t turn = 1;
  policy::State state;
  std::vector<Denial> denials;
  std::vector<sandbox::Taken> taken;
  std::vector<std::string> notes;
  sandbox::GateCounts execs;
  std::string audit;                  ///< the file
  std::optional<std::string> output;  ///< when it was captured
  bool truncated = false;
};

/// The shape of DESIGN §9's `gatehouse/result`, and what was taken and is to be known.
nlohmann::ordered_json result_json(const TurnReport& report);
/// The same, and what only `exec` has: execs, audit, output.
nlohmann::ordered_json report_json(const TurnReport& report);
/// One document, valid UTF-8 whatever the strings hold, a newline behind it.
std::string report_text(const TurnReport& report);

}  // namespace shelltool
