#pragma once
/// The supervisor's end of a network by name: takes each connect(2) of the tree, has it judged with its
/// program, and lets egress do what was allowed. It waits for nobody: an exec is judged while a name is
/// looked up.

#include <functional>
#include <map>
#include <memory>
#include <optional>

#include "sandbox/connection.h"
#include "sandbox/gate/judge.h"
#include "sandbox/gate/listener.h"
#include "sandbox/launcher/network.h"
#include "sandbox/net/endpoint.h"
#include "sandbox/net/line.h"
#include "sandbox/net/upstream.h"
#include "sandbox/net/wire.h"
#include "sandbox/spec.h"
#include "sandbox/sys/process.h"

namespace sandbox {

class Connections {
 public:
  /// Starts egress, as a process of its own; the caller has one thread.
  Connections(sys::Reactor& reactor, Listener& listener, Judge& judge, Doors doors, const User& user,
              std::optional<Upstream> upstream);
  Connections(const Connections&) = delete;
  Connections& operator=(const Connections&) = delete;
  ~Connections();

  using Program = std::function<std::shared_ptr<const ExecEvent>()>;
  /// A caller of connect(2), or one who sends a datagram, and who tells which program runs in it. Throws
  /// CallerError where the kernel would refuse it.
  void take(const Notification& notification, const Program& program);
  /// The answer to a ruling of `wait`; false where it was not about a connection.
  bool answer(std::uint64_t ticket, bool allowed);
  /// The sandbox has ended: what its connections have carried is told.
  void settle();
  /// Whether connections may be made from now on. Where they may not, those that there are have ended when
  /// this returns.
  void set_open(bool is_open);

 private:
  struct Pending {
    Connection connection = {};
    Endpoint wanted = {};
    bool waits = false;  ///< for a person
    bool is_answered = false;
    std::optional<Refusal> refusal = {};  ///< it is refused whatever its name is
    int error = 0;                        ///< an errno: with that
  };
  using Entry = std::map<std::uint64_t, Pending>::iterator;

  void take_datagram(const Notification& notification, const Program& program);
  void tell_refusal(const Notification& notification, Pending pending);
  void hear(const NetWord& word);
  void follow(Entry entry, const NetWord& word);
  void named(Entry entry, const std::string& host);
  void go_on(Entry entry);
  void resolved(Entry entry, const std::vector<std::string>& addresses);
  void reach(Entry entry);
  void give_to_upstream(Entry entry);
  void answered(Entry entry, int error);
  void ended(Entry entry, const NetWord& word);
  void refuse(Entry entry, int error);
  void send(const NetOrder& order, sys::Fd fd = {});
  void lose();
  void look_after_callers();

  sys::Reactor& reactor_;
  Listener& listener_;
  Judge& judge_;
  std::optional<Upstream> upstream_;
  sys::Child egress_;
  std::unique_ptr<Line> line_;
  std::map<std::uint64_t, Pending> pending_;  // by the notification's number, also when it was answered
  bool is_open_ = true, is_lost_ = false;
  bool is_cut_ = false;  // as ordered last
  sys::Watch next_look_;
};

}  // namespace sandbox
