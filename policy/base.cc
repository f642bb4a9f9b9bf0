#include <iterator>
#include <span>

#include "config/frozen.h"
#include "policy/rule_set.h"

#include "policy/base_common.inc"
#include "policy/base_containers.inc"
#include "policy/base_credentials.inc"
#include "policy/base_databases.inc"
#include "policy/base_files.inc"
#include "policy/base_gate.inc"
#include "policy/base_git.inc"
#include "policy/base_infrastructure.inc"
#include "policy/base_packages.inc"
#include "policy/base_people.inc"
#include "policy/base_persistence.inc"
#include "policy/base_privilege.inc"
#include "policy/base_publish.inc"

namespace policy {
namespace {

/// Files of policy/base: what the first defines, the others use.
constexpr config::FrozenTree parts[] = {
    frozen_common,      frozen_containers, frozen_credentials,    frozen_databases, frozen_files,
    frozen_gate,        frozen_git,        frozen_infrastructure, frozen_packages,  frozen_people,
    frozen_persistence, frozen_privilege,  frozen_publish};

void join(config::Node& list, std::vector<config::Node>&& more) {
  list.items.insert(list.items.end(), std::make_move_iterator(more.begin()),
                    std::make_move_iterator(more.end()));
}

config::Node& value_of(config::Node& map, std::string_view key) {
  for (config::Entry& entry : map.entries)
    if (entry.key.scalar == key) return entry.value;
  config::Node name;
  name.scalar = key;
  return map.entries.emplace_back(config::Entry{name, {}}).value;
}

}  // namespace

config::Node base_rules() {
  config::Node whole = config::thaw(parts[0], base_name);
  for (const config::FrozenTree& table : std::span(parts).subspan(1)) {
    config::Node part = config::thaw(table, base_name);
    for (config::Entry& entry : part.entries) {
      config::Node& value = value_of(whole, entry.key.scalar);
      value.kind = entry.value.kind;
      value.place.file = base_name;
      join(value, std::move(entry.value.items));
      for (config::Entry& each : entry.value.entries) value.entries.push_back(std::move(each));
    }
  }
  return whole;
}

}  // namespace policy
