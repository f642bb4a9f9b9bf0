#pragma once
/// The namespaces of a sandbox, and who its processes are in them.

#include <cstdint>
#include <string>

#include "sandbox/spec.h"
#include "sandbox/sys/process.h"

namespace sandbox {

/// CLONE_NEW* for this sandbox.
std::uint64_t namespaces_of(const Spec& spec);

/// fork(2) into new namespaces; in the child an empty Child. By clone(2), since container profiles, and our
/// own, answer clone3(2) with ENOSYS. Throws Refused.
sys::Child fork_into(std::uint64_t namespaces);

/// Maps the user's real ids to those that it sees inside: from outside, by a caller who may take any id.
/// Throws Refused.
void write_id_maps(const std::string& process, const User& user);
/// The same by the child of an ordinary user, who can map no ids but its own. Throws Refused.
void map_own_ids(const User& user);
/// In the child, when the maps are written: takes the user's ids. Without a user namespace the real ones.
void become(const User& user, bool any_user, bool namespaced);

}  // namespace sandbox
