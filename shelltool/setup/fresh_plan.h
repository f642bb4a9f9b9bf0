#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sandbox/sys/reactor.h"
#include "shelltool/setup/file_versions.h"
#include "shelltool/setup/plan.h"

namespace shelltool {

/// A plan and its rules for questions that come often: made again only when a file that they were read from
/// is another than before.
class FreshPlan {
 public:
  explicit FreshPlan(CommonOptions options) : options_(std::move(options)) {}

  /// From now on as if the process had been started there.
  void start_in(const std::string& directory);
  /// Both throw what make_plan() and rules_of() throw, at each call until the files are mended. What they
  /// return is good until the next call.
  const Plan& plan();
  const policy::RuleSet& rules();
  /// The same plan as it was at most 10 ms ago.
  const Plan& recent_plan();
  /// What holds now where that is not what was planned; of plans that are made later, too.
  void follow(Plan::InForce in_force);
  /// Of the plan: another one has another number, and another state in force.
  [[nodiscard]] std::uint64_t generation() const { return generation_; }

 private:
  void look();

  CommonOptions options_;
  CommandOptions command_;
  std::vector<std::string> files_;
  std::vector<FileVersion> seen_;
  std::optional<Plan> plan_;
  std::optional<policy::RuleSet> rules_;
  std::optional<Plan::InForce> in_force_;
  std::uint64_t generation_ = 0;
  sys::BootClock::time_point looked_;
};

}  // namespace shelltool
