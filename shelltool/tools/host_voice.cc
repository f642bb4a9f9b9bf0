#include "shelltool/tools/host_voice.h"

#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "sandbox/sys/error.h"
#include "shelltool/session/log.h"
#include "shelltool/state/codex_state.h"
#include "shelltool/state/owner_state.h"

namespace shelltool {
namespace {

using mcp::Json;

/// A host that may loosen could name a home: such roots are the owner's to name.
StateWord heard(StateWord word, const LiveState& state) {
  for (const std::string& sentence : word.unheeded) log(LogLevel::debug, sentence);
  if (!word.roots || !state.sources().host_may_loosen) return word;
  std::vector<std::string> roots = common_roots(*word.roots, state.sources().owner.roots);
  for (std::string& root : harmless_roots(*word.roots, this_process())) roots.push_back(std::move(root));
  word.roots = std::move(roots);
  return word;
}

void heed_updates(mcp::Dispatcher& dispatcher, LiveState& state) {
  dispatcher.on("codex/sandbox-state/update", [&state](const Json& params, mcp::Call call) {
    StateWord word;
    try {
      word = read_codex_update(params);
    } catch (const sys::Error& error) {
      throw mcp::Error(mcp::Code::invalid_params, error.what());
    }
    state.host_says(heard(std::move(word), state), [call]() mutable { call.answer(Json::object()); });
  });
}

void heed_calls(mcp::Tools& tools, LiveState& state, ClientRoots& roots, std::function<void()> begins) {
  tools.before_calls([&state, &roots, begins = std::move(begins)](const Json& meta, mcp::ToolCall call,
                                                                  std::function<void()> go_on) {
    roots.when_told([&state, begins, word = read_codex_meta(meta), call, go_on = std::move(go_on)]() mutable {
      if (call.is_over()) return;
      if (word) word = heard(std::move(*word), state);
      const LiveState::Call id = state.begin_call(std::move(word), [begins, go_on = std::move(go_on)] {
        begins();
        go_on();
      });
      call.on_over([&state, id] { state.end_call(id); });
    });
  });
}

void tell_of_changes(mcp::Dispatcher& dispatcher, LiveState& state) {
  struct Told {
    bool is_listening = false;
    SandboxState state;
  };
  const auto told = std::make_shared<Told>();
  dispatcher.on_notification("notifications/initialized", [told, &state](const Json&) {
    told->is_listening = true;
    told->state = state.state();
  });
  state.on_change([told, &state, &dispatcher] {
    const SandboxState before = std::exchange(told->state, state.state());
    const bool is_same = before.mode == told->state.mode && before.network == told->state.network;
    if (told->is_listening && !is_same) dispatcher.notify("notifications/tools/list_changed", Json::object());
  });
}

}  // namespace

Json state_capabilities() {
  return {{"codex/sandbox-state", {{"version", "1.0.0"}}}, {"codex/sandbox-state-meta", Json::object()}};
}

void heed_client_roots(LiveState& state, std::optional<std::vector<std::string>> roots,
                       LiveState::Done done) {
  const StateWord word = heard({{}, {}, std::move(roots), {}}, state);
  state.client_works_in(word.roots, std::move(done));
}

void heed_host(mcp::Dispatcher& dispatcher, mcp::Tools& tools, LiveState& state, ClientRoots& roots,
               std::function<void()> begins) {
  heed_updates(dispatcher, state);
  heed_calls(tools, state, roots, std::move(begins));
  tell_of_changes(dispatcher, state);
}

}  // namespace shelltool
