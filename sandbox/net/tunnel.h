#pragma once
/// A connection to the owner's proxy, on its way to be one to a host behind it.

#include <functional>
#include <string>

#include "sandbox/net/upstream.h"
#include "sandbox/sys/fd.h"
#include "sandbox/sys/reactor.h"

namespace sandbox {

class Tunnel {
 public:
  /// `socket` where `error` is 0; else `why`, of the proxy: "answers 403".
  using Done = std::function<void(sys::Fd socket, int error, const std::string& why)>;

  /// `socket` is connected to the proxy and non-blocking. `done` is called once, from the reactor; not when
  /// this goes before.
  Tunnel(sys::Reactor& reactor, sys::Fd socket, UpstreamTalk talk, Done done);

 private:
  void say();
  void hear();
  void finish(int error, const std::string& why);

  sys::Reactor& reactor_;
  sys::Fd socket_;
  UpstreamTalk talk_;
  Done done_;
  sys::Watch writable_, readable_, deadline_;
};

}  // namespace sandbox
