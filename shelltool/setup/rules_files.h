#pragma once
/// Which rules are in force: the system's always, then the files that were named; or else the user's, or else
/// builtin:base, and those of the projects that the user trusts; and the grants of whose rules these are.

#include <exception>
#include <optional>
#include <string>
#include <vector>

#include "policy/rule_set.h"
#include "shelltool/setup/places.h"

namespace shelltool {

/// A file that rules or grants may come from.
struct RulesOrigin {
  enum class State { in_force, absent, untrusted, broken };
  policy::Layer layer = policy::Layer::user;
  std::string file;
  State state = State::absent;
  policy::Source::Holds holds = policy::Source::Holds::rules;
  std::optional<config::Node> document;  ///< what is in force
  std::exception_ptr fault;              ///< why it is broken
  std::string note;                      ///< what there is to tell of it; empty: nothing
};

struct RulesFiles {
  Places places;
  std::vector<std::string> named;       ///< --rules, in place of the user's layer and the projects'
  std::vector<std::string> workspaces;  ///< projects whose rules count where they are trusted

  /// Whether there are files or not.
  [[nodiscard]] std::vector<std::string> paths() const;
  /// All of them, in layer order, whether there are files or not.
  [[nodiscard]] std::vector<RulesOrigin> find() const;
  /// The documents in layer order. Throws config::BadInput for a file that cannot be read or parsed, and for
  /// a system file that others than root may write.
  [[nodiscard]] std::vector<policy::Source> read() const;
};

/// What is in force of them.
std::vector<policy::Source> sources_of(std::vector<RulesOrigin> origins);

}  // namespace shelltool
