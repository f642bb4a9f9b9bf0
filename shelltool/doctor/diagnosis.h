#pragma once
/// What `gatehouse doctor` found, and how it is shown.

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "sandbox/doctor/finding.h"
#include "sandbox/spec.h"

namespace shelltool {

struct DiagnosisRow {
  std::string what;
  sandbox::State state = sandbox::State::ok;
  std::string found;
  std::string lost;  ///< what does not hold because of it, in sentences; empty when it is ok
  std::string mend;  ///< one command; empty where none is known
};

struct Diagnosis {
  std::optional<sandbox::Tier> tier;  ///< of a sandbox that was really built here; nothing when none could be
  std::vector<DiagnosisRow> rows;

  /// Tier A, and nothing is missing.
  [[nodiscard]] bool is_sound() const;
};

/// A table, below each row that is not ok what is lost and what mends it.
std::string diagnosis_text(const Diagnosis& diagnosis);
/// {"ok","tier","rows":[{"what","state","found","lost","mend"}]}; `tier` is null where no sandbox could be
/// built.
nlohmann::ordered_json diagnosis_json(const Diagnosis& diagnosis);

}  // namespace shelltool
