#pragma once
/// A rules file as values.

#include <array>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "config/node.h"
#include "policy/event.h"
#include "policy/layer.h"
#include "policy/matcher.h"

namespace policy {

/// What shows a rule's meaning: a command line, or "read PATH", "write PATH", "net HOST:PORT [-- COMMAND]".
struct Example {
  std::string text;
  config::Place place;
  std::vector<std::string> by = {};  ///< the command lines that lead to it, outermost first
};

/// What a whole file says about a command line, once all its rules have spoken.
struct Promise {
  Verdict verdict = Verdict::allow;
  std::string profile;  ///< empty: whichever
  Example example;
};

/// Whose grants may answer a rule that asks.
enum class Granter { user, system, nobody };

struct Rule {
  std::string id;
  config::Place place;
  Layer layer = Layer::user;
  std::vector<EventKind> events;
  std::vector<Matcher> when;    ///< one of them; none at all matches every event
  std::vector<Matcher> unless;  ///< none of them
  Verdict verdict = Verdict::allow;
  std::string reason, suggest, profile;
  Granter granter = Granter::user;
  std::vector<Example> match, no_match;

  /// One of builtin:base that is still to be read: of no event.
  [[nodiscard]] bool is_outline() const { return events.empty(); }
  [[nodiscard]] bool is_for(EventKind kind) const;
  /// This version holds it: on exec, by the gate; on net, with an allow list; a deny on files, by mounts.
  [[nodiscard]] bool is_held() const;
};

/// `except:` answers a rule of the same or a lower layer with one more `unless`.
struct Exception {
  std::string rule;
  config::Place place;
  const config::Node* when = nullptr;  ///< read when the rule, and so its events, are known
};

/// `delegate:` lets rules of a lower layer decide what this layer's defaults decide, and choose a profile.
struct Delegation {
  Layer from = Layer::user;
  Layer to = Layer::project;
  config::Place place;
  std::vector<EventKind> events;
  std::vector<Matcher> when;  ///< one of them; none at all matches every event
  std::vector<std::string> profiles;
};

struct Default {
  Verdict verdict = Verdict::allow;
  config::Place place;
};

/// Lists by name, for `@name`.
using Sets = std::map<std::string, std::vector<std::string>, std::less<>>;

struct RulesFile {
  Layer layer = Layer::user;
  bool extends_base = false;
  std::array<std::optional<Default>, event_kinds> defaults;
  std::vector<ProgramEntry> programs;
  std::vector<Rule> rules;
  std::vector<Exception> exceptions;
  std::vector<Delegation> delegations;
  std::vector<Promise> promises;
  std::vector<std::string> profiles;
  Sets sets;
};

}  // namespace policy
