#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "shelltool/setup/plan.h"

namespace shelltool {

/// A plan and its rules for questions that come often: made again only when a file that they were read from
/// is another than before.
class FreshPlan {
 public:
  explicit FreshPlan(CommonOptions options) : options_(std::move(options)) {}

  /// Both throw what make_plan() and rules_of() throw, at each call until the files are mended. What they
  /// return is good until the next call.
  const Plan& plan();
  const policy::RuleSet& rules();

 private:
  /// Device, inode, size, and times of change; zeros for a file that is not there.
  using Version = std::array<std::int64_t, 7>;
  static Version version_of(const std::string& path);
  [[nodiscard]] std::vector<Version> versions() const;
  void look();

  CommonOptions options_;
  std::vector<std::string> files_;
  std::vector<Version> seen_;
  std::optional<Plan> plan_;
  std::optional<policy::RuleSet> rules_;
};

}  // namespace shelltool
