#include "policy/shapes_reader.h"

#include <algorithm>

#include "config/reader.h"

namespace policy {
namespace {

using config::BadInput;
using config::MapReader;
using config::Node;

const std::vector<std::string> profile_keys{
    "extends", "read",    "write", "hide",   "unhide",  "protect",          "network",
    "publish", "sockets", "env",   "limits", "inherit", "nested_namespaces"};

void check_profile(const Node& node) {
  const MapReader map(node, profile_keys);
  if (const Node* base = map.find("extends")) config::read_string(*base);
  for (const char* key : {"read", "write", "hide", "unhide", "protect", "publish", "sockets", "inherit"})
    if (const Node* list = map.find(key)) config::read_strings(*list);
  for (const char* key : {"env", "limits"}) {
    const Node* const table = map.find(key);
    if (table != nullptr && table->kind != Node::Kind::map) config::fail_type(*table, "a map");
  }
  if (const Node* nested = map.find("nested_namespaces")) config::read_bool(*nested);
  const Node* const network = map.find("network");
  if (network == nullptr) return;
  if (network->kind == Node::Kind::map) {
    const MapReader keys(*network, {"mode", "allow"});
    if (const Node* allow = keys.find("allow")) config::read_strings(*allow);
  } else {
    config::read_word<int>(*network, {{"none", 0}, {"allowlist", 1}, {"full", 2}});
  }
}

void check_delegated(const Node& node, const Vocabulary& vocabulary) {
  const MapReader map(node, {"event", "when", "profiles"});
  const std::vector<EventKind> events = read_events(map.need("event"));
  if (const Node* when = map.find("when")) read_matchers(*when, events, vocabulary);
  if (const Node* profiles = map.find("profiles")) config::read_strings(*profiles);
}

}  // namespace

std::vector<EventKind> read_events(const config::Node& node) {
  const auto read = [](const Node& each) {
    return config::read_word<EventKind>(each, {{"exec", EventKind::exec},
                                               {"read", EventKind::read},
                                               {"write", EventKind::write},
                                               {"net", EventKind::net}});
  };
  std::vector<EventKind> events;
  if (node.kind != Node::Kind::sequence) events.push_back(read(node));
  for (const Node& each : node.items) events.push_back(read(each));
  if (events.empty()) throw BadInput(node.place, "an empty list of events: the rule would never be asked");
  return events;
}

std::vector<std::string> check_profiles(const config::Node& node) {
  if (node.kind != Node::Kind::map) config::fail_type(node, "a map of profiles");
  std::vector<std::string> names;
  for (const config::Entry& entry : node.entries) {
    check_profile(entry.value);
    names.push_back(entry.key.scalar);
  }
  return names;
}

void check_delegation(const config::Node& node, const Vocabulary& vocabulary) {
  const MapReader map(node, {"user", "project", "session"});
  for (const char* layer : {"user", "project", "session"}) {
    const Node* const list = map.find(layer);
    if (list == nullptr) continue;
    if (list->kind != Node::Kind::sequence) config::fail_type(*list, "a list of what is delegated");
    for (const Node& each : list->items) check_delegated(each, vocabulary);
  }
}

}  // namespace policy
