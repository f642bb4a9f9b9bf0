#pragma once
/// Which program a process runs, and who started it, for as long as anybody may ask. No process is followed:
/// an image is known by its fingerprint, which forks inherit and an exec replaces.

#include <list>
#include <map>
#include <memory>

#include "sandbox/exec_event.h"
#include "sandbox/gate/task.h"

namespace sandbox {

class Lineage {
 public:
  /// The program with this fingerprint has started.
  void add(const Fingerprint& fingerprint, std::shared_ptr<const Ancestor> program);
  /// The program that runs in a process with this fingerprint; nothing when it is not ours.
  std::shared_ptr<const Ancestor> find(const Fingerprint& fingerprint);

 private:
  // Programs that nobody asked after for this many newer ones are forgotten.
  static constexpr std::size_t capacity = 16384;
  using Order = std::list<Fingerprint>;
  struct Known {
    std::shared_ptr<const Ancestor> program;
    Order::iterator place;
  };
  std::map<Fingerprint, Known> known_;
  Order order_;  // the latest asked-after first
};

}  // namespace sandbox
