#pragma once
/// Files that stay the same program when they are copied: those that rules name, and the dynamic loaders.

#include <sys/stat.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace sandbox {

class KnownFiles {
 public:
  KnownFiles() = default;
  /// Paths that do not exist are passed over.
  explicit KnownFiles(const std::vector<std::string>& paths);

  /// The path of the known file with exactly this content; empty when there is none. `readable` is open for
  /// reading.
  [[nodiscard]] std::string copy_of(const struct stat& facts, int readable) const;

 private:
  void add(const std::string& path);

  std::multimap<std::uint64_t, std::string> by_size_;
};

}  // namespace sandbox
