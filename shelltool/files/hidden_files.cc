#include "shelltool/files/hidden_files.h"

namespace shelltool::files {

std::vector<std::string> hiding_rules(const std::string& root, const std::vector<std::string>& paths,
                                      const Judge& judge) {
  std::vector<std::string> rules(paths.size());
  if (paths.empty()) return rules;
  std::vector<Touch> touches;
  for (const std::string& path : paths) {
    const std::string whole = (root == "/" ? "" : root) + "/" + path;
    touches.push_back({Access::read, whole, whole});
  }
  const std::vector<Ruling> rulings = judge(touches);
  for (std::size_t i = 0; i < paths.size(); ++i)
    if (!rulings[i].allowed) rules[i] = rulings[i].rule;
  return rules;
}

}  // namespace shelltool::files
