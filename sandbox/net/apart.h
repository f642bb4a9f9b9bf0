#pragma once
/// A process beside the supervisor that serves the network: it carries what programs inside send, and is
/// nobody whom they could use.

#include <sys/resource.h>

#include <vector>

#include "sandbox/spec.h"

namespace sandbox {

/// Leaves everything of the supervisor's but these descriptors: its terminal, directory, what it does with
/// signals, its privileges. It is called `name`, and is the command's user. Throws SysError.
void stand_apart(const char* name, const std::vector<int>& kept, const User& user);

/// How many connections of so many descriptors fit; as many files as may be are allowed then.
std::size_t connections_that_fit(rlim_t descriptors_each);

}  // namespace sandbox
