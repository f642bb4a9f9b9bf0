#include "sandbox/launcher/launch.h"

#include <sys/eventfd.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <linux/magic.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <exception>
#include <utility>

#include "sandbox/launcher/capabilities.h"
#include "sandbox/launcher/init.h"
#include "sandbox/launcher/landlock.h"
#include "sandbox/launcher/mounts.h"
#include "sandbox/launcher/namespaces.h"
#include "sandbox/launcher/seccomp.h"
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
  int error_number = 0;
  const char* end = letter.text.data() + letter.text.size();
  const char* sentence = std::from_chars(letter.text.data(), end, error_number).ptr;
  const std::string text(std::min(sentence + 1, end), end);
  if (letter.tag == Tag::refused) throw Refused(error_number, text);
  throw SetupError("building the sandbox: " + text, mend_for(error_number));
}

void await_command(Launched& launched) {
  for (;;) {
    std::optional<Letter> letter = hear(launched.channel);
    if (!letter) throw SetupError("building the sandbox: its first process ended without a word", {});
    switch (letter->tag) {
      case Tag::note:
        launched.missing.push_back(std::move(letter->text));
        break;
      case Tag::ready:
        if (letter->fds.empty()) throw sys::Error(sys::Kind::internal, "the command sent no pidfd");
        launched.command = sys::pid_of(letter->fds.front().get());
        if (letter->fds.size() > 1) launched.listener = std::move(letter->fds[1]);
        return;
      case Tag::refused:
      case Tag::failed:
        fail(*letter);
      case Tag::tree:
      case Tag::go:
      case Tag::filter:
        throw sys::Error(sys::Kind::internal, "init sent packet '{}'", static_cast<char>(letter->tag));
    }
  }
}

void prepare_from_outside(const Spec& spec, Launched& launched, const sys::Fd& bell) {
  write_id_maps(std::to_string(launched.init.pid()), spec.user, true);
  if (spec.user.map_ids)
    for (const auto& tree : copy_id_mapped(spec, launched.init.pid()))
      tell_if_there(launched.channel, Tag::tree, tree.first, {tree.second.get()});
  tell_if_there(launched.channel, Tag::go);
  ::eventfd_write(bell.get(), 1);
}

/// Work of the caller that is done once, while init builds; what it throws is not a failure to build.
class Meanwhile {
 public:
  explicit Meanwhile(const std::function<void()>& work) : work_(work) {}
  void run() {
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
  std::exception_ptr failure_;
  bool done_ = false;
};

std::optional<sys::Channel> channel_of(sys::Fd socket) {
  if (!socket) return std::nullopt;
  return sys::Channel(std::move(socket));
}

Launched start(const Spec& spec, Tier tier, Meanwhile& meanwhile) {
  const bool any_user = may_set_ids();
  const bool namespaced = tier == Tier::a;
  if (!spec.argv.empty())  // a zygote has no standard descriptors
    for (int fd = 0; fd <= 2; ++fd) hand_over_pipe(fd, spec.user);
  sys::SocketPair ends = sys::make_socket_pair();
  sys::SocketPair turns;
  if (spec.argv.empty()) turns = sys::make_socket_pair();
  sys::Pipe lifeline = sys::make_pipe();
  sys::Fd bell(::eventfd(0, EFD_CLOEXEC));
  if (!bell) throw sys::SysError(errno, "making an eventfd");
  sys::Child init = namespaced ? fork_into(namespaces_of(spec)) : sys::fork_with(0);
  if (!init)
    run_init({spec, tier, any_user, sys::Channel(std::move(ends.theirs)), std::move(bell),
              std::move(lifeline.read_end), channel_of(std::move(turns.theirs))});
  ends.theirs.close();
  turns.theirs.close();

  Launched launched{std::move(init),
                    sys::Channel(std::move(ends.ours)),
                    std::move(lifeline.write_end),
                    channel_of(std::move(turns.ours)),
                    {},
                    0,
                    tier,
                    {}};
  if (namespaced && any_user) prepare_from_outside(spec, launched, bell);
  // While init mounts.
  tell_if_there(launched.channel, Tag::filter, spec.is_guest ? "-" : compile_filter(spec, tier));
  meanwhile.run();
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
  std::string why = fmt::format("user namespaces are refused ({})", refused.what());
  if (const std::string mend = limit_on_namespaces().mend; !mend.empty()) why += "; to allow them: " + mend;
  std::vector<std::string> lost = {why};
  if (spec.user.map_ids) lost.push_back(lost_as_real_root("it takes a user namespace"));
  if (spec.mode == Mode::danger_full_access) {
    lost.emplace_back("gatehouse's own files can be changed; rules and config were read once, at the start");
    return lost;
  }
  lost.insert(lost.end(), {"hidden files can be read, protected files inside the workspace can be changed",
                           "/tmp, other processes and unix sockets are the host's",
                           "mode, owner, times and extended attributes of the user's files outside the "
                           "workspace can be changed"});
  return lost;
}

Launched start_without_namespaces(const Spec& spec, const Refused& refused, Meanwhile& meanwhile) {
  const Tier tier = landlock_abi() > 0 ? Tier::b : Tier::c;
  Launched launched = start(spec.user.map_ids ? as_real_root(spec) : spec, tier, meanwhile);
  std::vector<std::string> lost = lost_without_namespaces(spec, refused);
  if (tier == Tier::c && spec.mode != Mode::danger_full_access)
    lost.emplace_back("files outside the workspace can be changed: there is no Landlock either");
  launched.missing.insert(launched.missing.begin(), lost.begin(), lost.end());
  return launched;
}

Launched start_as_real_root(const Spec& spec, const IdMapsRefused& refused, Meanwhile& meanwhile) {
  Launched launched = start(as_real_root(spec), Tier::a, meanwhile);
  launched.missing.push_back(lost_as_real_root(refused.what()));
  return launched;
}

Launched start_with_what_is_granted(const Spec& spec, Meanwhile& meanwhile) {
  try {
    try {
      return start(spec, Tier::a, meanwhile);
    } catch (const IdMapsRefused& refused) {
      return start_as_real_root(spec, refused, meanwhile);
    }
  } catch (const Refused& refused) {
    return start_without_namespaces(spec, refused, meanwhile);
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

Launched launch(const Spec& spec, const std::function<void()>& work) {
  check(spec);
  Meanwhile meanwhile(work);
  try {
    if (spec.is_guest) return start(spec, Tier::c, meanwhile);
    return start_with_what_is_granted(spec, meanwhile);
  } catch (const Meanwhile::Interrupted&) {
    meanwhile.rethrow();
    throw;
  } catch (const SetupError&) {
    throw;
  } catch (const sys::Error& error) {
    throw SetupError(std::string("building the sandbox: ") + error.what(), {});
  }
}

}  // namespace sandbox
