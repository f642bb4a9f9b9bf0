#pragma once
/// Rules that people already have, as a rules file of ours: `gatehouse policy import`.

#include <string>
#include <string_view>
#include <vector>

#include "policy/import/imported.h"
#include "policy/surroundings.h"

namespace policy {

struct Import {
  std::string yaml;               ///< a whole rules file, read and tried
  std::vector<ImportNote> notes;  ///< on every rule and setting of the source, in its order
  /// Examples of the source that do not hold for the rule as imported, and so were left out of the file.
  std::vector<config::BadInput> left_out;
  std::size_t not_in_force = 0;  ///< rules that this version does not hold

  [[nodiscard]] std::size_t count(Fidelity fidelity) const;
};

/// Both throw config::BadInput for a source that its own program would not read, or of which a part would
/// have to be run; nothing of it is imported then. `text` is in `file`; examples are tried in `surroundings`.
Import import_codex_rules(std::string_view text, const std::string& file, const Surroundings& surroundings);
/// `settings` is the JSON document, true, false, null and numbers as bare scalars. Where `file` lies says
/// what its paths are relative to.
Import import_claude_settings(const config::Node& settings, const std::string& file,
                              const Surroundings& surroundings);

/// The draft as a file, its examples run. For the two above.
Import finish_import(ImportDraft draft, const Surroundings& surroundings);

}  // namespace policy
