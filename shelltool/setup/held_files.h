#pragma once
/// Rules that deny to read or write files hold for every program, by mounts: here they become the files that
/// are there. Looked at again, only directories in which something has changed are read, and while nothing
/// has, none is looked at: they are watched.

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "policy/rule_set.h"
#include "sandbox/guard/directory_looks.h"
#include "sandbox/guard/watches.h"
#include "shelltool/setup/plan.h"

namespace shelltool {

struct HeldFile {
  sandbox::Held held;  ///< where it really lies
  std::string rule;    ///< the id of one that denies it
  std::uint64_t device = 0, inode = 0;
  std::int64_t since_ns = 0;  ///< Entry::since_ns
};

class HeldFiles {
 public:
  /// `may_change`: the command may change files in the workspaces.
  HeldFiles(std::vector<std::string> workspaces, bool may_change)
      : workspaces_(std::move(workspaces)), may_change_(may_change) {}

  /// Those that are there, by path, and what links led to that are gone; in a directory that is hidden
  /// itself, none. A pattern that is meant anywhere is looked for in the workspaces; at most 200,000 names
  /// are looked at, and 1,000 files are held. `rules` and `state` must be the same as last time, or forget()
  /// be called.
  std::vector<HeldFile> find(const policy::RuleSet& rules, const policy::State& state);
  /// What find() could not do, a sentence each.
  [[nodiscard]] const std::vector<std::string>& left_out() const { return left_out_; }
  /// False where there was more than find() looks at, or holds: what it did not name may still be denied.
  [[nodiscard]] bool is_whole() const { return is_whole_; }
  /// There are other rules.
  void forget() {
    looks_.forget_all();
    quiet_.clear();
    targets_.clear();
  }

  /// Of a path, what denies it: nothing where both are empty.
  struct Denials {
    std::string reading, writing;  ///< ids of rules
    [[nodiscard]] bool any() const { return !reading.empty() || !writing.empty(); }
  };
  struct Child {
    std::string name;
    sandbox::Entry::Kind kind = sandbox::Entry::Kind::other;
    Denials denials;
  };
  /// Of a directory: directories in it, and what is denied.
  struct Look {
    bool is_listed = false;
    bool is_local = false;
    std::pair<std::uint64_t, std::int64_t> itself;  ///< inode and birth
    std::size_t names = 0;
    std::vector<Child> children;
  };

 private:
  using Looks = sandbox::DirectoryLooks<Look>;
  class Search;
  /// What was found below a start, all directories of which are watched.
  struct Quiet {
    std::vector<HeldFile> found;
    std::size_t names = 0;
  };
  void begin_watching();
  void hear_changes();

  std::vector<std::string> workspaces_;
  bool may_change_;
  Looks looks_;
  std::unique_ptr<sandbox::Watches> watches_;  // their handlers have this object's address
  std::map<std::string, std::pair<std::uint64_t, std::int64_t>> watched_;  // by path, as Look::itself
  std::map<std::string, Quiet> quiet_;                                     // by start
  bool is_first_ = true, has_tried_to_watch_ = false, is_whole_ = true;
  std::set<std::string> led_to_;             // by links that were there at first, out of the workspaces
  std::map<std::string, HeldFile> targets_;  // of links, since the rules are what they are
  std::vector<std::string> left_out_;
};

HeldFiles held_files_of(const Plan& plan);

}  // namespace shelltool
