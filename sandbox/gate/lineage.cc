#include "sandbox/gate/lineage.h"

namespace sandbox {

void Lineage::add(const Fingerprint& fingerprint, std::shared_ptr<const Ancestor> program) {
  const auto [found, added] = known_.try_emplace(fingerprint);
  if (added) {
    order_.push_front(fingerprint);
    found->second.place = order_.begin();
  }
  found->second.program = std::move(program);
  if (known_.size() <= capacity) return;
  known_.erase(order_.back());
  order_.pop_back();
}

std::shared_ptr<const Ancestor> Lineage::find(const Fingerprint& fingerprint) {
  const auto found = known_.find(fingerprint);
  if (found == known_.end()) return nullptr;
  order_.splice(order_.begin(), order_, found->second.place);
  return found->second.program;
}

}  // namespace sandbox
