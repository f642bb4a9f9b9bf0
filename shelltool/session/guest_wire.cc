#include "shelltool/session/guest_wire.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "mcp/json.h"
#include "policy/decision_json.h"
#include "sandbox/sys/channel.h"
#include "sandbox/sys/error.h"

namespace shelltool {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t longest_words = 8 * 1024;  // a packet has room for 64 KiB
constexpr std::size_t most_names = 64;

template <class Enumerator>
Enumerator named(const std::string& name, std::initializer_list<Enumerator> all) {
  for (const Enumerator one : all)
    if (name == sandbox::name_of(one)) return one;
  throw sys::Error(sys::Kind::invalid, "a packet of the outer gatehouse names '{}'", name);
}

std::vector<std::string> cut(const std::vector<std::string>& words, std::size_t bytes) {
  std::vector<std::string> kept;
  for (const std::string& word : words) {
    if (bytes == 0) break;
    kept.push_back(word.substr(0, bytes));
    bytes -= std::min(bytes, word.size() + 1);
  }
  return kept;
}

/// The last ones: those at the denied end.
std::vector<std::string> last_of(const std::vector<std::string>& names) {
  const std::size_t from = names.size() - std::min(names.size(), most_names);
  return cut({names.begin() + static_cast<std::ptrdiff_t>(from), names.end()}, longest_words);
}

template <class Read>
auto read(const std::string& packet, Read reader) -> std::optional<decltype(reader(Json()))> {
  try {
    return reader(mcp::parse(packet));
  } catch (const sys::Error&) {
  } catch (const Json::exception&) {
  }
  return std::nullopt;
}

}  // namespace

std::string packet_of(const GuestGreeting& greeting) {
  const policy::State& state = greeting.state;
  return policy::json_text({{"mode", sandbox::name_of(state.mode)},
                            {"network", sandbox::name_of(state.network)},
                            {"tier", sandbox::name_of(state.tier)},
                            {"generation", state.generation},
                            {"session", greeting.session}});
}

std::string packet_of(const GuestDenial& guest) {
  const policy::Decision& decision = guest.denial.decision;
  return policy::json_text({{"rule", decision.rule},
                            {"file", decision.source.file},
                            {"line", decision.source.line},
                            {"column", decision.source.column},
                            {"reason", decision.reason},
                            {"suggest", decision.suggest},
                            {"chain", last_of(decision.chain)},
                            {"callers", last_of(decision.callers)},
                            {"argv", cut(guest.denial.argv, longest_words)},
                            {"event", policy::name_of(guest.denial.kind)},
                            {"processes", guest.processes}});
}

std::optional<GuestGreeting> read_greeting(const std::string& packet) {
  using sandbox::Mode, sandbox::Network, sandbox::Tier;
  return read(packet, [](const Json& json) {
    GuestGreeting greeting;
    greeting.state.mode = named(json.at("mode").get<std::string>(),
                                {Mode::read_only, Mode::workspace_write, Mode::danger_full_access});
    greeting.state.network =
        named(json.at("network").get<std::string>(), {Network::none, Network::allowlist, Network::full});
    greeting.state.tier = named(json.at("tier").get<std::string>(), {Tier::a, Tier::b, Tier::c});
    greeting.state.generation = json.at("generation").get<std::uint64_t>();
    greeting.session = json.at("session").get<std::string>();
    return greeting;
  });
}

std::optional<GuestDenial> read_denial(const std::string& packet) {
  return read(packet, [](const Json& json) {
    GuestDenial guest;
    policy::Decision& decision = guest.denial.decision;
    decision.verdict = policy::Verdict::deny;
    decision.rule = json.at("rule").get<std::string>();
    decision.source.file = json.at("file").get<std::string>();
    json.at("line").get_to(decision.source.line);
    json.at("column").get_to(decision.source.column);
    decision.reason = json.at("reason").get<std::string>();
    decision.suggest = json.at("suggest").get<std::string>();
    decision.chain = json.at("chain").get<std::vector<std::string>>();
    decision.callers = json.at("callers").get<std::vector<std::string>>();
    guest.denial.argv = json.at("argv").get<std::vector<std::string>>();
    if (json.at("event") == policy::name_of(policy::EventKind::net))
      guest.denial.kind = policy::EventKind::net;
    guest.processes = json.at("processes").get<std::vector<pid_t>>();
    return guest;
  });
}

}  // namespace shelltool
