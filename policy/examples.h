#pragma once
/// A rule's examples, run: each command line is taken apart and each command in it judged by this rule alone.

#include "policy/rule.h"
#include "policy/shell_words.h"

namespace policy {

class Examples {
 public:
  Examples(const Identity& identity, const Surroundings& surroundings)
      : identity_(&identity), surroundings_(&surroundings) {}

  /// Adds an error for every example that fails, or of which it cannot be told what it starts.
  void run(const Rule& rule, const ProgramTable& programs, std::vector<config::BadInput>& failures) const;

 private:
  void run(const Rule& rule, const Example& example, bool wanted, const ProgramTable& programs) const;
  [[nodiscard]] bool triggers(const Rule& rule, const Example& example, const ProgramTable& programs) const;
  [[nodiscard]] std::vector<sandbox::ExecEvent> events_of(const std::vector<ShellCommand>& commands) const;
  [[nodiscard]] sandbox::File file_of(const std::string& called, const std::string& cwd) const;

  const Identity* identity_;
  const Surroundings* surroundings_;
};

}  // namespace policy
