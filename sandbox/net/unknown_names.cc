#include "sandbox/net/unknown_names.h"

#include <algorithm>

namespace sandbox {

void UnknownNames::add(const std::string& name, Time now) {
  if (until_.size() >= most && !until_.contains(name))
    until_.erase(std::min_element(until_.begin(), until_.end(), [](const auto& one, const auto& other) {
      return one.second < other.second;
    }));
  until_.insert_or_assign(name, now + time_kept);
}

bool UnknownNames::contains(const std::string& name, Time now) const {
  const auto found = until_.find(name);
  return found != until_.end() && now < found->second;
}

}  // namespace sandbox
