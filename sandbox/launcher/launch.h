#pragma once
/// From a Spec to a running command whose first exec waits to be judged.

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sandbox/launcher/inherited.h"
#include "sandbox/launcher/nascent.h"
#include "sandbox/launcher/network.h"
#include "sandbox/spec.h"
#include "sandbox/sys/channel.h"
#include "sandbox/sys/error.h"
#include "sandbox/sys/process.h"

namespace sandbox {

/// A step of the construction that failed, and the one command that mends it, where there is one.
class SetupError : public sys::Error {
 public:
  SetupError(const std::string& sentence, std::string fix)
      : sys::Error(sys::Kind::setup, sentence), fix_(std::move(fix)) {}
  [[nodiscard]] const std::string& fix() const { return fix_; }

 private:
  std::string fix_;
};

/// What init sends up, one packet each.
struct Report {
  enum class Kind : std::int32_t {
    exec_failed,  ///< value: the errno of the command's own exec; `ended` follows
    stopped,      ///< value: the signal that stopped the command
    continued,    ///< value: 0
    ended,  ///< value: the command's status as wait(2) tells it; what is left of the tree dies with init
    held,   ///< value: the order's number; one descriptor: of the NotHelds of a HoldOrder, which is in force
    roots_set,  ///< value: the order's number; one descriptor: of a RootsAnswer
    lent,       ///< value: the order's number; descriptors: a tree of each of its caches' paths, in order
    alone,  ///< value: 0; nothing of the tree is left, and only the kernel's own taking down is still to come
  };
  Kind kind;
  std::int32_t value;
};

/// What the supervisor asks of init.
struct Order {
  enum class Kind : std::int32_t {
    signal_command,  ///< value: the signal, to the command's process group
    end,             ///< kill everything and go
    terminate_turn,  ///< value: the turn's keeper, as the sandbox numbers it; SIGTERM to all below it
    end_turn,        ///< the same with SIGKILL, and to what belongs to no turn; 0: to that alone
    start_worker,    ///< with it comes the worker's end of its channel
    hold,            ///< value: a number; one descriptor: of a HoldOrder. `held` follows
    set_roots,       ///< value: a number; one descriptor: of a RootsOrder. `roots_set` follows
    lend_caches,     ///< value: a number. `lent` follows
  };
  Kind kind;
  std::int32_t value;
};

struct Launched {
  sys::Child midwife;    ///< made init, and ends by itself; it need not be waited for
  sys::Child init;       ///< PID 1 of the sandbox; in tier B and C the subreaper above the command
  sys::Channel channel;  ///< Reports come out, Orders go in
  sys::Fd lifeline;      ///< the sandbox ends when the last copy of this is closed
  std::optional<sys::Channel> zygote =
      {};                           ///< TurnOrders go in, TurnReports come out; where the spec has no command
  sys::Fd listener = {};            ///< seccomp user notifications of every exec in the tree
  std::optional<Doors> doors = {};  ///< of the network inside, where it has ways out
  std::optional<Inside> inside = {};  ///< where ports are published
  sys::Fd tmp = {};                   ///< the private /tmp, where it has a limit
  pid_t command = 0;  ///< the command's process, or the zygote, the leader of its own process group, as our
                      ///< namespace numbers it; 0 when it could not start and is gone already
  Tier tier = Tier::a;
  std::vector<std::string> missing =
      {};  ///< what this machine could not give, a sentence each, with what would mend it
};

/// Blocks until the command's process is about to exec, or the zygote serves. The caller has one thread.
/// Standard descriptors are inherited, no others. `meanwhile` is work of the caller's, done once, while the
/// sandbox is being built beside it. Throws SetupError, and what `meanwhile` throws; then nothing is left
/// running or mounted. A first process that was begun beforehand is taken where its namespaces are right.
Launched launch(const Spec& spec, const std::function<void()>& meanwhile = {},
                std::optional<Nascent> nascent = std::nullopt);
/// Mounts of another sandbox, by path: detached copies.
using Lent = std::map<std::string, sys::Fd>;
/// The same for a command with another's standard descriptors and more; not without namespaces. `lent` are
/// caches of the spec (Caches::are_lent).
Launched launch(const Spec& spec, const Inherited& inherited, const Lent& lent,
                const std::function<void()>& meanwhile);

/// A program may open /dev/stdout again, and a pipe belongs to who made it: without this, root's pipe could
/// not be opened by the user that its command runs as.
void hand_over_pipe(int fd, const User& user);

}  // namespace sandbox
