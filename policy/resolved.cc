#include "policy/resolved.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "config/new_node.h"
#include "config/text.h"
#include "policy/compiled_rules.h"
#include "policy/program_layers.h"
#include "policy/rules_files.h"
#include "policy/rules_shape.h"
#include "policy/standing.h"
#include "policy/word_resolver.h"

namespace policy {
namespace {

using config::Entry;
using config::find;
using config::Node;

constexpr EventKind kinds[] = {EventKind::exec, EventKind::read, EventKind::write, EventKind::net};

Node map_of(std::vector<Entry> entries) {
  Node map;
  map.kind = Node::Kind::map;
  map.entries = std::move(entries);
  return map;
}

Node word(std::string_view text) {
  Node node;
  node.scalar = text;
  return node;
}

void set(Node& map, std::string_view key, Node value) {
  for (Entry& entry : map.entries)
    if (entry.key.scalar == key) return void(entry.value = std::move(value));
  map.entries.push_back({word(key), std::move(value)});
}

/// "a.example:443", "[2001:db8::/32]:80".
std::string text_of(const Profile::Reach& reach) {
  const std::string host = reach.host.text();
  if (!reach.port) return host;
  return host.find(':') == std::string::npos ? fmt::format("{}:{}", host, *reach.port)
                                             : fmt::format("[{}]:{}", host, *reach.port);
}

/// A rule as it will stand there.
struct Written {
  const Rule* rule = nullptr;
  Node node;
};

class Resolver {
 public:
  Resolver(std::vector<ReadFile> files, const CompiledRules& compiled)
      : files_(std::move(files)), compiled_(compiled) {}

  Resolved run() {
    for (const ReadFile& file : files_) add_rules(file);
    for (const ReadFile& file : files_) add_exceptions(file);
    for (const ReadFile& file : files_) note_words(file);
    Node rules;
    rules.kind = Node::Kind::sequence;
    for (Written& written : rules_)
      if (narrow_to_answered(written)) rules.items.push_back(std::move(written.node));
    resolved_.document = map_of({{word("version"), word("1")}, {word("defaults"), defaults()}});
    add_section("programs", programs());
    add_section("profiles", profiles());
    set(resolved_.document, "rules", std::move(rules));
    return std::move(resolved_);
  }

 private:
  void add_rules(const ReadFile& file) {
    const Node* const rules = find(file.document, "rules");
    if (rules == nullptr) return;
    for (std::size_t i = 0; i < rules->items.size(); ++i) {
      Node node;
      node.kind = Node::Kind::map;
      node.place = rules->items[i].place;
      for (const Entry& entry : rules->items[i].entries)
        if (entry.key.scalar != "examples") node.entries.push_back(resolved(entry, file));
      rules_.push_back({&file.rules.rules[i], std::move(node)});
    }
  }

  Entry resolved(const Entry& entry, const ReadFile& file) const {
    const std::string& key = entry.key.scalar;
    if (key == "on") return {word("event"), entry.value};
    if (key != "when" && key != "unless") return entry;
    return {entry.key, resolve_words(entry.value, matchers_shape, file.rules.sets, compiled_.surroundings)};
  }

  void add_exceptions(const ReadFile& file) {
    for (const Exception& exception : file.rules.exceptions) {
      const auto written = std::find_if(rules_.begin(), rules_.end(),
                                        [&](const Written& each) { return each.rule->id == exception.rule; });
      Node unless;
      unless.kind = Node::Kind::sequence;
      const Node more =
          resolve_words(*exception.when, matchers_shape, file.rules.sets, compiled_.surroundings);
      const Node* const stated = find(written->node, "unless");
      for (const Node* matchers : {stated, &more}) {
        if (matchers == nullptr) continue;
        if (matchers->kind == Node::Kind::map) unless.items.push_back(*matchers);
        unless.items.insert(unless.items.end(), matchers->items.begin(), matchers->items.end());
      }
      set(written->node, "unless", std::move(unless));
    }
  }

  /// False where nothing is left of the rule.
  bool narrow_to_answered(Written& written) {
    const Rule& rule = *written.rule;
    if (rule.verdict == Verdict::deny) return true;
    Node events;
    events.kind = Node::Kind::sequence;
    for (const EventKind kind : rule.events)
      if (stays(rule, kind)) events.items.push_back(word(name_of(kind)));
    if (events.items.size() == rule.events.size()) return true;
    const bool is_left = !events.items.empty();
    set(written.node, "event", std::move(events));
    return is_left;
  }

