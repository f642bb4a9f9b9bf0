#pragma once
/// An event as rules see it.

#include <vector>

#include "policy/compiled_rules.h"

namespace policy {

struct Seen {
  std::vector<Face> faces;  ///< none where no process is known
  Scene scene;              ///< without what is each rule's own
};

/// The event, the rules and the state must outlive the result. With `by_name` as if no link existed.
Seen seen(const CompiledRules& compiled, const sandbox::ExecEvent& event, const State& state,
          Resolve resolve = Resolve::on_disk);
Seen seen(const CompiledRules& compiled, const FileEvent& event, const State& state,
          Resolve resolve = Resolve::on_disk);
Seen seen(const CompiledRules& compiled, const NetEvent& event, const State& state,
          Resolve resolve = Resolve::on_disk);

/// What is the layer's own: how its rules read words.
inline void set_layer(const CompiledRules& compiled, Layer layer, Scene& scene) {
  scene.programs = &compiled.programs_of(layer);
  scene.layer = static_cast<int>(layer);
}

}  // namespace policy
