#pragma once
/// Names that did not exist when the turn began: whatever appears at one is moved away at once. No
/// placeholder stands there, which would be litter, and which anybody outside could remove.

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "sandbox/guard/entry.h"
#include "sandbox/guard/ground.h"

namespace sandbox {

class NameGuard {
 public:
  explicit NameGuard(Ground& ground);

  /// Looks at every name, and watches the directory of the first component that is missing.
  void sweep();
  /// Looks at what the watches marked since.
  void look();

 private:
  struct Awaited {
    const NamePattern* pattern;
    std::size_t depth;  ///< of the component that would appear next
  };

  void check_directory(const std::string& path);
  void check_name(int dir, const std::string& directory, const std::string& name);
  [[nodiscard]] bool is_known(const std::string& path, const Entry& entry);
  void mark(const std::string& directory, const std::string& name, bool left);

  Ground& ground_;
  std::map<std::string, std::vector<Awaited>> awaited_;  // by the directory's path
  std::map<std::string, KnownName> known_;
  std::set<std::pair<std::string, std::string>> marked_;  // directory, name
};

}  // namespace sandbox
