#pragma once
/// The rules of a session, which follow their files. Nothing watches them: whoever judges looks first, at
/// most every 10 ms, so that a program which starts later than that is judged by what the files say.

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "policy/rule_set.h"
#include "sandbox/sys/reactor.h"
#include "shelltool/setup/file_versions.h"

namespace shelltool {

class LiveRules {
 public:
  using Read = std::function<policy::RuleSet(std::uint64_t generation)>;

  /// Reads the rules; throws what `read` throws.
  LiveRules(std::vector<std::string> files, Read read);

  /// In force. The reference stays good, and the rules the same until the next look().
  [[nodiscard]] const policy::RuleSet& rules() const { return rules_; }

  enum class News {
    none,
    changed,  ///< other rules are in force, all of them at once
    broken,   ///< trouble() is new; the last good rules stay in force
  };
  /// A file that is being written is left alone until it is whole, and one that has gone is missed only after
  /// a second: an editor may be about to put another in its place.
  News look();

  /// Why the files as they are now are not in force: a sentence; else empty.
  [[nodiscard]] const std::string& trouble() const { return trouble_; }

 private:
  [[nodiscard]] bool is_settled(const std::vector<FileVersion>& found, sys::BootClock::time_point now);
  News read_again(const std::vector<FileVersion>& found);

  std::vector<std::string> files_;
  Read read_;
  std::vector<FileVersion> seen_;
  std::uint64_t generation_ = 1;
  policy::RuleSet rules_;
  std::string trouble_;
  sys::BootClock::time_point looked_;
  std::optional<sys::BootClock::time_point> missed_;  // since then a file is gone
};

}  // namespace shelltool
