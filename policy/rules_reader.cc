#include "policy/rules_reader.h"

#include <algorithm>
#include <utility>

#include "config/reader.h"
#include "config/text.h"
#include "policy/matcher_reader.h"
#include "policy/program_reader.h"
#include "policy/shapes_reader.h"

namespace policy {
namespace {

using config::BadInput;
using config::MapReader;
using config::Node;

const std::vector<std::string> file_keys{"version", "extends",  "defaults", "sets",   "programs",
                                         "rules",   "profiles", "delegate", "except", "examples"};
const std::vector<std::string> rule_keys{"id",     "event",   "when",    "unless",  "verdict",
                                         "reason", "suggest", "profile", "examples"};

constexpr std::string_view name_characters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

Verdict read_verdict(const Node& node) {
  return config::read_word<Verdict>(
      node, {{"allow", Verdict::allow}, {"ask", Verdict::ask}, {"deny", Verdict::deny}});
}

std::string read_text(const Node& node) {
  std::string text = config::read_string(node);
  if (text.find_first_not_of(" \t\n") == std::string::npos)
    throw BadInput(node.place, "expected a text, found an empty one");
  return text;
}

std::string read_id(const Node& node) {
  std::string id = read_text(node);
  if (id.find_first_not_of(name_characters) != std::string::npos || id.starts_with("defaults."))
    throw BadInput(node.place,
                   "an id is made of letters, digits, '.', '_' and '-', and does not begin with "
                   "'defaults.'; found " +
                       config::shown(id));
  return id;
}

class RulesReader {
 public:
  RulesReader(const Node& document, Layer layer, const Surroundings& surroundings, const Sets& sets)
      : document_(document), vocabulary_{&surroundings, &file_.sets} {
    file_.layer = layer;
    file_.sets = sets;
  }

  RulesFile read() {
    const MapReader map(document_, file_keys);
    config::check_version(map);
    if (const Node* extends = map.find("extends")) read_extends(*extends);
    if (const Node* defaults = map.find("defaults")) read_defaults(*defaults);
    if (const Node* sets = map.find("sets")) read_sets(*sets);
    if (const Node* programs = map.find("programs")) read_programs(*programs);
    if (const Node* profiles = map.find("profiles")) file_.profiles = check_profiles(*profiles);
    if (const Node* rules = map.find("rules")) read_all_rules(*rules);
    if (const Node* delegate = map.find("delegate")) check_delegation(*delegate, vocabulary_);
    if (const Node* exceptions = map.find("except")) read_exceptions(*exceptions);
    if (const Node* examples = map.find("examples")) read_promises(*examples);
    return std::move(file_);
  }

 private:
  void read_extends(const Node& node) {
    const auto read = [&](const Node& each) {
      config::read_index(each, {"builtin:base"});
      file_.extends_base = true;
    };
    if (node.kind != Node::Kind::sequence) read(node);
    for (const Node& each : node.items) read(each);
  }

  void read_defaults(const Node& node) {
    const MapReader map(node, {"exec", "read", "write", "net"});
    const std::pair<const char*, EventKind> kinds[] = {{"exec", EventKind::exec},
                                                       {"read", EventKind::read},
                                                       {"write", EventKind::write},
                                                       {"net", EventKind::net}};
    for (const auto& [key, kind] : kinds) {
      const Node* const verdict = map.find(key);
      if (verdict == nullptr) continue;
      file_.defaults[static_cast<std::size_t>(kind)] = Default{read_verdict(*verdict), verdict->place};
    }
  }

  /// A set may name those above it.
  void read_sets(const Node& node) {
    if (node.kind != Node::Kind::map) config::fail_type(node, "a map of lists");
    for (const config::Entry& entry : node.entries) {
      check_name(entry.key, "a set");
      std::vector<std::string> list;
      for (PlacedWord& word : read_words(entry.value, vocabulary_)) list.push_back(std::move(word.text));
      file_.sets[entry.key.scalar] = std::move(list);
    }
  }

  static void check_name(const Node& node, const char* what) {
    if (node.scalar.empty() || node.scalar.find_first_not_of(name_characters) != std::string::npos)
      throw BadInput(node.place, std::string("the name of ") + what +
                                     " is made of letters, digits, '.', '_' and '-'; found " +
                                     config::shown(node.scalar));
  }

  void read_programs(const Node& node) {
    if (node.kind != Node::Kind::map) config::fail_type(node, "a map of programs");
    for (const config::Entry& entry : node.entries) {
      if (entry.key.scalar.empty() || entry.key.scalar.find('/') != std::string::npos)
        throw BadInput(entry.key.place, "a program's name has no '/'; where it lies is said by 'paths'");
      file_.programs.push_back(read_program(entry.key.scalar, entry.value));
    }
  }

