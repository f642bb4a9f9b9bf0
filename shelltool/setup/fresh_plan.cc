#include "shelltool/setup/fresh_plan.h"

namespace shelltool {

void FreshPlan::look() {
  if (files_.empty()) {
    const Places places = find_places(this_process());
    files_ = {places.system_config(), places.system_rules(), places.user_config(), places.user_rules()};
    if (!options_.config.empty()) files_.push_back(options_.config);
    files_.insert(files_.end(), options_.rules.begin(), options_.rules.end());
  }
  // Looked at before they are read: what changes meanwhile is read again the next time.
  std::vector<FileVersion> now = versions_of(files_);
  if (now == seen_) return;
  plan_.reset();
  rules_.reset();
  seen_ = std::move(now);
}

const Plan& FreshPlan::plan() {
  look();
  if (!plan_) begin_in_workspace(plan_.emplace(make_plan(options_, {}, {})));
  return *plan_;
}

const policy::RuleSet& FreshPlan::rules() {
  const Plan& made = plan();
  if (!rules_) rules_.emplace(rules_of(made));
  return *rules_;
}

}  // namespace shelltool
