#pragma once
/// Everything that is settled before a command runs: from options and files to a sandbox, and its rules.

#include <optional>
#include <string>
#include <vector>

#include "config/config.h"
#include "policy/approval.h"
#include "shelltool/setup/account.h"
#include "shelltool/setup/make_spec.h"
#include "shelltool/setup/options.h"
#include "shelltool/setup/places.h"
#include "shelltool/setup/rules_files.h"
#include "shelltool/setup/workspace.h"

namespace shelltool {

struct Plan {
  Caller caller;
  Places places;
  config::Config config;
  Workspace workspace;
  MadeSpec made;
  std::vector<std::string> named_rules;  ///< --rules

  /// Of a sandbox that lives, where its state is not the one that it was planned for.
  struct InForce {
    policy::State state;
    std::vector<std::string> roots;
  };
  std::optional<InForce> in_force = std::nullopt;

  [[nodiscard]] policy::State state() const;
  /// What may be written, in mode workspace-write; else where to work.
  [[nodiscard]] const std::vector<std::string>& roots() const;
  [[nodiscard]] policy::Approval approval() const;
};

/// Reads files, changes nothing. Throws sys::Error naming what is wrong, and where.
Plan make_plan(const CommonOptions& common, const CommandOptions& command, std::vector<std::string> argv);
/// The same for a command in the sandbox of another gatehouse, whose rules, sandbox and record hold.
Plan guest_plan(const CommonOptions& common, const CommandOptions& command, std::vector<std::string> argv);
/// A session's commands begin in the workspace, unless its server was started somewhere below a writable
/// root.
void begin_in_workspace(Plan& plan);
RulesFiles rules_files_of(const Plan& plan);
/// What words in its rules stand for.
policy::Surroundings surroundings_of(const Plan& plan);
/// Without a plan: the current directory is the workspace.
policy::Surroundings surroundings_here();
/// The rules that are in force there.
policy::RuleSet rules_of(const Plan& plan, std::uint64_t generation = 1);
/// Without those that this command or its workspace brings along.
policy::RuleSet lasting_rules_of(const Plan& plan);

}  // namespace shelltool
