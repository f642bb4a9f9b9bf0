#include "shelltool/doctor/doctor.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <memory>

#include "sandbox/doctor/attempt.h"
#include "sandbox/doctor/machine.h"
#include "sandbox/supervisor.h"
#include "sandbox/sys/path.h"
#include "shelltool/doctor/machine_rows.h"
#include "shelltool/session/outer.h"
#include "shelltool/session/redirection.h"
#include "shelltool/setup/environment.h"
#include "shelltool/setup/plan.h"
#include "shelltool/setup/rules_files.h"

namespace shelltool {
namespace {

using sandbox::State;

constexpr std::chrono::seconds longest_trial(10);

/// For `true`, which no rule is asked about.
class Allows : public sandbox::Judge {
 public:
  sandbox::Ruling judge(const sandbox::ExecEvent&, sandbox::Occasion, std::uint64_t) override {
    return sandbox::Ruling::allow;
  }
  void refused(const sandbox::ExecEvent&, const sandbox::Refusal& refusal) override {
    reason = refusal.reason;
  }
  void withdrawn(std::uint64_t) override {}

  std::string reason;
};

struct Trial {
  sandbox::Tier tier = sandbox::Tier::c;
  std::vector<std::string> missing;
  sandbox::Outcome outcome;
  std::uint64_t verified = 0;
  std::string refusal;
};

/// As a command of the plan would be started, with nothing around it but the gate.
Trial run_true(const sandbox::Spec& spec) {
  Trial trial;
  Allows judge;
  sys::Reactor reactor;
  const sandbox::Supervisor::Handlers handlers{[&](const sandbox::Outcome& how) {
                                                 trial.outcome = how;
                                                 reactor.stop();
                                               },
                                               {}};
  const auto judging = [&]() -> sandbox::Supervisor::Judging {
    sandbox::GateOptions gate;
    gate.reading = {spec.user.uid, false, spec.mode != sandbox::Mode::danger_full_access};
    return {judge, std::move(gate)};
  };
  const sys::Fd nothing = sys::open_file("/dev/null", O_RDWR);
  auto redirection = std::make_unique<Redirection>(nothing.get(), nothing.get(), nothing.get());
  sandbox::Supervisor supervisor(reactor, spec, judging, handlers);
  redirection.reset();
  supervisor.end_after(longest_trial);
  reactor.run();
  trial.tier = supervisor.tier();
  trial.missing = supervisor.missing();
  trial.verified = supervisor.gate().counts().verified;
  trial.refusal = judge.reason;
  return trial;
}

std::string sentences(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : "; ") + part;
  return text;
}

/// Opens the editor where it is wrong.
std::string mend_for(const sys::Error& error) {
  const auto* input = dynamic_cast<const config::BadInput*>(&error);
  if (input == nullptr || input->place().line == 0) return {};
  return fmt::format("${{EDITOR:-vi}} +{} {}", input->place().line, input->place().file);
}

DiagnosisRow broken(const char* what, const sys::Error& error) {
  return {what, State::missing, error.what(), "Everything: gatehouse starts nothing until it is mended.",
          mend_for(error)};
}

class Doctor {
 public:
  explicit Doctor(const CommonOptions& options)
      : options_(options), caller_(this_process()), places_(find_places(caller_)) {}

  Diagnosis examine() {
    if (const std::optional<Outer> outer = Outer::find()) return examine_guest(*outer);
    DiagnosisRow config = examine_config();
    DiagnosisRow trial = try_sandbox();  // before the probes: it makes the directory that they use
    for (const sandbox::Finding& finding : sandbox::examine_machine(site())) add(row_of(finding));
    add(std::move(trial));
    for (DiagnosisRow& row : program_rows(search_path())) add(std::move(row));
    add(std::move(config));
    add(examine_rules());
    add(examine_audit());
    add(examine_workspace());
    return std::move(diagnosis_);
  }

 private:
  void add(DiagnosisRow row) { diagnosis_.rows.push_back(std::move(row)); }

  Diagnosis examine_guest(const Outer& outer);
  DiagnosisRow examine_config();
  DiagnosisRow try_sandbox();
  [[nodiscard]] DiagnosisRow files_row() const;
  [[nodiscard]] policy::RuleSet read_rules() const;
  DiagnosisRow examine_rules();
  [[nodiscard]] DiagnosisRow examine_audit() const;
  [[nodiscard]] DiagnosisRow examine_workspace() const;
  [[nodiscard]] sandbox::Site site() const;
  [[nodiscard]] std::vector<std::string> search_path() const;

