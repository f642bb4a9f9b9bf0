#include "sandbox/doctor/attempt.h"

#include <poll.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <exception>
#include <utility>

#include "sandbox/launcher/capabilities.h"
#include "sandbox/launcher/namespaces.h"
#include "sandbox/launcher/wire.h"
#include "sandbox/sys/channel.h"
#include "sandbox/sys/error.h"

namespace sandbox {
namespace {

constexpr int patience_ms = 5000;

int error_number_of(const std::exception& error) {
  if (const auto* refused = dynamic_cast<const Refused*>(&error)) return refused->error_number();
  if (const auto* failed = dynamic_cast<const sys::SysError*>(&error)) return failed->error_number();
  return 0;
}

/// Tag::failed has the errno before the sentence, as init's has.
template <class Step>
[[noreturn]] void run(sys::Channel channel, Step step) noexcept {
  try {
    tell(channel, Tag::ready, step(channel));
  } catch (const std::exception& error) {
    try {
      tell(channel, Tag::failed, fmt::format("{} {}", error_number_of(error), error.what()));
    } catch (const std::exception&) {  // nobody is there to be told
    }
  }
  ::_exit(0);
}

Attempt outcome(const Letter& letter) {
  if (letter.tag == Tag::ready) return {true, 0, letter.text};
  const std::size_t space = std::min(letter.text.find(' '), letter.text.size() - 1);
  return {false, std::stoi(letter.text.substr(0, space)), letter.text.substr(space + 1)};
}

Attempt hear_out(sys::Channel& channel) {
  pollfd ready{channel.fd(), POLLIN, 0};
  if (::poll(&ready, 1, patience_ms) <= 0) return {false, ETIMEDOUT, "trying it took more than five seconds"};
  const std::optional<Letter> letter = hear(channel);
  return letter ? outcome(*letter) : Attempt{false, 0, "the process that tried it ended without a word"};
}

Attempt failed(const std::exception& error) { return {false, error_number_of(error), error.what()}; }

}  // namespace

Bystander::Bystander(std::uint64_t namespaces) : child_(sys::fork_with(namespaces)) {
  if (child_) {
    lifeline_.read_end.close();
    return;
  }
  lifeline_.write_end.close();
  char byte = 0;
  ::_exit(::read(lifeline_.read_end.get(), &byte, 1) == 0 ? 0 : 1);
}

User own_user() { return {::geteuid(), ::getegid(), ::geteuid(), ::getegid(), false, {}}; }

Attempt attempt(const std::function<std::string()>& step) {
  try {
    sys::SocketPair ends = sys::make_socket_pair();
    const sys::Child child = sys::fork_with(0);
    if (!child) run(sys::Channel(std::move(ends.theirs)), [&](sys::Channel&) { return step(); });
    ends.theirs.close();
    sys::Channel ours(std::move(ends.ours));
    return hear_out(ours);
  } catch (const std::exception& error) {
    return failed(error);
  }
}

Attempt attempt_in_namespaces(std::uint64_t others, const User& user,
                              const std::function<std::string()>& step) {
  try {
    const bool any_user = may_set_ids();
    sys::SocketPair ends = sys::make_socket_pair();
    const sys::Child child = fork_into(CLONE_NEWUSER | others);
    if (!child)
      run(sys::Channel(std::move(ends.theirs)), [&](sys::Channel& channel) {
        if (any_user) (void)expect(channel, Tag::go);
        if (!any_user) map_own_ids(user);
        become(user, any_user, true);
        return step();
      });
    ends.theirs.close();
    sys::Channel ours(std::move(ends.ours));
    if (any_user) write_id_maps(std::to_string(child.pid()), user);
    if (any_user) tell(ours, Tag::go);
    return hear_out(ours);
  } catch (const std::exception& error) {
    return failed(error);
  }
}

}  // namespace sandbox
