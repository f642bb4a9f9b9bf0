#pragma once
/// Files that stay the same program when they are copied: those that rules name, and the dynamic loaders.

#include <sys/stat.h>

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace sandbox {

class KnownFiles {
 public:
  /// Asked once, when the first file is looked at that may be a copy. Paths that do not exist are passed
  /// over.
  using Paths = std::function<std::vector<std::string>()>;

  KnownFiles() = default;
  explicit KnownFiles(Paths paths) : paths_(std::move(paths)) {}

  /// The path of the known file with exactly this content; empty when there is none. `readable` is open for
  /// reading.
  [[nodiscard]] std::string copy_of(const struct stat& facts, int readable);

 private:
  void list();
  void add(const std::string& path);

  Paths paths_;
  bool listed_ = false;
  std::multimap<std::uint64_t, std::string> by_size_;
};

}  // namespace sandbox