  const CommonOptions& options_;
  Caller caller_;
  Places places_;
  std::optional<Plan> plan_;  ///< nothing when the config is broken
  Diagnosis diagnosis_;
};

/// What the machine gives counts for the gatehouse outside, whose sandbox, rules and record hold.
Diagnosis Doctor::examine_guest(const Outer& outer) {
  const policy::State& state = outer.state();
  diagnosis_.tier = state.tier;
  add({"a sandbox", State::ok,
       fmt::format("of the gatehouse outside: tier {}, {}, network {}", sandbox::name_of(state.tier),
                   sandbox::name_of(state.mode), sandbox::name_of(state.network)),
       "", ""});
  for (DiagnosisRow& row : program_rows(search_path())) add(std::move(row));
  return std::move(diagnosis_);
}

DiagnosisRow Doctor::examine_config() {
  try {
    plan_.emplace(make_plan(options_, {}, {"true"}));
  } catch (const sys::Error& error) {
    return broken("config", error);
  }
  const std::string user = options_.config.empty() ? places_.user_config() : options_.config;
  std::vector<std::string> read;
  for (const std::string& path : {places_.system_config(), user})
    if (::access(path.c_str(), F_OK) == 0) read.push_back(path);
  DiagnosisRow row{"config", State::ok, read.empty() ? "built-in defaults" : sentences(read), "", ""};
  if (plan_->config.notes.empty()) return row;
  row.state = State::degraded;
  row.lost = sentences(plan_->config.notes);
  return row;
}

DiagnosisRow Doctor::try_sandbox() {
  constexpr const char* what = "a sandbox";
  if (!plan_) return {what, State::missing, "not tried: the config is broken", "Everything.", ""};
  try {
    prepare_host(plan_->made, plan_->places);
    const Trial trial = run_true(plan_->made.spec);
    if (trial.outcome.status.as_shell() != 0 || trial.outcome.exec_error != 0 || trial.verified == 0)
      return {what, State::missing,
              trial.refusal.empty() ? "it was built, and `true` did not run in it" : trial.refusal,
              "Everything: gatehouse starts nothing.", ""};
    diagnosis_.tier = trial.tier;
    DiagnosisRow row{what, State::ok,
                     fmt::format("tier {}, {}, network {}, ready and gone in {} ms",
                                 sandbox::name_of(trial.tier), sandbox::name_of(plan_->made.spec.mode),
                                 sandbox::name_of(plan_->made.spec.network), trial.outcome.duration.count()),
                     "", ""};
    if (!trial.missing.empty()) row.state = State::degraded;
    row.lost = sentences(trial.missing);
    return row;
  } catch (const sandbox::SetupError& error) {
    return {what, State::missing, error.what(), "Everything: gatehouse starts nothing.", error.fix()};
  } catch (const sys::Error& error) {
    return broken(what, error);
  }
}

/// Of files that rules deny. What a command makes itself is no fault of the machine's, so that is said where
/// it is known that it holds otherwise.
DiagnosisRow Doctor::files_row() const {
  constexpr const char* what = "files in rules";
  if (diagnosis_.tier == sandbox::Tier::a)
    return {what, State::ok,
            "those that rules deny are held by mounts, and those that a command makes once it has ended", "",
            ""};
  return {what, State::degraded, "no mounts can hold them",
          "Files that rules deny can be read and written by every command.", ""};
}

policy::RuleSet Doctor::read_rules() const {
  if (plan_) return rules_of(*plan_);
  const std::string cwd = std::filesystem::current_path().string();
  return policy::RuleSet::compile(RulesFiles{places_, options_.rules, {}}.read(),
                                  {home_of(caller_), {cwd}, search_path()});
}

DiagnosisRow Doctor::examine_rules() {
  try {
    const policy::RuleSet rules = read_rules();
    if (!rules.denied_places(policy::EventKind::read).empty() ||
        !rules.denied_places(policy::EventKind::write).empty())
      add(files_row());
  } catch (const sys::Error& error) {
    return broken("rules", error);
  }
  std::vector<std::string> files;
  const auto add_file = [&](const std::string& path) {
    if (::access(path.c_str(), F_OK) == 0) files.push_back(path);
  };
  add_file(places_.system_rules());
  if (options_.rules.empty()) add_file(places_.user_rules());
  files.insert(files.end(), options_.rules.begin(), options_.rules.end());
  return {"rules", State::ok, files.empty() ? policy::base_name : sentences(files), "", ""};
}

DiagnosisRow Doctor::examine_audit() const {
  const bool is_named = !options_.audit.empty();
  const std::string directory =
      is_named ? sys::parent_of(sys::real_path_of_missing(options_.audit)) : places_.audit();
  try {
    if (!is_named) make_private_directory(directory);
    if (::access(directory.c_str(), W_OK | X_OK) != 0) throw sys::SysError(errno, "writing in {}", directory);
  } catch (const sys::Error& error) {
    return {"audit", State::missing, error.what(), "Everything: what cannot be recorded does not start.",
            fmt::format("sudo install -d -m 700 -o {} {}", caller_.uid, directory)};
  }
  return {"audit", State::ok, directory, "", ""};
}

DiagnosisRow Doctor::examine_workspace() const {
  try {
    const std::string cwd = std::filesystem::current_path().string();
    const Workspace workspace = choose_workspace(options_.workspaces, cwd, caller_);
    if (workspace.is_writable) return {"workspace", State::ok, sentences(workspace.roots), "", ""};
    return {"workspace", State::degraded, workspace.note,
            "Commands that are started here can write /tmp only.", "cd PROJECT"};
  } catch (const std::exception& error) {
    return {"workspace", State::missing, error.what(), "Everything: there is no directory to start in.", ""};
  }
}

/// Root's private caches may lie where they have not been made yet.
sandbox::Site Doctor::site() const {
  sandbox::Site site{plan_ ? plan_->made.spec.user : sandbox::own_user(),
                     plan_ ? plan_->made.cache_base : places_.cache};
  try {
    sys::make_directories(site.scratch, 0700);
  } catch (const sys::Error&) {
    // The probes that need it say so.
  }
  return site;
}

std::vector<std::string> Doctor::search_path() const {
  std::vector<std::string> directories;
  const std::string caller_path = value_of(caller_.variables, "PATH");
  const std::string path = caller_path.empty() ? usual_path : caller_path;
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find(':', begin), path.size());
    if (path[begin] == '/') directories.push_back(path.substr(begin, end - begin));
    begin = end + 1;
  }
  return directories;
}

}  // namespace

Diagnosis diagnose(const CommonOptions& options) { return Doctor(options).examine(); }

}  // namespace shelltool
