#include "policy/overview.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "config/shape.h"
#include "policy/compiled_rules.h"
#include "policy/rules_shape.h"
#include "sandbox/sys/text.h"

namespace policy {
namespace {

using Json = nlohmann::ordered_json;

constexpr EventKind kinds[] = {EventKind::exec, EventKind::read, EventKind::write, EventKind::net};

/// Something with a name, and where it stands.
struct Named {
  std::string name;
  std::string source;
  const RulesFile* file = nullptr;
};

std::string shown_place(const config::Place& place) { return sys::visible(config::text_of(place)); }

/// What stands in the section of that name in all files.
std::vector<Named> named_in(const Overview& overview, std::string_view section) {
  std::vector<Named> all;
  for (const ReadFile& file : overview.files)
    if (const config::Node* map = config::find(file.document, section))
      for (const config::Entry& entry : map->entries)
        all.push_back({entry.key.scalar, shown_place(entry.key.place), &file.rules});
  return all;
}

const std::vector<std::string>& words_of(const Named& set) { return set.file->sets.find(set.name)->second; }

/// One line of fields; all but the last are padded.
using Row = std::vector<std::string>;

std::string table(const std::string& title, const std::vector<Row>& rows) {
  if (rows.empty()) return "";
  std::vector<std::size_t> widths(rows.front().size());
  for (const Row& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  std::string text = title + ":\n";
  for (const Row& row : rows) {
    std::string line = " ";
    for (std::size_t i = 0; i < row.size(); ++i) line += fmt::format(" {:<{}}", row[i], widths[i]);
    text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return text;
}

/// The first words, and how many there are.
std::string beginning_of(const std::vector<std::string>& words) {
  constexpr std::size_t width = 60;
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (text.size() + words[i].size() > width) return text + fmt::format("… ({} words)", words.size());
    text += sys::visible(words[i]) + (i + 1 < words.size() ? ", " : "");
  }
  return text;
}

std::vector<Row> rows_of(const std::vector<Named>& all) {
  std::vector<Row> rows;
  for (const Named& each : all) rows.push_back({sys::visible(each.name), each.source});
  return rows;
}

std::string text_of(const std::vector<EventKind>& events) {
  std::vector<const char*> names;
  for (const EventKind kind : events) names.push_back(name_of(kind));
  return fmt::format("{}", fmt::join(names, " "));
}

std::vector<Row> rule_rows(const Overview& overview) {
  std::vector<Row> rows;
  for (const ReadFile& file : overview.files)
    for (const Rule& rule : file.rules.rules)
      rows.push_back({name_of(rule.verdict), text_of(rule.events), rule.id, shown_place(rule.place),
                      rule.is_held() ? "" : "(not held by this version)"});
  return rows;
}

std::vector<Row> delegation_rows(const Overview& overview) {
  std::vector<Row> rows;
  for (const ReadFile& file : overview.files)
    for (const Delegation& each : file.rules.delegations)
      rows.push_back({name_of(each.to), text_of(each.events), shown_place(each.place),
                      sys::visible(fmt::format("{}", fmt::join(each.profiles, ", ")))});
  return rows;
}

std::vector<Row> grant_rows(const Overview& overview) {
  std::vector<Row> rows;
  for (const auto& [grant, idle] : overview.grants)
    rows.push_back(
        {fmt::format("{}", fmt::join(grant.answers, " ")), grant.until ? "until " + grant.until->text : "",
         shown_place(grant.place),
         idle.empty() ? "" : sys::visible(fmt::format("(does nothing: {})", fmt::join(idle, "; ")))});
  return rows;
}

Json events_json(const std::vector<EventKind>& events) {
  Json names = Json::array();
  for (const EventKind kind : events) names.push_back(name_of(kind));
  return names;
}

Json delegations_json(const Overview& overview) {
  Json list = Json::array();
  for (const ReadFile& file : overview.files)
    for (const Delegation& each : file.rules.delegations)
      list.push_back({{"to", name_of(each.to)},
                      {"events", events_json(each.events)},
                      {"profiles", each.profiles},
                      {"source", shown_place(each.place)}});
  return list;
}

Json grants_json(const Overview& overview) {
  Json list = Json::array();
  for (const auto& [grant, idle] : overview.grants)
    list.push_back({{"answers", grant.answers},
                    {"until", grant.until ? grant.until->text : ""},
                    {"reason", grant.reason},
                    {"layer", name_of(grant.layer)},
                    {"source", shown_place(grant.place)},
                    {"idle", idle}});
  return list;
}

Json rule_json(const Rule& rule) {
  return {{"id", rule.id},
          {"verdict", name_of(rule.verdict)},
          {"events", events_json(rule.events)},
          {"layer", name_of(rule.layer)},
          {"held", rule.is_held()},
          {"reason", rule.reason},
          {"suggest", rule.suggest},
          {"profile", rule.profile},
          {"grant", granter_shape.words[static_cast<std::size_t>(rule.granter)]},
          {"source", shown_place(rule.place)}};
}

Json named_json(const std::vector<Named>& all, const char* key) {
  Json list = Json::array();
  for (const Named& each : all) list.push_back({{key, each.name}, {"source", each.source}});
  return list;
}

Json scalar_json(const config::Node& scalar) {
  const std::string& text = scalar.scalar;
  if (scalar.quoted) return text;
  if (text == "true" || text == "false") return text == "true";
  const bool is_number = text.size() <= 9 && !text.empty() && (text.front() != '0' || text == "0") &&
                         text.find_first_not_of("0123456789") == std::string::npos;
  return is_number ? Json(std::stoi(text)) : Json(text);
}

}  // namespace

Overview look_over(const std::vector<Source>& sources, const Surroundings& surroundings,
                   std::chrono::sys_seconds now) {
  CompiledRules compiled = compile_rules(sources, surroundings);
  compiled.read_all();
  Overview overview;
  for (const EventKind kind : kinds)
    overview.defaults[static_cast<std::size_t>(kind)] = default_of(compiled, kind);
  overview.files = read_files(sources, surroundings);
  for (const Grant& grant : compiled.grants) {
    Overview::ShownGrant& shown = overview.grants.emplace_back(Overview::ShownGrant{grant, {}});
    for (const std::string& id : grant.answers)
      if (std::string why = idle_reason(grant, id, compiled.find_rule(id), now);
          !why.empty() && std::find(shown.idle.begin(), shown.idle.end(), why) == shown.idle.end())
        shown.idle.push_back(std::move(why));
  }
  return overview;
}

std::string overview_text(const Overview& overview) {
  std::vector<Row> defaults, sets;
  for (const EventKind kind : kinds) {
    const Default& stated = overview.defaults[static_cast<std::size_t>(kind)];
    defaults.push_back({name_of(kind), name_of(stated.verdict), shown_place(stated.place)});
  }
  for (const Named& set : named_in(overview, "sets"))
    sets.push_back({"@" + set.name, set.source, beginning_of(words_of(set))});
  return table("defaults", defaults) + table("sets", sets) +
         table("programs", rows_of(named_in(overview, "programs"))) +
         table("profiles", rows_of(named_in(overview, "profiles"))) +
         table("except", rows_of(named_in(overview, "except"))) +
         table("delegate", delegation_rows(overview)) + table("grants", grant_rows(overview)) +
         table("rules", rule_rows(overview));
}

Json overview_json(const Overview& overview) {
  Json defaults = Json::object(), sets = Json::array(), rules = Json::array();
  for (const EventKind kind : kinds) {
    const Default& stated = overview.defaults[static_cast<std::size_t>(kind)];
    defaults[name_of(kind)] = {{"verdict", name_of(stated.verdict)}, {"source", shown_place(stated.place)}};
  }
  for (const Named& set : named_in(overview, "sets"))
    sets.push_back({{"name", set.name}, {"words", words_of(set)}, {"source", set.source}});
  for (const ReadFile& file : overview.files)
    for (const Rule& rule : file.rules.rules) rules.push_back(rule_json(rule));
  return {{"defaults", std::move(defaults)},
          {"sets", std::move(sets)},
          {"programs", named_json(named_in(overview, "programs"), "name")},
          {"profiles", named_json(named_in(overview, "profiles"), "name")},
          {"except", named_json(named_in(overview, "except"), "rule")},
          {"delegate", delegations_json(overview)},
          {"grants", grants_json(overview)},
          {"rules", std::move(rules)}};
}

Json document_json(const config::Node& node) {
  if (node.kind == config::Node::Kind::scalar) return scalar_json(node);
  if (node.kind == config::Node::Kind::sequence) {
    Json list = Json::array();
    for (const config::Node& item : node.items) list.push_back(document_json(item));
    return list;
  }
  Json map = Json::object();
  for (const config::Entry& entry : node.entries) map[entry.key.scalar] = document_json(entry.value);
  return map;
}

}  // namespace policy
