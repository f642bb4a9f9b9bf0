#pragma once
/// `gatehouse policy import`: the rules that somebody has for another agent, as a rules file.

#include <string>
#include <string_view>

#include "policy/import/import.h"

namespace shelltool {

struct ImportOptions {
  std::string source;  ///< "claude" or "codex"
  std::string file;
};

/// The rules in `text`, which is what `file` holds. Throws config::BadInput, see policy/import/import.h.
policy::Import import_rules(const std::string& source, std::string_view text, const std::string& file,
                            const policy::Surroundings& surroundings);

/// The rules file on standard output, what became of each rule on standard error. Returns the exit status: 1
/// when something was dropped.
int run_import(const ImportOptions& options);

}  // namespace shelltool
