#pragma once
/// The files that rules keep a session's commands from, as they come and go, and as the rules change.

#include <map>
#include <string>
#include <vector>

#include "sandbox/supervisor.h"
#include "shelltool/setup/held_files.h"

namespace shelltool {

class FileHolds {
 public:
  using Files = std::map<std::string, HeldFile>;  // by path

  /// Looks for the first time: held() is for the Spec.
  FileHolds(HeldFiles files, const policy::RuleSet& rules, const policy::State& state);

  /// Holds what came since, and lets go what is denied no longer. In force when this returns, but for what
  /// the sentences name as not held.
  [[nodiscard]] std::vector<std::string> follow(const policy::RuleSet& rules, const policy::State& state,
                                                sandbox::Supervisor& supervisor);
  /// There are other rules: the next follow() asks them about every file.
  void forget_rules() { files_.forget(); }

  [[nodiscard]] std::vector<sandbox::Held> held() const;
  [[nodiscard]] const Files& files() const { return held_; }
  /// Changes whenever held() does.
  [[nodiscard]] std::uint64_t generation() const { return generation_; }
  /// What could not be looked for, a sentence each.
  [[nodiscard]] const std::vector<std::string>& left_out() const { return files_.left_out(); }

 private:
  [[nodiscard]] sandbox::HoldOrder change_to(const Files& wanted) const;

  HeldFiles files_;
  Files held_;
  std::uint64_t generation_ = 1;
};

}  // namespace shelltool
