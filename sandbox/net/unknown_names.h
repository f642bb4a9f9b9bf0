#pragma once
/// Names that nobody outside knew when somebody was allowed to connect to them. For a while they have no
/// address inside either, as they would have none without a sandbox; then they are looked up again.

#include <chrono>
#include <map>
#include <string>

#include "sandbox/sys/reactor.h"

namespace sandbox {

class UnknownNames {
 public:
  using Time = sys::BootClock::time_point;
  static constexpr std::chrono::seconds time_kept{10};
  /// Names are the asker's to make up: with more the one that would go first goes.
  static constexpr std::size_t most = 1024;

  void add(const std::string& name, Time now);
  [[nodiscard]] bool contains(const std::string& name, Time now) const;

 private:
  std::map<std::string, Time> until_;
};

}  // namespace sandbox
