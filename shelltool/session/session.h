#pragma once
/// A sandbox with its rules, its record and its guard, as a plan settled them. What runs in it is its
/// owner's.

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "policy/audit.h"
#include "sandbox/guard/guard.h"
#include "sandbox/supervisor.h"
#include "shelltool/session/file_holds.h"
#include "shelltool/session/guests.h"
#include "shelltool/session/hidden_holds.h"
#include "shelltool/session/outer.h"
#include "shelltool/session/socket_holds.h"
#include "shelltool/session/state_hold.h"
#include "shelltool/session/turn_judge.h"
#include "shelltool/setup/live_rules.h"
#include "shelltool/setup/plan.h"

namespace shelltool {

struct SessionOptions {
  std::string audit;  ///< --audit: the file
  Outer* outer =
      nullptr;         ///< whose guest this is; outlives the session, has the judge, the record and the guard
  bool shell = false;  ///< the first program of each turn is the session's own shell
  /// How denials and questions reach a person; see TurnJudge::Setup.
  std::function<void(const Denial&)> denied =
      {};  ///< at the first of equal ones; of a guest the outer one tells
  std::function<void(Question)> ask = {};
  std::string nobody = "There is no terminal to ask at.";
  std::function<void(std::uint64_t)> withdraw = {};
  std::function<void(const std::string&)> notice = {};  ///< what take_news() will tell, at once
  std::function<void()> meanwhile = {};  ///< done while the sandbox is built, before anything runs in it
};

class Session {
 public:
  /// Sweeps what killed sessions left, and finds what has to be protected. Nothing runs yet.
  Session(sys::Reactor& reactor, Plan plan, SessionOptions options);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// Builds the sandbox, opens the audit and starts the command, if the plan has one. Throws sys::Error:
  /// rules that are wrong, a sandbox that cannot be built, a tier that the config does not settle for.
  /// Nothing is left then.
  void start(sandbox::Supervisor::Handlers handlers, std::optional<sandbox::Nascent> nascent = std::nullopt);

  [[nodiscard]] const std::string& id() const { return id_; }
  [[nodiscard]] const Plan& plan() const { return plan_; }
  [[nodiscard]] const std::string& home() const { return plan_.made.identity.account.home; }
  /// For what commands print beyond what is shown; made when there is some.
  [[nodiscard]] std::string output_directory() const;
  /// For what file workers have begun.
  [[nodiscard]] std::string journal_directory() const;
  /// For what they have done, a directory each workspace.
  [[nodiscard]] std::string history_directory() const;
  [[nodiscard]] sandbox::Supervisor& supervisor() { return *supervisor_; }
  /// What is judged under.
  [[nodiscard]] const policy::State& state() const {
    return outer_ != nullptr ? outer_->state() : judge_->state();
  }
  /// The most of a state that this sandbox can be given. Not of a guest, nor are the next ones.
  [[nodiscard]] SandboxState most_of(const SandboxState& wanted) const { return state_->most_of(wanted); }
  /// In force when `done` is called, for all that runs and is judged; where the sandbox cannot be given it,
  /// it is about to end then.
  void apply(const SandboxState& state, std::uint64_t generation, std::function<void(bool is_lost)> done);
  /// What profiles may have at most from now on, see bound_of(). What runs in one is ended where that is less
  /// than before, here or by the apply() that follows; what was ended here, a sentence each.
  std::vector<std::string> bind(const StateWord& bound, bool is_followed);
  /// What came of changes since this generation, a sentence each.
  [[nodiscard]] std::vector<std::string> changes_since(std::uint64_t generation) const;
  /// What the sandbox would be built for, were it built now.
  [[nodiscard]] const sandbox::Spec& spec() const { return state_ ? state_->spec() : plan_.made.spec; }
  [[nodiscard]] sandbox::GateCounts counts() const;
  /// Of the audit, which a guest has none of.
  [[nodiscard]] std::string audit_path() const { return audit_ ? audit_->path() : std::string(); }
  void record(const char* event, std::string_view fields);
  /// What the rules make of files that a tool is about to touch, on record; where they ask, it is a denial,
  /// since nobody is asked about files. Of a guest all is allowed: what holds for it are the outer one's
  /// mounts.
  std::vector<policy::Decision> judge(const std::vector<policy::FileEvent>& events);