  /// In one file an allow would answer every default, and an ask a deny, also of layers that let it not.
  bool stays(const Rule& rule, EventKind kind) {
    const Layers standing = standing_of(compiled_, rule, kind,
                                        [](const Delegation& delegation) { return delegation.when.empty(); });
    const Layers at_best = standing_of(compiled_, rule, kind, [](const Delegation&) { return true; });
    const Verdict left = default_of(compiled_, kind, answered_by(rule, standing)).verdict;
    const bool is_ask = rule.verdict == Verdict::ask;
    if (at_best != standing)
      note(rule, fmt::format("what it may decide on {} where that is delegated is not in it", name_of(kind)));
    else if (left > rule.verdict && (is_ask || default_of(compiled_, kind).verdict != left))
      note(rule, fmt::format("its {} leaves the default {} on {} of the layers above", name_of(rule.verdict),
                             name_of(left), name_of(kind)));
    return is_ask || (counts(rule, standing) && left == Verdict::allow);
  }

  /// Words are read as the layers down to the rule's own say.
  void note_words(const ReadFile& file) {
    if (file.rules.layer == files_.front().rules.layer) return;
    const auto names_options = [](const Matcher& matcher) { return matcher.program.options.has_value(); };
    const bool says = find(file.document, "programs") != nullptr ||
                      std::any_of(file.rules.rules.begin(), file.rules.rules.end(), [&](const Rule& rule) {
                        return std::any_of(rule.when.begin(), rule.when.end(), names_options) ||
                               std::any_of(rule.unless.begin(), rule.unless.end(), names_options);
                      });
    if (says)
      resolved_.notes.push_back(
          fmt::format("{}: what it says about programs and options is not meant for the layers above it; in "
                      "one file it counts for all",
                      file.document.place.file));
  }

  void note(const Rule& rule, const std::string& what) {
    resolved_.notes.push_back(fmt::format("rule '{}' ({}): {}", rule.id, config::text_of(rule.place), what));
  }

  [[nodiscard]] Node defaults() const {
    Node map = map_of({});
    for (const EventKind kind : kinds)
      set(map, name_of(kind), word(name_of(default_of(compiled_, kind).verdict)));
    return map;
  }

  [[nodiscard]] Node programs() const {
    Node whole = map_of({});
    for (const ReadFile& file : files_) {
      const Node* const programs = find(file.document, "programs");
      if (programs == nullptr) continue;
      lay_over(whole, *programs, compiled_.surroundings.home);
    }
    return whole;
  }

  [[nodiscard]] Node profiles() const {
    Node whole = map_of({});
    for (const ReadFile& file : files_)
      if (const Node* profiles = find(file.document, "profiles"))
        for (const Entry& entry : profiles->entries)
          if (find(whole, entry.key.scalar) == nullptr) whole.entries.push_back(profile(entry));
    return whole;
  }

  /// Without names of `sets`, of which there are none any more.
  [[nodiscard]] Entry profile(Entry entry) const {
    const Profile* const known = find_profile(compiled_.profiles, entry.key.scalar);
    const Node* const network = find(entry.value, "network");
    if (known == nullptr || network == nullptr || find(*network, "allow") == nullptr) return entry;
    Node reached = *network;
    std::vector<std::string> hosts;
    for (const Profile::Reach& reach : known->reach) hosts.push_back(text_of(reach));
    set(reached, "allow", config::list_node(hosts));
    set(entry.value, "network", std::move(reached));
    return entry;
  }

  void add_section(std::string_view name, Node section) {
    if (!section.entries.empty()) set(resolved_.document, name, std::move(section));
  }

  std::vector<ReadFile> files_;
  const CompiledRules& compiled_;
  std::vector<Written> rules_;
  Resolved resolved_;
};

}  // namespace

Resolved resolve(std::vector<Source> sources, const Surroundings& surroundings) {
  const CompiledRules compiled = compile_rules(sources, surroundings);
  std::vector<std::string> notes;
  for (const Source& source : sources)
    if (source.holds == Source::Holds::grants)
      notes.push_back(
          fmt::format("{}: its grants are not in it; they answer rules of the same ids, wherever those stand",
                      source.document.place.file));
  Resolved resolved = Resolver(read_files(std::move(sources), surroundings), compiled).run();
  resolved.notes.insert(resolved.notes.end(), notes.begin(), notes.end());
  return resolved;
}

}  // namespace policy
