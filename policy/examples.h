#pragma once
/// A rule's examples, run. A command line is taken apart and each command in it judged by this rule alone.
/// "read PATH", "write PATH" and "net HOST:PORT" are such events where the rule is on one of them, or not on
/// exec; behind "net HOST:PORT -- " stands the command that connects.

#include <optional>
#include <string_view>
#include <vector>

#include "policy/rule.h"
#include "policy/shell_words.h"

namespace policy {

/// What "net a:443" speaks about, and the rest of it; nothing for what can only be a command line.
struct Spoken {
  EventKind kind = EventKind::read;
  std::string_view what;
};
std::optional<Spoken> spoken_event(std::string_view text);

class Examples {
 public:
  Examples(const Identity& identity, const Surroundings& surroundings)
      : identity_(&identity), surroundings_(&surroundings) {}

  /// Adds an error for every example that fails, or of which it cannot be told what it is.
  void run(const Rule& rule, const ProgramTable& programs, std::vector<config::BadInput>& failures) const;
  /// What an example starts, in that order. Throws config::BadInput where that cannot be told.
  [[nodiscard]] std::vector<sandbox::ExecEvent> events_of(std::string_view text,
                                                          const Example& example) const;
  /// Throws sys::Error for what is no path, host or port.
  [[nodiscard]] FileEvent file_event_of(EventKind kind, std::string_view path) const;
  [[nodiscard]] std::vector<NetEvent> net_events_of(std::string_view target, const Example& example) const;

 private:
  void run(const Rule& rule, const Example& example, bool wanted, const ProgramTable& programs) const;
  [[nodiscard]] bool triggers(const Rule& rule, const Example& example, const ProgramTable& programs) const;
  [[nodiscard]] std::shared_ptr<const sandbox::Ancestor> caller_of(const Example& example) const;
  [[nodiscard]] bool starts(const Rule& rule, const Example& example, Scene scene) const;
  [[nodiscard]] bool touches(const Rule& rule, EventKind kind, std::string_view path, Scene scene) const;
  [[nodiscard]] bool connects(const Rule& rule, const Example& example, std::string_view target,
                              Scene scene) const;
  [[nodiscard]] std::string start() const;
  [[nodiscard]] sandbox::File file_of(const std::string& called, const std::string& cwd) const;

  const Identity* identity_;
  const Surroundings* surroundings_;
};

}  // namespace policy
