#pragma once
/// The directories that a client works in: it is asked for them where it says that it can tell them, and
/// again when it says that they have changed.

#include <functional>
#include <string>
#include <vector>

#include "mcp/dispatcher.h"
#include "sandbox/sys/reactor.h"

namespace shelltool {

/// The paths in an answer to roots/list: absolute and normal, as the client spells them. What is no file://
/// of this machine is passed over. Throws sys::Error(invalid) that names what is wrong.
std::vector<std::string> read_client_roots(const mcp::Json& result);

class ClientRoots {
 public:
  using Done = std::function<void()>;
  /// `tell` gets what the client tells, and calls back when that holds.
  using Tell = std::function<void(const std::vector<std::string>& paths, Done done)>;
  /// All outlive the dispatcher.
  ClientRoots(sys::Reactor& reactor, mcp::Dispatcher& dispatcher, Tell tell);
  ClientRoots(const ClientRoots&) = delete;
  ClientRoots& operator=(const ClientRoots&) = delete;

  /// At initialize.
  void heed(const mcp::Json& capabilities);
  /// Calls back when what it was asked for holds, at once where nothing is awaited. A client that does not
  /// answer is not waited for longer than two seconds; what it says later counts all the same.
  void when_told(Done callback);

 private:
  void ask();
  void take(const mcp::Message& response, unsigned number);
  void go_on();

  sys::Reactor& reactor_;
  mcp::Dispatcher& dispatcher_;
  Tell tell_;
  bool can_tell_ = false;
  unsigned asked_ = 0;  ///< the number of the last question
  sys::Watch patience_;
  std::vector<Done> waiting_;
};

}  // namespace shelltool
