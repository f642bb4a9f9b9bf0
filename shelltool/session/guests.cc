#include "shelltool/session/guests.h"

#include <poll.h>

#include <algorithm>

#include "sandbox/gate/task.h"
#include "sandbox/sys/error.h"

namespace shelltool {
namespace {

constexpr std::size_t most_guests = 64;
constexpr int longest_climb = 256;

struct Lineage {
  std::vector<pid_t> outside, inside;
};

/// As far as it can be told: who asked waits in its exec, and its parents may end meanwhile.
Lineage lineage_of(pid_t process) {
  Lineage lineage;
  try {
    for (int climb = 0; climb < longest_climb && process > 1; ++climb) {
      const sandbox::Task task(process);
      const pid_t inside = task.own_process_number();
      lineage.outside.push_back(process);
      lineage.inside.push_back(inside);
      process = task.parent();
    }
  } catch (const sys::Error&) {
  }
  return lineage;
}

}  // namespace

sys::Fd Guests::receive(pid_t process, const GuestGreeting& greeting) {
  if (guests_.size() >= most_guests) return {};
  sys::SocketPair ends = sys::make_socket_pair();
  sys::Channel channel(std::move(ends.ours));
  sys::set_nonblocking(channel.fd(), true);
  channel.send(packet_of(greeting));
  const Id id = ++last_;
  // A guest has nothing to say: what can be read is its end.
  sys::Watch end = reactor_.watch(channel.fd(), POLLIN, [this, id](int) { guests_.erase(id); });
  guests_.emplace(id, Guest{std::move(channel), process, std::move(end)});
  return std::move(ends.theirs);
}

void Guests::tell(const GuestGreeting& greeting) {
  for (auto guest = guests_.begin(); guest != guests_.end();) {
    const auto next = std::next(guest);
    try {
      guest->second.channel.send(packet_of(greeting));
    } catch (const sys::SysError&) {  // it does not read, or is gone
      guests_.erase(guest);
    }
    guest = next;
  }
}

void Guests::tell(const Denial& denial, const sandbox::ExecEvent& event) {
  if (guests_.empty()) return;
  const Lineage lineage = lineage_of(event.pid);
  const std::string packet = packet_of({denial, lineage.inside});
  for (auto guest = guests_.begin(); guest != guests_.end();) {
    const auto next = std::next(guest);
    const auto& outside = lineage.outside;
    if (std::find(outside.begin(), outside.end(), guest->second.process) != outside.end()) {
      try {
        guest->second.channel.send(packet);
      } catch (const sys::SysError&) {  // it does not read, or is gone
        guests_.erase(guest);
      }
    }
    guest = next;
  }
}

}  // namespace shelltool