  void read_all_rules(const Node& node) {
    if (node.kind != Node::Kind::sequence) config::fail_type(node, "a list of rules");
    for (const Node& each : node.items) file_.rules.push_back(read_rule(each));
  }

  Rule read_rule(const Node& node) {
    const MapReader map = rule_map(node);
    Rule rule;
    rule.place = node.place;
    rule.layer = file_.layer;
    rule.id = read_id(map.need("id"));
    const Node* const on = map.find("on");
    if (on != nullptr && map.find("event") != nullptr)
      throw BadInput(on->place, "'on' and 'event' are the same key");
    rule.events = read_events(on != nullptr ? *on : map.need("event"));
    if (const Node* when = map.find("when")) rule.when = read_matchers(*when, rule.events, vocabulary_);
    if (const Node* unless = map.find("unless"))
      rule.unless = read_matchers(*unless, rule.events, vocabulary_);
    rule.verdict = read_verdict(map.need("verdict"));
    if (const Node* reason = map.find("reason")) rule.reason = read_text(*reason);
    if (const Node* suggest = map.find("suggest")) rule.suggest = read_text(*suggest);
    if (const Node* profile = map.find("profile")) rule.profile = read_text(*profile);
    if (const Node* examples = map.find("examples")) read_examples(*examples, rule);
    if (rule.verdict != Verdict::allow && rule.reason.empty())
      throw BadInput(node.place, "rule '" + rule.id + "' needs a reason: whoever is refused is told it");
    return rule;
  }

  /// Some tools write the key `on`, and YAML 1.1 makes `true` of it.
  static MapReader rule_map(const Node& node) {
    if (node.kind != Node::Kind::map) config::fail_type(node, "a rule, which is a map");
    for (const config::Entry& entry : node.entries)
      if (entry.key.scalar == "true" || entry.key.scalar == "yes")
        throw BadInput(entry.key.place,
                       "unknown key '" + entry.key.scalar +
                           "': a YAML 1.1 tool probably wrote it for 'on'; the key is 'event'");
    std::vector<std::string> keys = rule_keys;
    keys.emplace_back("on");
    return MapReader(node, keys);
  }

  static void read_examples(const Node& node, Rule& rule) {
    const MapReader map(node, {"match", "no_match"});
    if (const Node* match = map.find("match")) rule.match = read_example_list(*match);
    if (const Node* no_match = map.find("no_match")) rule.no_match = read_example_list(*no_match);
  }

  static std::vector<Example> read_example_list(const Node& node) {
    std::vector<Example> examples;
    if (node.kind != Node::Kind::sequence) examples.push_back(read_example(node));
    for (const Node& each : node.items) examples.push_back(read_example(each));
    return examples;
  }

  /// A command line, or {command: …, by: …} where it matters what starts it.
  static Example read_example(const Node& node) {
    if (node.kind != Node::Kind::map) return {read_text(node), node.place};
    const MapReader map(node, {"command", "by"});
    return {read_text(map.need("command")), node.place, config::read_strings(map.need("by"))};
  }

  void read_promises(const Node& node) {
    const MapReader map(node, {"allow", "ask", "deny", "profile"});
    const auto add = [&](const Node& list, Verdict verdict, const std::string& profile) {
      for (Example& example : read_example_list(list))
        file_.promises.push_back({verdict, profile, std::move(example)});
    };
    for (const Verdict verdict : {Verdict::allow, Verdict::ask, Verdict::deny})
      if (const Node* list = map.find(name_of(verdict))) add(*list, verdict, "");
    const Node* const profiles = map.find("profile");
    if (profiles == nullptr) return;
    if (profiles->kind != Node::Kind::map)
      config::fail_type(*profiles, "a map of profiles and what runs in each");
    for (const config::Entry& entry : profiles->entries) add(entry.value, Verdict::allow, entry.key.scalar);
  }

  void read_exceptions(const Node& node) {
    if (node.kind != Node::Kind::map) config::fail_type(node, "a map from a rule's id to {when: …}");
    for (const config::Entry& entry : node.entries) {
      const MapReader map(entry.value, {"when"});
      file_.exceptions.push_back({entry.key.scalar, entry.key.place, &map.need("when")});
    }
  }

  const Node& document_;
  RulesFile file_;
  Vocabulary vocabulary_;
};

}  // namespace

const std::vector<std::string> built_in_profiles{"read-only", "workspace-write", "agent", "unconfined"};

bool Rule::is_for(EventKind kind) const {
  return std::find(events.begin(), events.end(), kind) != events.end();
}

bool Rule::is_held() const {
  return !is_for(EventKind::net) && (is_for(EventKind::exec) || verdict != Verdict::ask);
}

RulesFile read_rules(const config::Node& document, Layer layer, const Surroundings& surroundings,
                     const Sets& sets) {
  return RulesReader(document, layer, surroundings, sets).read();
}

}  // namespace policy
