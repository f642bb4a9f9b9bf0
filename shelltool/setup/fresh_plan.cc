#include "shelltool/setup/fresh_plan.h"

#include <algorithm>

#include "shelltool/setup/project_rules.h"

namespace shelltool {

void FreshPlan::look() {
  if (files_.empty()) {
    const Places places = find_places(this_process());
    files_ = RulesFiles{places, options_.rules, {}}.paths();
    files_.insert(files_.end(), {places.system_config(), places.user_config()});
    if (!options_.config.empty()) files_.push_back(options_.config);
  }
  // Looked at before they are read: what changes meanwhile is read again the next time.
  looked_ = sys::BootClock::now();
  std::vector<FileVersion> now = versions_of(files_);
  if (now == seen_) return;
  plan_.reset();
  rules_.reset();
  seen_ = std::move(now);
}

const Plan& FreshPlan::plan() {
  look();
  if (plan_) return *plan_;
  ++generation_;
  begin_in_workspace(plan_.emplace(make_plan(options_, command_, {})));
  plan_->in_force = in_force_;
  for (const std::string& workspace : plan_->workspace.roots) {
    for (const std::string& path :
         {project_rules_path(workspace), trusted_copy_path(plan_->places, workspace)}) {
      if (std::find(files_.begin(), files_.end(), path) != files_.end()) continue;
      files_.push_back(path);
      seen_.push_back(versions_of({path}).front());
    }
  }
  return *plan_;
}

void FreshPlan::start_in(const std::string& directory) {
  command_.cwd = directory;
  plan_.reset();
  rules_.reset();
}

void FreshPlan::follow(Plan::InForce in_force) {
  in_force_ = std::move(in_force);
  ++generation_;
  if (plan_) plan_->in_force = in_force_;
}

const Plan& FreshPlan::recent_plan() {
  constexpr auto recent = std::chrono::milliseconds(10);
  return plan_ && sys::BootClock::now() - looked_ < recent ? *plan_ : plan();
}

const policy::RuleSet& FreshPlan::rules() {
  const Plan& made = plan();
  if (!rules_) rules_.emplace(rules_of(made));
  return *rules_;
}

}  // namespace shelltool
