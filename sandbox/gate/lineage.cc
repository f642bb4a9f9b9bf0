#include "sandbox/gate/lineage.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "sandbox/sys/error.h"

namespace sandbox {
namespace {

std::size_t bytes_of(const Ancestor& program) {
  std::size_t bytes = 0;
  for (const std::string& word : program.image.argv) bytes += word.size() + sizeof word;
  return bytes;
}

/// What the processes of this machine run, as far as it can be seen.
void look_at_processes(std::set<Fingerprint::Pair>& vectors, std::set<Fingerprint::Pair>& strings) {
  std::error_code error;
  for (std::filesystem::directory_iterator entry("/proc", error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    try {
      const Fingerprint fingerprint = Task(std::stoi(name)).fingerprint();
      vectors.insert(fingerprint.vector);
      strings.insert(fingerprint.strings);
    } catch (const sys::SysError&) {  // it has ended meanwhile
    }
  }
}

}  // namespace

void Lineage::add(const Fingerprint& fingerprint, std::shared_ptr<const Ancestor> program) {
  Known& known = known_[fingerprint.vector];
  bytes_ -= known.bytes;
  known = {std::move(program), fingerprint.strings, 0};
  known.bytes = bytes_of(*known.program);
  bytes_ += known.bytes;
  vector_by_strings_[fingerprint.strings] = fingerprint.vector;
  if (known_.size() > bound_ || bytes_ > bytes_bound_) forget_dead();
}

std::shared_ptr<const Ancestor> Lineage::find(const Fingerprint& fingerprint) const {
  Fingerprint::Pair vector = fingerprint.vector;
  if (vector == Fingerprint::Pair()) {
    const auto by_strings = vector_by_strings_.find(fingerprint.strings);
    if (by_strings == vector_by_strings_.end()) return nullptr;
    vector = by_strings->second;
  }
  const auto found = known_.find(vector);
  return found == known_.end() ? nullptr : found->second.program;
}

/// Whoever started what still runs stays known by it.
void Lineage::forget_dead() {
  std::set<Fingerprint::Pair> vectors, strings;
  look_at_processes(vectors, strings);
  std::erase_if(known_, [&](const auto& one) {
    const Known& known = one.second;
    if (vectors.contains(one.first) || strings.contains(known.strings)) return false;
    bytes_ -= known.bytes;
    return true;
  });
  std::erase_if(vector_by_strings_, [&](const auto& one) { return !known_.contains(one.second); });
  bound_ = std::max(most, 2 * known_.size());
  bytes_bound_ = std::max(most_bytes, 2 * bytes_);
}

}  // namespace sandbox
