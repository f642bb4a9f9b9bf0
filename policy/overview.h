#pragma once
/// What rules there are, each with its place: `gatehouse policy show`.

#include <array>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "policy/grant.h"
#include "policy/rules_files.h"

namespace policy {

struct Overview {
  std::array<Default, event_kinds> defaults;  ///< that result, each from the layer that states it
  std::vector<ReadFile> files;                ///< builtin:base is one
  struct ShownGrant {
    Grant grant;
    std::vector<std::string> idle;  ///< why it does nothing to what it names: a sentence for each
  };
  std::vector<ShownGrant> grants;
};

/// The sources must be rules that RuleSet::compile takes; throws config::BadInput.
Overview look_over(const std::vector<Source>& sources, const Surroundings& surroundings,
                   std::chrono::sys_seconds now);

std::string overview_text(const Overview& overview);
/// {"defaults":{"exec":{"verdict","source"}},"sets":[{"name","words","source"}],"programs":[{"name","source"}],
/// "profiles":[…],"except":[{"rule","source"}],"rules":[{"id","verdict","events","layer","held","reason","suggest",
/// "profile","grant","source"}],"delegate":[{"to","events","profiles","source"}],"grants":[{"answers":[…],"until",
/// "reason","layer","source","idle":[…]}]}
nlohmann::ordered_json overview_json(const Overview& overview);

/// A rules file's document as JSON: what was written without quotes may be a number or a truth.
nlohmann::ordered_json document_json(const config::Node& node);

}  // namespace policy
