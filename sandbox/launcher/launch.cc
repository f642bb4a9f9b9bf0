#include "sandbox/launcher/launch.h"

#include <sys/eventfd.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <linux/magic.h>

#include <algorithm>
#include <cerrno>
#include <exception>
#include <iterator>
#include <utility>

#include "sandbox/launcher/assignment.h"
#include "sandbox/launcher/capabilities.h"
#include "sandbox/launcher/landlock.h"
#include "sandbox/launcher/mounts.h"
#include "sandbox/launcher/namespace_limit.h"
#include "sandbox/launcher/namespaces.h"
#include "sandbox/launcher/wire.h"

namespace sandbox {
namespace {

void check(const Spec& spec) {
  if (!spec.argv.empty() && spec.argv.front().empty())
    throw sys::Error(sys::Kind::invalid, "starting a command: it has no name");
  if (!spec.cwd.starts_with('/'))
    throw sys::Error(sys::Kind::invalid, "starting a command: its directory '{}' is not absolute", spec.cwd);
}

// A failed child says why before it ends, so a packet that nobody takes is no error yet.
void tell_if_there(sys::Channel& channel, Tag tag, std::string_view text = {},
                   const std::vector<int>& fds = {}) {
  try {
    tell(channel, tag, text, fds);
  } catch (const sys::SysError& error) {
    if (error.error_number() != EPIPE && error.error_number() != ECONNRESET) throw;
  }
}

std::string mend_for(int error_number) {
  if (error_number == EBUSY) return "run gatehouse outside the program that already intercepts system calls";
  if (error_number == ENOSPC) return "sudo sysctl -w fs.mount-max=200000";
  if (error_number == EMFILE) return "ulimit -n 1024";
  return {};
}

[[noreturn]] void fail(const Letter& letter) {
  const Failure failure = failure_of(letter);
  if (letter.tag == Tag::refused) throw Refused(failure.error_number, failure.sentence);
  throw SetupError("building the sandbox: " + failure.sentence, mend_for(failure.error_number));
}

void await_command(Launched& launched) {
  for (;;) {
    std::optional<Letter> letter = hear(launched.channel);
    if (!letter) throw SetupError("building the sandbox: its first process ended without a word", {});
    switch (letter->tag) {
      case Tag::note:
        launched.missing.push_back(std::move(letter->text));
        break;
      case Tag::inside:
        if (letter->fds.size() == 2)
          launched.inside.emplace(Inside{std::move(letter->fds[0]), std::move(letter->fds[1])});
        break;
      case Tag::tmp:
        if (letter->fds.size() == 1) launched.tmp = std::move(letter->fds.front());
        break;
      case Tag::ready:
        if (letter->fds.empty()) throw sys::Error(sys::Kind::internal, "the command sent no pidfd");
        launched.command = sys::pid_of(letter->fds.front().get());
        if (letter->fds.size() > 1) launched.listener = std::move(letter->fds[1]);
        letter->fds.erase(letter->fds.begin(),
                          letter->fds.begin() + std::min<std::ptrdiff_t>(2, std::ssize(letter->fds)));
        if (!letter->fds.empty()) launched.doors = doors_of(std::move(letter->fds));
        return;
      case Tag::refused:
      case Tag::failed:
        fail(*letter);
      case Tag::born:
      case Tag::tree:
      case Tag::go:
        throw sys::Error(sys::Kind::internal, "init sent packet '{}'", static_cast<char>(letter->tag));
    }
  }
}

/// What only somebody outside can make, while init has begun.
void send_trees(const Spec& spec, Launched& launched, const Lent* lent, const sys::Fd& tree_bell) {
  const auto send = [&](const Trees& trees) {
    for (const auto& [path, tree] : trees) tell_if_there(launched.channel, Tag::tree, path, {tree.get()});
  };
  if (spec.user.map_ids) send(copy_id_mapped(spec, launched.init.pid()));
  if (lent != nullptr) send(*lent);
  tell_if_there(launched.channel, Tag::go);
  ::eventfd_write(tree_bell.get(), 1);
}

/// What the caller does beside: a first process that it began to make, what comes from another sandbox, and
/// work that is done once, while init builds; what that throws is not a failure to build.
class Beside {
 public:
  Beside(const std::function<void()>& work, std::optional<Nascent> nascent,
         const Inherited* inherited = nullptr, const Lent* lent = nullptr)
      : work_(work), nascent_(std::move(nascent)), inherited_(inherited), lent_(lent) {}

  Nascent take(std::uint64_t namespaces) {
    std::optional<Nascent> nascent = std::exchange(nascent_, std::nullopt);
    return nascent && nascent->namespaces() == namespaces ? std::move(*nascent)
                                                          : Nascent(namespaces, inherited_);
  }
  /// The command's standard descriptors are ours.
  [[nodiscard]] bool has_our_descriptors() const { return inherited_ == nullptr; }

  [[nodiscard]] const Lent* lent() const { return lent_; }

  void work() {
    if (!work_ || std::exchange(done_, true)) return;
    try {
      work_();
    } catch (...) {
      failure_ = std::current_exception();
      throw Interrupted();
    }
  }
  void rethrow() const {
    if (failure_) std::rethrow_exception(failure_);
  }
  struct Interrupted {};

