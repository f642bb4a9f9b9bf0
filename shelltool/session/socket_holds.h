#pragma once
/// Unix sockets of the host that a session's commands would see, kept from them as they come and go.

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "sandbox/outside_sockets.h"
#include "sandbox/supervisor.h"

namespace shelltool {

class SocketHolds {
 public:
  /// Looks for the first time: held() is for the Spec.
  explicit SocketHolds(const sandbox::Spec& spec);

  [[nodiscard]] std::vector<sandbox::Held> held() const;
  [[nodiscard]] const std::set<std::string>& paths() const { return held_; }
  /// Holds what came since, also in the place of another, and lets go what nobody listens on any more, so
  /// that a command may have the name; but for those that `is_others`. What could not be held, a sentence
  /// each.
  [[nodiscard]] std::vector<std::string> follow(const sandbox::Spec& spec, sandbox::Supervisor& supervisor,
                                                const std::function<bool(const std::string&)>& is_others);

 private:
  using Version = std::tuple<std::uint64_t, std::uint64_t, std::int64_t>;  // of a sandbox::Entry
  static Version version_of(const std::string& path);

  sandbox::OutsideSockets sockets_;
  std::set<std::string> held_;
  std::map<std::string, Version> versions_;  // of what stood there when it was held
};

}  // namespace shelltool
