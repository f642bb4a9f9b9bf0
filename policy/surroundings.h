#pragma once
/// The owner's machine as rules see it.

#include <string>
#include <vector>

namespace policy {

/// What names in rules refer to, fixed when the rules are compiled.
struct Surroundings {
  std::string home;
  std::vector<std::string> workspaces;   ///< the writable roots, the first is ${workspace}
  std::vector<std::string> search_path;  ///< where bare program names are looked up
};

}  // namespace policy
