#pragma once
/// For which layers a rule speaks about an event.

#include <functional>

#include "policy/seen.h"

namespace policy {

Layers own_layer(const Rule& rule);
/// Its own, and those that let it by `delegate`: themselves, or through a layer between them that they let.
/// Delegations are matched narrowly, and name the rule's profile where it has one.
Layers standing_of(const CompiledRules& compiled, const Rule& rule, EventKind kind, const Seen& event);
/// The same where the delegations hold of which `holds` says so.
Layers standing_of(const CompiledRules& compiled, const Rule& rule, EventKind kind,
                   const std::function<bool(const Delegation&)>& holds);

/// A profile may widen, so that only the owner's two layers choose one.
bool may_choose_profile(const Layers& standing);
/// Not an allow that chooses a profile and may not.
bool counts(const Rule& rule, const Layers& standing);

/// Whose defaults it answers: those of the layers that it speaks for, and of all below its own.
Layers answered_by(const Rule& rule, const Layers& standing);

}  // namespace policy
