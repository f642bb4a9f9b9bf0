#include "sandbox/launcher/nascent.h"

#include <sched.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <exception>
#include <string>
#include <utility>

#include "sandbox/launcher/capabilities.h"
#include "sandbox/launcher/init.h"
#include "sandbox/launcher/namespaces.h"
#include "sandbox/launcher/wire.h"
#include "sandbox/sys/error.h"
#include "sandbox/sys/packing.h"

namespace sandbox {
namespace {

/// In the midwife, and in what it makes.
[[noreturn]] void make_init(std::uint64_t namespaces, Birth birth) noexcept {
  try {
    if (birth.inherited != nullptr) take_standing(*birth.inherited);
    const std::uint64_t flags = namespaces | CLONE_PARENT;
    sys::Child init = namespaces != 0 ? fork_into(flags) : sys::fork_with(flags);
    if (!init) run_init(std::move(birth));
    tell(birth.channel, Tag::born, std::to_string(init.pid()), {init.pidfd()});
    init.forget();
  } catch (const std::exception& error) {
    tell_failure(birth.channel, error);
  }
  ::_exit(0);
}

}  // namespace

Nascent::Nascent(std::uint64_t namespaces, const Inherited* inherited)
    : namespaces_(namespaces),
      ends_(sys::make_socket_pair()),
      turns_(sys::make_socket_pair()),
      lifeline_(sys::make_pipe()),
      assignment_(sys::make_memory("what sandbox to build")),
      bell_(::eventfd(0, EFD_CLOEXEC)),
      tree_bell_(::eventfd(0, EFD_CLOEXEC)) {
  if (!bell_ || !tree_bell_) throw sys::SysError(errno, "making an eventfd");
  const bool any_user = may_set_ids();
  User caller;
  caller.uid = caller.inside_uid = ::geteuid();
  caller.gid = caller.inside_gid = ::getegid();
  midwife_ = sys::fork_with(0);
  if (!midwife_)
    make_init(namespaces, {namespaces, any_user, caller, sys::Channel(std::move(ends_.theirs)),
                           std::move(assignment_), std::move(bell_), std::move(tree_bell_),
                           std::move(lifeline_.read_end), sys::Channel(std::move(turns_.theirs)), inherited});
  ends_.theirs.close();
  turns_.theirs.close();
  lifeline_.read_end.close();
}

Nascent::~Nascent() {
  if (!midwife_) return;
  try {
    std::move(*this).born();
  } catch (const std::exception&) {
    // It was never made.
  }
}

Nascent::Born Nascent::born() && {
  sys::Channel channel(std::move(ends_.ours));
  std::optional<Letter> letter = hear(channel);
  if (!letter) throw sys::Error(sys::Kind::internal, "the sandbox's first process was not born");
  if (letter->tag == Tag::refused || letter->tag == Tag::failed) {
    Failure failure = failure_of(*letter);
    if (letter->tag == Tag::failed) throw sys::SysError(failure.error_number, "{}", failure.sentence);
    throw Refused(failure.error_number, failure.sentence);
  }
  pid_t pid = 0;
  std::from_chars(letter->text.data(), letter->text.data() + letter->text.size(), pid);
  if (pid <= 0 || letter->fds.size() != 1)
    throw sys::Error(sys::Kind::internal, "the midwife told no process");
  return {sys::Child(pid, std::move(letter->fds.front())),
          std::move(channel),
          sys::Channel(std::move(turns_.ours)),
          std::move(lifeline_.write_end),
          std::move(assignment_),
          std::move(bell_),
          std::move(tree_bell_),
          std::move(midwife_)};
}

}  // namespace sandbox
