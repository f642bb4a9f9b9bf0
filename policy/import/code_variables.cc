#include "policy/import/code_variables.h"

#include <algorithm>

namespace policy {
namespace {

bool names_them(const config::Node& node) {
  return node.scalar == code_variables_name ||
         std::any_of(node.items.begin(), node.items.end(), names_them) ||
         std::any_of(node.entries.begin(), node.entries.end(),
                     [](const config::Entry& entry) { return names_them(entry.value); });
}

}  // namespace

void add_code_variables(ImportDraft& draft) {
  const bool is_needed = std::any_of(draft.rules.begin(), draft.rules.end(),
                                     [](const ImportedRule& rule) { return names_them(rule.when); });
  if (!is_needed) return;
  draft.sets.push_back({code_variables_name + 1,
                        {"LD_PRELOAD",
                         "LD_LIBRARY_PATH",
                         "LD_AUDIT",
                         "BASH_ENV",
                         "ENV",
                         "GIT_SSH*",
                         "GIT_EXEC_PATH",
                         "GIT_CONFIG_*",
                         "GIT_EXTERNAL_DIFF",
                         "GIT_EDITOR",
                         "GIT_ASKPASS",
                         "GIT_PAGER",
                         "NODE_OPTIONS",
                         "GIT_SEQUENCE_EDITOR",
                         "PYTHONPATH",
                         "PYTHONHOME",
                         "PYTHONSTARTUP",
                         "PERL5LIB",
                         "PERL5OPT",
                         "RUBYLIB",
                         "RUBYOPT",
                         "JAVA_TOOL_OPTIONS"},
                        "With one of these a program runs other code, and is not allowed. Other variables "
                        "are not looked at."});
}

}  // namespace policy
