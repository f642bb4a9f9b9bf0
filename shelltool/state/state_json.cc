#include "shelltool/state/state_json.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "sandbox/sys/error.h"
#include "sandbox/sys/text.h"

namespace shelltool {
namespace {

using Json = nlohmann::ordered_json;
using sandbox::Mode;
using sandbox::Network;

template <class Enumerator>
Enumerator named(const Json& word, const char* what, std::initializer_list<Enumerator> all) {
  std::vector<std::string> known;
  for (const Enumerator one : all) {
    known.emplace_back(sandbox::name_of(one));
    if (word.is_string() && word == known.back()) return one;
  }
  throw sys::Error(sys::Kind::invalid, "'{}' must be one of {}", what, fmt::join(known, ", "));
}

Mode read_mode(const Json& word) {
  return named(word, "mode", {Mode::read_only, Mode::workspace_write, Mode::danger_full_access});
}

Network read_network(const Json& word) {
  return named(word, "network", {Network::none, Network::allowlist, Network::full});
}

std::vector<std::string> read_roots(const Json& list) {
  if (!list.is_array()) throw sys::Error(sys::Kind::invalid, "'roots' must be a list of paths");
  std::vector<std::string> roots;
  for (const Json& root : list) {
    if (!root.is_string() || !root.get<std::string>().starts_with('/'))
      throw sys::Error(sys::Kind::invalid, "a root must be an absolute path");
    roots.push_back(root.get<std::string>());
  }
  return roots;
}

void check_object(const Json& json) {
  if (!json.is_object()) throw sys::Error(sys::Kind::invalid, "a state must be a JSON object");
}

}  // namespace

Json json_of(const std::vector<std::string>& paths) {
  Json all = Json::array();
  for (const std::string& path : paths) all.push_back(sys::visible(path));
  return all;
}

Json json_of(const SandboxState& state) {
  return {{"mode", sandbox::name_of(state.mode)},
          {"network", sandbox::name_of(state.network)},
          {"roots", json_of(state.roots)}};
}

Json json_of(const StateWord& word) {
  if (word.says_nothing() && word.unheeded.empty()) return nullptr;
  Json json = Json::object();
  if (word.mode) json["mode"] = sandbox::name_of(*word.mode);
  if (word.network) json["network"] = sandbox::name_of(*word.network);
  if (word.roots) json["roots"] = json_of(*word.roots);
  if (!word.unheeded.empty()) json["unheeded"] = word.unheeded;
  return json;
}

Json json_of(const StateSources& sources) {
  Json calls = Json::array();
  for (const StateWord& call : sources.calls) calls.push_back(json_of(call));
  return {{"config", json_of(sources.owner)},
          {"set", json_of(sources.set)},
          {"host", json_of(sources.host)},
          {"calls", std::move(calls)}};
}

SandboxState read_state(const Json& json) {
  check_object(json);
  return {read_mode(json.value("mode", Json())), read_network(json.value("network", Json())),
          read_roots(json.value("roots", Json()))};
}

StateWord read_word(const Json& json) {
  check_object(json);
  for (const auto& [key, value] : json.items())
    if (key != "mode" && key != "network" && key != "roots")
      throw sys::Error(sys::Kind::invalid, "there is no key {}; there are mode, network and roots",
                       sys::shown(key));
  StateWord word;
  if (const auto mode = json.find("mode"); mode != json.end()) word.mode = read_mode(*mode);
  if (const auto network = json.find("network"); network != json.end()) word.network = read_network(*network);
  if (const auto roots = json.find("roots"); roots != json.end()) word.roots = read_roots(*roots);
  return word;
}

}  // namespace shelltool
