#include "shelltool/session/outer.h"

#include "sandbox/gate/outer.h"
#include "sandbox/sys/error.h"

namespace shelltool {

std::optional<Outer> Outer::find() {
  sys::Fd socket = sandbox::call_outer();
  if (!socket) return std::nullopt;
  sys::Channel channel(std::move(socket));
  const std::optional<sys::Packet> packet = channel.receive();
  auto greeting = packet ? read_greeting(packet->bytes) : std::nullopt;
  if (!greeting)
    throw sys::Error(sys::Kind::unsupported, "this runs in the sandbox of a gatehouse of another version");
  sys::set_nonblocking(channel.fd(), true);
  return Outer(std::move(channel), std::move(*greeting));
}

std::vector<GuestDenial> Outer::denials() {
  std::vector<GuestDenial> all;
  while (!channel_.closed()) {
    const std::optional<sys::Packet> packet = channel_.receive();
    if (!packet) break;
    if (auto denial = read_denial(packet->bytes))
      all.push_back(std::move(*denial));
    else if (auto greeting = read_greeting(packet->bytes))
      greeting_ = std::move(*greeting);
  }
  return all;
}

}  // namespace shelltool
