#pragma once
/// Which program a process runs, and who started it, for as long as anybody may ask. No process is followed:
/// an image is known by its fingerprint, which forks inherit and an exec replaces.

#include <cstddef>
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
  [[nodiscard]] std::shared_ptr<const Ancestor> find(const Fingerprint& fingerprint) const;
  [[nodiscard]] std::size_t size() const { return known_.size(); }

 private:
  struct Known {
    std::shared_ptr<const Ancestor> program;
    Fingerprint::Pair strings;
    std::size_t bytes = 0;  ///< of its words
  };
  void forget_dead();

  // So many, or so much of their words, are kept until those are forgotten that no process runs any more; the
  // bounds grow with what is left then.
  static constexpr std::size_t most = 16384, most_bytes = 64U << 20U;
  std::map<Fingerprint::Pair, Known> known_;                          // by the vector
  std::map<Fingerprint::Pair, Fingerprint::Pair> vector_by_strings_;  // of the latest with these
  std::size_t bytes_ = 0, bound_ = most, bytes_bound_ = most_bytes;
};

}  // namespace sandbox
