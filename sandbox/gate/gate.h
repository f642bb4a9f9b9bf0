#pragma once
/// Every exec of a tree: read, judged, and verified when the kernel has built the new image (DESIGN §3).

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "sandbox/gate/built.h"
#include "sandbox/gate/departure.h"
#include "sandbox/gate/exec_reader.h"
#include "sandbox/gate/judge.h"
#include "sandbox/gate/known_files.h"
#include "sandbox/gate/lineage.h"
#include "sandbox/gate/listener.h"
#include "sandbox/gate/loading.h"
#include "sandbox/gate/stub.h"
#include "sandbox/sys/reactor.h"

namespace sandbox {

struct GateOptions {
  ExecReader::Options reading;
  bool allow_tracers = false;  ///< judge execs under a debugger, though they cannot be verified
  KnownFiles known;
  /// A connection for a gatehouse in the sandbox, by its pid outside; empty, or an empty one: none is to be
  /// had.
  std::function<sys::Fd(pid_t)> receive_guest = {};
  bool waits = false;  ///< nothing is judged before Gate::begin()
};

/// What the gate has done so far.
struct GateCounts {
  std::uint64_t verified = 0, rejudged = 0, raced = 0, refused = 0, replaced = 0, moved = 0;
};

class Gate {
 public:
  /// To be made and run on the thread that waits for children: ptrace(2) is per thread.
  Gate(sys::Reactor& reactor, sys::Fd listener, Judge& judge, GateOptions options);

  /// Who takes the calls of the tree that lead into the network, where its listener is told of them. It may
  /// ask which program runs in the caller, and throw CallerError.
  using Program = std::function<std::shared_ptr<const ExecEvent>()>;
  using Connects = std::function<void(const Notification&, const Program&)>;
  void on_connect(Connects connects) { connects_ = std::move(connects); }
  [[nodiscard]] Listener& listener() { return listener_; }
  /// Who builds the places that the judge sends programs to; without, none can be sent anywhere.
  void on_move(Passages passages) { passages_ = std::move(passages); }
  void begin();

  /// The answer to a ruling of `wait`.
  void answer(std::uint64_t ticket, bool allowed);
  /// Whose unchanged copies are the same program, from the next exec on.
  void know(KnownFiles known) { known_ = std::move(known); }
  /// As WaitStatuses::Taker.
  bool on_wait_status(pid_t pid, int status, bool is_last_word);

  [[nodiscard]] const GateCounts& counts() const { return counts_; }

 private:
  /// A thread that is seized: its exec is under way, or has failed and it will be let go.
  struct Traced {
    ExecRead read;
    bool recorded = true;                // its record could be written; else it must not run
    bool lingering = false;              // seen by a sweep before
    std::optional<int> end_status = {};  // its exec was refused, and it ends with this in its place
    std::unique_ptr<Departure> departure = {};
  };

  void on_notification(int events);
  void take(const Notification& notification);
  void take_network(const Notification& notification);
  void receive_guest(const Notification& notification);
  void refuse(const Notification& notification, const ExecEvent& event, const Refusal& refusal);
  void approve(const Notification& notification, ExecRead read);
  void move(const Notification& notification, ExecRead read, const std::string& place);
  bool take_stub(const Notification& notification);
  void on_stub(pid_t pid, std::unique_ptr<Departure> departure);
  void replace(const Notification& notification, const ExecEvent& event, int status);
  void end(pid_t tid, int status);
  void refuse_unseized(const Notification& notification, const ExecEvent& event);
  void proceed_unverified(const Notification& notification, ExecRead read);
  void on_stop(pid_t pid, int status);
  void on_exec_stop(pid_t pid, pid_t thread);
  void judge_found(pid_t pid, const Built& built, const Traced& approved);
  void run(pid_t pid, const Fingerprint& fingerprint, ExecRead& read);
  void sweep_soon();
  void sweep();

  struct Waiting {
    Notification notification;
    ExecRead read;
  };

  sys::Reactor& reactor_;
  Listener listener_;
  Judge& judge_;
  bool allow_tracers_;
  std::function<sys::Fd(pid_t)> receive_guest_;
  Connects connects_;
  Passages passages_;
  std::optional<Stub> stub_;  // once one is needed
  KnownFiles known_;
  Lineage lineage_;
  ExecReader reader_;
  GateCounts counts_;
  Loadings loading_{counts_.raced};
  std::map<pid_t, Traced> traced_;  // by thread
  std::map<pid_t, std::unique_ptr<Departure>> stand_ins_;
  std::map<std::uint64_t, Waiting> waiting_;  // by notification id, which is the ticket
  sys::Watch notifications_, next_sweep_;
};

}  // namespace sandbox
