#include "shelltool/setup/plan.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <string_view>

#include "sandbox/sys/error.h"
#include "sandbox/sys/path.h"
#include "sandbox/sys/text.h"
#include "shelltool/setup/project_rules.h"
#include "shelltool/setup/session_profile.h"

namespace shelltool {
namespace {

std::string working_directory(const std::string& asked) {
  std::error_code error;
  const std::string here = std::filesystem::current_path(error).string();
  if (error) throw sys::SysError(error.value(), "finding the current directory");
  return sys::normal_path(asked, here);
}

/// Where bare names in rules are looked up: as the command would, and where systems keep programs in any
/// case.
std::vector<std::string> search_path(const std::vector<std::string>& env) {
  std::vector<std::string> directories = {"/usr/local/sbin", "/usr/local/bin", "/usr/sbin",
                                          "/usr/bin",        "/sbin",          "/bin"};
  const auto path =
      std::find_if(env.begin(), env.end(), [](const auto& entry) { return entry.starts_with("PATH="); });
  if (path == env.end()) return directories;
  for (const std::string_view directory : sys::split(std::string_view(*path).substr(5), ':'))
    if (directory.starts_with('/') &&
        std::find(directories.begin(), directories.end(), directory) == directories.end())
      directories.emplace_back(directory);
  return directories;
}

}  // namespace

policy::State Plan::state() const {
  if (in_force) {
    policy::State state = in_force->state;
    state.now = policy::now();
    return state;
  }
  return {made.spec.mode, made.spec.network, sandbox::Tier::a, 1, policy::now()};
}

const std::vector<std::string>& Plan::roots() const {
  const bool says = in_force && in_force->state.mode == sandbox::Mode::workspace_write;
  return says ? in_force->roots : workspace.roots;
}

policy::Approval Plan::approval() const {
  switch (config.approvals.policy) {
    case config::ApprovalPolicy::never:
      return policy::Approval::never;
    case config::ApprovalPolicy::untrusted:
      return policy::Approval::untrusted;
    case config::ApprovalPolicy::on_request:
      return policy::Approval::on_request;
  }
  return policy::Approval::never;
}

Plan make_plan(const CommonOptions& common, const CommandOptions& command, std::vector<std::string> argv) {
  Caller caller = this_process();
  Places places = find_places(caller);
  const auto profile =
      command.profile.empty() ? std::nullopt : std::make_optional(choose_profile(command.profile, argv));
  config::Config config = load_settings(profile ? with_profile(common, *profile) : common, places);
  if (config.mode == config::Mode::danger_full_access && common.network == config::NetworkMode::none)
    throw sys::Error(sys::Kind::unsupported,
                     "--network none: mode danger-full-access has the host's network; take another mode");
  const std::string cwd = working_directory(command.cwd);
  Workspace workspace = choose_workspace(common.workspaces, cwd, caller);
  OpenedPaths opened;
  std::string note;
  if (profile) {
    const Identity identity = choose_identity(config.sandbox.user, workspace.roots.front(), caller);
    opened = lay_over(config, *profile, identity, caller);
    note = note_for(*profile, argv);
  }
  MadeSpec made =
      make_spec({config, places, workspace, caller, std::move(argv), cwd, command.env, std::move(opened)});
  if (!note.empty()) made.notes.push_back(std::move(note));
  for (const std::string& root : workspace.roots) {
    if (!common.rules.empty()) break;  // which no project's are beside
    if (std::string note_on_rules = note_on(find_project_rules(places, root)); !note_on_rules.empty())
      made.notes.push_back(std::move(note_on_rules));
  }
  // The command must not change the rules that it is judged by, wherever its owner keeps them.
  for (const std::string& path : common.rules) made.spec.own.push_back(sys::real_path_of_missing(path));
  if (!common.config.empty()) made.spec.own.push_back(sys::real_path_of_missing(common.config));
  return {std::move(caller),    std::move(places), std::move(config),
          std::move(workspace), std::move(made),   common.rules};
}

Plan guest_plan(const CommonOptions& common, const CommandOptions& command, std::vector<std::string> argv) {
  Plan plan = make_plan(common, command, std::move(argv));
  sandbox::Spec& spec = plan.made.spec;
  spec.is_guest = true;
  spec.user = {::geteuid(), ::getegid(), ::geteuid(), ::getegid(), false, {}};
  spec.caches.clear();
  plan.made.unasked.reset();
  plan.made.notes = {"this runs in the sandbox of another gatehouse, whose rules hold"};
  return plan;
}

void begin_in_workspace(Plan& plan) {
  const std::vector<std::string>& roots = plan.workspace.roots;
  std::string& cwd = plan.made.spec.cwd;
  const auto has_cwd = [&](const std::string& root) { return sys::is_within(cwd, root); };
  if (!roots.empty() && std::none_of(roots.begin(), roots.end(), has_cwd)) cwd = roots.front();
}

policy::Surroundings surroundings_of(const Plan& plan) {
  return {plan.made.identity.account.home, plan.workspace.roots, search_path(plan.made.spec.env)};
}

policy::Surroundings surroundings_here() {
  const Caller caller = this_process();
  const std::string cwd = std::filesystem::current_path().string();
  policy::Surroundings here{home_of(caller), choose_workspace({}, cwd, caller).roots, {}};
  const std::string path = value_of(caller.variables, "PATH");
  for (std::string_view rest = path; !rest.empty();) {
    const std::size_t end = std::min(rest.find(':'), rest.size());
    if (end > 0) here.search_path.emplace_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return here;
}

RulesFiles rules_files_of(const Plan& plan) { return {plan.places, plan.named_rules, plan.workspace.roots}; }

policy::RuleSet rules_of(const Plan& plan, std::uint64_t generation) {
  return policy::RuleSet::compile(rules_files_of(plan).read(), surroundings_of(plan), generation);
}

policy::RuleSet lasting_rules_of(const Plan& plan) {
  return policy::RuleSet::compile(RulesFiles{plan.places, {}, {}}.read(), surroundings_of(plan));
}

}  // namespace shelltool
