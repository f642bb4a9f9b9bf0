#pragma once
/// Who may speak on the control socket: the owner, from outside of every sandbox.

#include <string>

namespace shelltool {

/// Why whoever connected this socket is not heard, a sentence; empty where he is. Nobody is who runs as
/// another user, in other namespaces, below the first process of a sandbox, or with fewer rights than we.
std::string why_not_heard(int socket);

}  // namespace shelltool