 private:
  const std::function<void()>& work_;
  std::optional<Nascent> nascent_;
  const Inherited* inherited_;
  const Lent* lent_;
  std::exception_ptr failure_;
  bool done_ = false;
};

Launched start(const Spec& spec, Tier tier, Beside& beside) {
  const std::uint64_t namespaces = tier == Tier::a ? namespaces_of(spec) : 0;
  if (!spec.argv.empty() && beside.has_our_descriptors())  // a zygote has none
    for (int fd = 0; fd <= 2; ++fd) hand_over_pipe(fd, spec.user);
  Nascent::Born born = beside.take(namespaces).born();
  Launched launched{.midwife = std::move(born.midwife),
                    .init = std::move(born.init),
                    .channel = std::move(born.channel),
                    .lifeline = std::move(born.lifeline),
                    .tier = tier};
  if (spec.argv.empty()) launched.zygote = std::move(born.turns);
  if (namespaces != 0 && may_set_ids()) write_id_maps(std::to_string(launched.init.pid()), spec.user);
  write_assignment(born.assignment.get(), {spec, tier});
  ::eventfd_write(born.bell.get(), 1);
  if (namespaces != 0 && takes_trees(spec)) send_trees(spec, launched, beside.lent(), born.tree_bell);
  beside.work();
  await_command(launched);
  return launched;
}

// Id-mapped mounts are what lets another user be root's stand-in.
Spec as_real_root(Spec spec) {
  spec.user = User{};
  return spec;
}

std::string lost_as_real_root(const std::string& why) {
  return fmt::format(
      "the command is the real root without capabilities, its processes cannot be limited ({})", why);
}

std::vector<std::string> lost_without_namespaces(const Spec& spec, const Refused& refused) {
  const NamespaceLimit limit = limit_on_namespaces();
  std::string why =
      fmt::format("{} ({}{}{})",
                  refused.error_number() == ENOSYS ? "mounts cannot be made as Linux 5.12 and later make them"
                                                   : "user namespaces are refused",
                  refused.what(), limit.what.empty() ? "" : "; ", limit.what);
  if (!limit.mend.empty()) why += "; to allow them: " + limit.mend;
  std::vector<std::string> lost = {why};
  if (spec.user.map_ids) lost.push_back(lost_as_real_root("it takes a user namespace"));
  if (spec.mode == Mode::danger_full_access) {
    lost.emplace_back("gatehouse's own files can be changed; rules and config were read once, at the start");
    return lost;
  }
  if (!spec.publish.empty()) lost.emplace_back("no port is published: that takes a network namespace");
  if (spec.network == Network::allowlist)
    lost.emplace_back("there is no network: an allow list takes a network namespace");
  lost.insert(lost.end(), {"hidden files can be read, protected files inside the workspace can be changed",
                           "/tmp, other processes and unix sockets are the host's",
                           "mode, owner, times and extended attributes of the user's files outside the "
                           "workspace can be changed"});
  return lost;
}

Launched start_without_namespaces(const Spec& spec, const Refused& refused, Beside& beside) {
  const Tier tier = landlock_abi() > 0 ? Tier::b : Tier::c;
  Launched launched = start(spec.user.map_ids ? as_real_root(spec) : spec, tier, beside);
  std::vector<std::string> lost = lost_without_namespaces(spec, refused);
  if (tier == Tier::c)
    lost.emplace_back(
        spec.mode == Mode::danger_full_access
            ? "processes outside can be signalled, read and changed: there is no Landlock either"
            : "files outside the workspace can be changed, gatehouse's own and devices too, and "
              "processes outside signalled, read and changed: there is no Landlock either");
  launched.missing.insert(launched.missing.begin(), lost.begin(), lost.end());
  return launched;
}

Launched start_as_real_root(const Spec& spec, const IdMapsRefused& refused, Beside& beside) {
  Launched launched = start(as_real_root(spec), Tier::a, beside);
  launched.missing.push_back(lost_as_real_root(refused.what()));
  return launched;
}

Launched start_with_what_is_granted(const Spec& spec, Beside& beside) {
  try {
    try {
      return start(spec, Tier::a, beside);
    } catch (const IdMapsRefused& refused) {
      return start_as_real_root(spec, refused, beside);
    }
  } catch (const Refused& refused) {
    return start_without_namespaces(spec, refused, beside);
  }
}

}  // namespace

void hand_over_pipe(int fd, const User& user) {
  if (user.uid == ::geteuid() || !may_set_ids()) return;
  struct stat status {};
  struct statfs file_system {};
  if (::fstat(fd, &status) != 0 || ::fstatfs(fd, &file_system) != 0) return;
  if (file_system.f_type != PIPEFS_MAGIC || status.st_uid != ::geteuid()) return;
  if (::fchown(fd, user.uid, user.gid) != 0)
    throw sys::SysError(errno, "giving descriptor {} to user {}", fd, user.uid);
}

namespace {

Launched launch(const Spec& spec, Beside beside, Launched (*start_it)(const Spec&, Beside&)) {
  check(spec);
  try {
    return start_it(spec, beside);
  } catch (const Beside::Interrupted&) {
    beside.rethrow();
    throw;
  } catch (const SetupError&) {
    throw;
  } catch (const sys::Error& error) {
    throw SetupError(std::string("building the sandbox: ") + error.what(), {});
  }
}

}  // namespace

Launched launch(const Spec& spec, const std::function<void()>& meanwhile, std::optional<Nascent> nascent) {
  return launch(spec, Beside(meanwhile, std::move(nascent)), [](const Spec& wanted, Beside& beside) {
    return wanted.is_guest ? start(wanted, Tier::c, beside) : start_with_what_is_granted(wanted, beside);
  });
}

Launched launch(const Spec& spec, const Inherited& inherited, const Lent& lent,
                const std::function<void()>& meanwhile) {
  return launch(spec, Beside(meanwhile, std::nullopt, &inherited, &lent),
                [](const Spec& wanted, Beside& beside) { return start(wanted, Tier::a, beside); });
}

}  // namespace sandbox
