#pragma once
/// git's configuration stays writable, since git renames over it all the time, and is watched: entries that
/// start a program or lead git elsewhere (danger_of) and were not there before the turn are taken back.

#include <string>
#include <vector>

#include "sandbox/guard/git_config.h"
#include "sandbox/guard/ground.h"

namespace sandbox {

class ConfigGuard {
 public:
  explicit ConfigGuard(Ground& ground) : ground_(ground) {}

  enum class Result {
    clean,   ///< nothing in it that was not there before, now at least
    locked,  ///< somebody holds the lock: try again
  };
  /// `name` in `dir`, which is the git directory at the absolute path `directory`.
  Result check(int dir, const std::string& directory, const std::string& name, const KnownConfig& known);
  /// Takes the lock away from whoever holds it.
  void break_lock(int dir, const std::string& directory, const std::string& name);

 private:
  [[nodiscard]] std::vector<ConfigEdit> edits_for(const std::string& content, const std::string& directory,
                                                  const KnownConfig& known) const;
  [[nodiscard]] bool is_dangerous(const ConfigEntry& entry, const std::string& directory) const;
  bool replace(int lock, int dir, const std::string& directory, const std::string& name,
               const KnownConfig& known);
  void write_down(const std::vector<ConfigEdit>& edits, const std::string& path);

  Ground& ground_;
};

}  // namespace sandbox