  /// Nothing more is heard of a turn: what was refused in it.
  DenialLog take_denials(std::uint64_t turn);
  /// Whether a shell may be started before it has a command; see TurnJudge::judge_as().
  [[nodiscard]] bool can_judge_as() const { return outer_ == nullptr; }
  bool judge_as(std::uint64_t turn, const std::vector<std::string>& argv) {
    return judge_->judge_as(turn, argv);
  }
  /// What the user should know, a sentence each; nothing where all is as it should be.
  [[nodiscard]] const std::vector<std::string>& notes() const { return notes_; }
  /// What came up since the last call: a sentence each.
  std::vector<std::string> take_news() { return std::exchange(news_, {}); }
  /// Parts of the workspace that are too large to be looked through for protected names.
  [[nodiscard]] const std::vector<std::string>& not_scanned() const { return not_scanned_; }

  /// Before a turn: the rules as they are now, and what they deny of the files as they are now, hold for it.
  void begin_turn();
  /// What rules keep commands from, by path; nullptr where there are no such rules.
  [[nodiscard]] const FileHolds::Files* held_files() const { return holds_ ? &holds_->files() : nullptr; }
  /// Of the host, unix sockets that commands are kept from.
  [[nodiscard]] const std::set<std::string>* kept_sockets() const {
    return sockets_ ? &sockets_->paths() : nullptr;
  }
  /// The profile, the owner's or a built-in one, in which a path shows that is hidden here; empty: none.
  [[nodiscard]] std::string profile_showing(const std::string& path) const;
  /// Changes with the files that rules hold: what started before may have a directory from before.
  [[nodiscard]] std::uint64_t holds_generation() const { return holds_ ? holds_->generation() : 0; }
  /// What was taken from the workspace since the last call, leftovers of killed sessions first. What rules
  /// deny of the files that a turn has made holds from now on; take_news() names it.
  /// Unless `names_made`, what is known to have changed is looked at, and not everything.
  std::vector<sandbox::Taken> take_back(bool names_made);
  /// The same for the last time, when nothing runs any more.
  std::vector<sandbox::Taken> finish();

  /// The answer of a person: recorded, then given to the one who waits.
  void answer(std::uint64_t ticket, Answer answer);

 private:
  struct StateChange {
    std::uint64_t generation;
    std::string sentence;
  };
  void open_audit();
  void read_rules();
  void hold_files();
  void follow_files();
  void hold_sockets();
  void follow_sockets();
  void hold_hidden();
  void follow_hidden();
  void watch_hidden();
  [[nodiscard]] bool is_ruled(const std::string& path) const;
  [[nodiscard]] std::vector<sandbox::Held> ruled_by_now() const;
  [[nodiscard]] std::vector<sandbox::Held> hidden_by_now() const;
  void look_for_rules();
  void protect();
  /// Before the command starts. Where the mounts turn out not to hold, again.
  void guard(bool mounts_hold);
  sandbox::Supervisor::Judging prepare_judging();
  sandbox::Destinations destinations();
  void follow_rules();
  policy::Decision decide(const policy::FileEvent& event) const;
  [[nodiscard]] sandbox::KnownFiles known_files() const;
  void check_tier() const;
  void collect_notes();
  void tell_left_reached(const sandbox::LimitReached& reached);
  std::vector<std::string> end_moved();
  void tell_change(std::uint64_t generation, const StateHold::Result& result);
  void hear_outer();
  std::vector<sandbox::Taken> with_leftovers(std::vector<sandbox::Taken> taken);

  sys::Reactor& reactor_;
  Plan plan_;
  SessionOptions options_;
  Outer* outer_;
  std::string id_;
  std::optional<policy::Audit> audit_;
  std::map<std::uint64_t, DenialLog> outer_denials_;
  sys::Watch outer_words_;
  Guests guests_;
  std::optional<LiveRules> rules_;
  std::optional<TurnJudge> judge_;
  std::vector<sandbox::Taken> leftovers_;
  std::optional<sandbox::ProtectedNames> names_;
  std::unique_ptr<sandbox::Guard> guard_;
  std::unique_ptr<sandbox::Supervisor> supervisor_;
  std::optional<FileHolds> holds_;
  std::optional<SocketHolds> sockets_;
  std::optional<HiddenHolds> hidden_;
  std::optional<StateHold> state_;
  std::vector<StateChange> changes_;
  sys::Watch next_look_, hidden_changes_;
  std::vector<std::string> notes_, news_, not_scanned_;
  StateWord bound_;
};

}  // namespace shelltool
