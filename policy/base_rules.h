#pragma once
/// builtin:base, of which a rule is read when a program that it names, or an event besides exec, is first
/// judged: reading them all would cost a start more than the rest of it, and a command needs few.

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "policy/identity.h"
#include "policy/rule.h"
#include "policy/surroundings.h"
#include "sandbox/exec_event.h"

namespace policy {

class BaseRules {
 public:
  BaseRules(Layer layer, Surroundings surroundings);

  [[nodiscard]] Layer layer() const { return layer_; }
  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] std::vector<std::size_t> all() const;
  /// Its id, place and layer; it is about no event, and so matches none.
  [[nodiscard]] Rule outline(std::size_t number) const;
  [[nodiscard]] Rule read(std::size_t number) const;

  /// Those that cannot wait: about any program, or the environment.
  [[nodiscard]] const std::vector<std::size_t>& urgent() const { return urgent_; }
  /// Those that may speak of what is about to start, whatever name, link or copy of a program it is. The same
  /// event again has none.
  [[nodiscard]] std::vector<std::size_t> met_by(const sandbox::ExecEvent& event, const Identity& identity);
  /// Those on the events besides exec; the second time there are none.
  [[nodiscard]] std::vector<std::size_t> met_by_other_events() { return std::exchange(not_on_exec_, {}); }

 private:
  void meet(std::string_view name, std::vector<std::size_t>& met);

  Layer layer_;
  Surroundings surroundings_;
  std::vector<std::pair<std::string_view, std::size_t>> by_program_;  // names of programs, and who names them
  std::vector<std::size_t> urgent_;
  std::vector<std::size_t> not_on_exec_;
  std::set<std::string, std::less<>> seen_;  // names of files
  bool all_met_ = false;
};

/// The words of one of its sets, as they are written there. They cost a start nothing.
std::vector<std::string_view> base_set(std::string_view name);

}  // namespace policy
