#pragma once
/// The network inside, from within: its loopback, and where its ways out begin.

#include <string>
#include <vector>

#include "sandbox/sys/fd.h"

namespace sandbox {

/// A new network namespace has a loopback that is down.
void bring_loopback_up();

/// Sockets of the namespace that somebody outside serves: sandbox/net.
struct Doors {
  sys::Fd resolver;  ///< UDP, 127.0.0.1:53
  sys::Fd relay;     ///< TCP, listening on 127.0.0.1
  sys::Fd relay6;    ///< the same on ::1; none where there is no IPv6
};
Doors open_doors();
/// For a packet, and out of it; the last is none where there is no IPv6.
std::vector<int> fds_of(const Doors& doors);
Doors doors_of(std::vector<sys::Fd> fds);

/// The namespaces of a sandbox, for somebody outside who serves its network from within.
struct Inside {
  sys::Fd users, network;
};

/// What a program shall find in these files there, where there are any.
struct NameFile {
  const char* path;
  std::string text;
};
std::vector<NameFile> name_files();

}  // namespace sandbox
