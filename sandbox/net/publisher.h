#pragma once
/// Ports inside that are reached from outside: on 127.0.0.1, each by a process of ours that stands in the
/// sandbox's network namespace and holds a socket that listens in the host's.

#include <vector>

#include "sandbox/launcher/network.h"
#include "sandbox/spec.h"
#include "sandbox/sys/fd.h"
#include "sandbox/sys/process.h"

namespace sandbox {

class Publisher {
 public:
  /// Takes the ports outside; nothing is carried yet. Throws SysError where one cannot be had.
  explicit Publisher(const std::vector<Published>& ports);
  Publisher(const Publisher&) = delete;
  Publisher& operator=(const Publisher&) = delete;
  ~Publisher();

  /// The caller has one thread.
  void begin(const Inside& inside, const User& user);
  /// The ports are free when this returns. What is under way then still arrives.
  void close();

  struct Port {
    Published published;
    sys::Fd listener;
  };

 private:
  std::vector<Port> ports_;
  sys::Pipe lifeline_;  // the process ends with the last copy of its other end
  sys::Child process_;
};

}  // namespace sandbox
