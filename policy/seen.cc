#include "policy/seen.h"

namespace policy {
namespace {

Seen begin(const CompiledRules& compiled, const State& state, Resolve resolve) {
  Seen seen;
  seen.scene.state = &state;
  seen.scene.identity = &compiled.identity;
  seen.scene.resolve = resolve;
  return seen;
}

}  // namespace

Seen seen(const CompiledRules& compiled, const sandbox::ExecEvent& event, const State& state,
          Resolve resolve) {
  Seen made = begin(compiled, state, resolve);
  made.faces = faces_of(event, compiled.identity);
  made.scene.event = &event;
  return made;
}

Seen seen(const CompiledRules& compiled, const FileEvent& event, const State& state, Resolve resolve) {
  Seen made = begin(compiled, state, resolve);
  made.scene.tool = event.tool;
  made.scene.file = &event;
  return made;
}

Seen seen(const CompiledRules& compiled, const NetEvent& event, const State& state, Resolve resolve) {
  const bool is_known = event.process && !event.process->images.empty();
  Seen made = is_known ? seen(compiled, *event.process, state, resolve) : begin(compiled, state, resolve);
  made.scene.tool = event.tool;
  made.scene.net = &event;
  return made;
}

}  // namespace policy
