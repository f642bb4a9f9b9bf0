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

/// Maps the user's real ids to those that it sees inside. A caller who may take any id (`any_user`) does it
/// from outside; others from inside, `process` being "self". Throws Refused.
void write_id_maps(const std::string& process, const User& user, bool any_user);
/// In the child, when the maps are written: takes the user's ids. Without a user namespace the real ones.
void become(const User& user, bool any_user, bool namespaced);

/// What refuses namespaces on this machine, as far as /proc tells, and the one command that allows them.
struct NamespaceLimit {
  std::string what;  ///< "user.max_user_namespaces is 0"
  std::string mend;
};
NamespaceLimit limit_on_namespaces();

}  // namespace sandbox
