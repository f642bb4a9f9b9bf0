#pragma once
/// What the sandbox hides by itself, kept hidden as it comes and is replaced: a program of the owner's that
/// puts a new file in place of an old one takes the mount on it away.

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "sandbox/guard/watches.h"
#include "sandbox/supervisor.h"
#include "shelltool/setup/plan.h"

namespace shelltool {

class HiddenHolds {
 public:
  /// Before the sandbox of the plan is built, and before rules add to what it holds. The plan outlives this.
  explicit HiddenHolds(const Plan& plan);
  HiddenHolds(const HiddenHolds&) = delete;
  HiddenHolds& operator=(const HiddenHolds&) = delete;

  /// What a sandbox that is built now needs beside the plan's Spec::hide.
  [[nodiscard]] std::vector<sandbox::Held> held() const;
  /// From now on follow() has something to do when fd() is readable. Not for commands that are over at once:
  /// to stop watching takes the kernel 10 ms. Where nothing can be watched each follow() looks.
  void begin_watching();
  [[nodiscard]] bool is_watching() const { return watches_ != nullptr; }
  [[nodiscard]] int fd() const { return watches_->fd(); }
  /// Rules hold other files than before.
  void look_again() { is_due_ = true; }
  /// Hides what came since, but for what `is_others`. In force when this returns, but for what could not be
  /// hidden, a sentence each.
  using IsOthers = std::function<bool(const std::string& path)>;
  [[nodiscard]] std::vector<std::string> follow(sandbox::Supervisor& supervisor, const IsOthers& is_others);

 private:
  struct File {
    sandbox::Held held;
    std::uint64_t device = 0, inode = 0;
    std::int64_t since_ns = 0;  ///< Entry::since_ns
    bool operator==(const File&) const = default;
  };
  using Files = std::map<std::string, File>;  // by path

  static Files there_of(const std::vector<std::string>& hidden, std::vector<sandbox::Held> held);
  [[nodiscard]] Files find() const;
  void hear_changes();
  std::vector<std::string> look(sandbox::Supervisor& supervisor, const IsOthers& is_others);
  bool watch();  ///< whether it watches more than before
  bool is_unwatched(int place, const std::string& path);
  enum class Look { absent, known, fresh };
  using Looked = std::map<std::string, Look>;  // in one round, by directory
  bool watch_way_to(const std::string& path, Looked& looked);
  Look watch_directory(const std::string& directory);
  bool watch_text_of(const std::string& path);

  const Plan& plan_;
  Files files_;
  std::unique_ptr<sandbox::Watches> watches_;  // their handlers have this object's address
  std::map<std::string, std::pair<std::uint64_t, std::int64_t>> watched_;  // inode and since_ns, by path
  std::map<std::string, std::set<std::string>> names_;                     // that matter, by directory
  bool is_due_ = true;
};

}  // namespace shelltool
