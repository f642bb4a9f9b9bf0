#pragma once
/// What somebody has said once and for all to a rule that asks: it answers a match, and competes with none.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/node.h"
#include "policy/layer.h"
#include "policy/rule.h"

namespace policy {

struct Grant {
  struct Until {
    std::chrono::sys_seconds end;  ///< it has no effect from then on
    std::string text;              ///< as it was written
  };
  Layer layer = Layer::user;  ///< system or user
  config::Place place;
  std::vector<std::string> answers;  ///< ids of rules, and of defaults: "defaults.exec"
  std::vector<Matcher> when;         ///< one of them; none at all matches every event
  std::optional<Until> until;
  std::string reason;

  [[nodiscard]] bool names(std::string_view rule) const;
  [[nodiscard]] bool is_expired(std::chrono::sys_seconds now) const { return until && now >= until->end; }
  /// The rule takes grants of this layer.
  [[nodiscard]] bool may_answer(const Rule& rule) const;
};

/// Throws config::BadInput. A grant knows no sets: those of rules are not its owner's alone.
std::vector<Grant> read_grants(const config::Node& document, Layer layer, const Surroundings& surroundings);

/// Why it does nothing to the rule of that id, or to none of that id where `rule` is null: a sentence; empty
/// where it may do something.
std::string idle_reason(const Grant& grant, const std::string& id, const Rule* rule,
                        std::chrono::sys_seconds now);

}  // namespace policy
