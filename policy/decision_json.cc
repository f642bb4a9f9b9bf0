#include "policy/decision_json.h"

#include <nlohmann/json.hpp>

#include "sandbox/sys/text.h"

namespace policy {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t max_words = 1000;
constexpr std::size_t max_bytes = 64 * 1024;

void add_argv(const std::vector<std::string>& argv, Json& event) {
  Json words = Json::array();
  std::size_t left = max_bytes;
  for (const std::string& word : argv) {
    if (words.size() == max_words || left == 0) break;
    words.push_back(sys::visible(word.substr(0, left)));
    left -= std::min(left, word.size());
  }
  if (words.size() < argv.size() || left == 0) event["words"] = argv.size();
  event["argv"] = std::move(words);
}

}  // namespace

nlohmann::ordered_json decision_json(const Decision& decision, const State& state) {
  Json matched = Json::array();
  for (const Matched& match : decision.matched)
    matched.push_back({{"rule", match.rule},
                       {"verdict", name_of(match.verdict)},
                       {"source", sys::visible(config::text_of(match.place))}});
  Json chain = Json::array();
  for (const std::string& name : decision.chain) chain.push_back(sys::visible(name));
  Json json{{"verdict", name_of(decision.verdict)},
            {"rule", decision.rule},
            {"source", sys::visible(config::text_of(decision.source))},
            {"reason", decision.reason},
            {"suggest", decision.suggest},
            {"profile", decision.profile},
            {"matched", std::move(matched)}};
  for (const Granted& granted : decision.granted)
    json["granted"].push_back({{"rule", granted.rule},
                               {"source", sys::visible(config::text_of(granted.place))},
                               {"reason", granted.reason}});
  json["chain"] = std::move(chain);
  json["state"] = {{"mode", sandbox::name_of(state.mode)},
                   {"network", sandbox::name_of(state.network)},
                   {"tier", sandbox::name_of(state.tier)},
                   {"generation", state.generation}};
  json["rules_generation"] = decision.rules_generation;
  return json;
}

nlohmann::ordered_json event_json(const sandbox::ExecEvent& event) {
  Json made{{"type", "exec"}};
  if (!event.images.empty()) {
    const sandbox::Image& image = event.images.front();
    made["program"] = sys::visible(image.file.path);
    made["called"] = sys::visible(image.called);
    add_argv(image.argv, made);
    made["device"] = image.file.device;
    made["inode"] = image.file.inode;
    made["owner"] = image.file.owner;
    made["writable"] = image.file.writable;
  }
  made["cwd"] = sys::visible(event.cwd);
  made["top"] = event.top;
  return made;
}

nlohmann::ordered_json event_json(const FileEvent& event) {
  return {{"type", name_of(event.kind)},
          {"path", sys::visible(event.file.real.value_or(event.file.plain))},
          {"named", sys::visible(event.file.plain)},
          {"tool", event.tool}};
}

nlohmann::ordered_json event_json(const NetEvent& event) {
  return {{"type", name_of(EventKind::net)},
          {"host", sys::visible(event.host)},
          {"address", event.address ? text_of(*event.address) : ""},
          {"port", event.port},
          {"tool", event.tool},
          {"process", event.process ? event_json(*event.process) : Json()}};
}

std::string json_text(const nlohmann::ordered_json& document, int indent) {
  return document.dump(indent, ' ', false, Json::error_handler_t::replace);
}

}  // namespace policy
