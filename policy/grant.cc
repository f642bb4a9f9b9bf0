#include "policy/grant.h"

#include <fmt/core.h>

#include <algorithm>

#include "config/reader.h"
#include "config/shape.h"
#include "policy/matcher_reader.h"
#include "policy/rules_shape.h"

namespace policy {
namespace {

using config::find;
using config::Node;

Grant read_grant(const Node& node, Layer layer, const Vocabulary& vocabulary) {
  Grant grant;
  grant.layer = layer;
  grant.place = node.place;
  grant.answers = config::read_strings(*find(node, "answers"));
  if (const Node* when = find(node, "when")) grant.when = read_matchers(*when, vocabulary);
  if (const Node* until = find(node, "until"))
    grant.until = Grant::Until{config::read_instant(*until), until->scalar};
  grant.reason = find(node, "reason")->scalar;
  return grant;
}

bool is_default(const std::string& id) {
  constexpr EventKind kinds[] = {EventKind::exec, EventKind::read, EventKind::write, EventKind::net};
  return std::any_of(std::begin(kinds), std::end(kinds),
                     [&](EventKind kind) { return id == std::string("defaults.") + name_of(kind); });
}

}  // namespace

bool Grant::names(std::string_view rule) const {
  return std::find(answers.begin(), answers.end(), rule) != answers.end();
}

bool Grant::may_answer(const Rule& rule) const {
  return rule.granter == Granter::user || (rule.granter == Granter::system && layer == Layer::system);
}

std::vector<Grant> read_grants(const config::Node& document, Layer layer, const Surroundings& surroundings) {
  config::check(document, grants_file_shape);
  const Sets none;
  const Vocabulary vocabulary{&surroundings, &none};
  std::vector<Grant> grants;
  if (const Node* list = find(document, "grants"))
    for (const Node& each : list->items) grants.push_back(read_grant(each, layer, vocabulary));
  return grants;
}

std::string idle_reason(const Grant& grant, const std::string& id, const Rule* rule,
                        std::chrono::sys_seconds now) {
  if (grant.is_expired(now)) return fmt::format("it counted until {}", grant.until->text);
  if (rule == nullptr) return is_default(id) ? "" : fmt::format("there is no rule '{}' here", id);
  if (rule->verdict != Verdict::ask)
    return fmt::format("'{}' does not ask: its verdict is {}", id, name_of(rule->verdict));
  if (grant.may_answer(*rule)) return "";
  return fmt::format("'{}' takes {}", id,
                     rule->granter == Granter::nobody ? "no grants" : "grants of the system only");
}

}  // namespace policy
