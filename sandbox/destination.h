#pragma once
/// Where paths lead in this process' own mount namespace: for words of a command that nobody runs.

#include <optional>
#include <string>

namespace sandbox {

/// Of an absolute path, see Resolver::destination(). Nothing where that cannot be told, as for links of /proc
/// that lead to objects: they are the caller's. Throws sys::Error(unsupported) where it takes too long.
std::optional<std::string> destination_here(const std::string& path);

}  // namespace sandbox
