#include "policy/seen.h"

namespace policy {

Seen seen(const CompiledRules& compiled, const sandbox::ExecEvent& event, const State& state,
          Resolve resolve) {
  Seen made{faces_of(event, compiled.identity), {}};
  made.scene.event = &event;
  made.scene.state = &state;
  made.scene.identity = &compiled.identity;
  made.scene.resolve = resolve;
  return made;
}

Seen seen(const CompiledRules& compiled, const FileEvent& event, const State& state, Resolve resolve) {
  Seen made;
  made.scene.state = &state;
  made.scene.identity = &compiled.identity;
  made.scene.tool = event.tool;
  made.scene.file = &event;
  made.scene.resolve = resolve;
  return made;
}

Seen seen(const CompiledRules& compiled, const NetEvent& event, const State& state, Resolve resolve) {
  const bool is_known = event.process && !event.process->images.empty();
  Seen made;
  if (is_known) made = seen(compiled, *event.process, state, resolve);
  made.scene.state = &state;
  made.scene.identity = &compiled.identity;
  made.scene.tool = event.tool;
  made.scene.net = &event;
  made.scene.resolve = resolve;
  return made;
}

}  // namespace policy
