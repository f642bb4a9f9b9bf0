#include "sandbox/launcher/wire.h"

namespace sandbox {

void tell(sys::Channel& channel, Tag tag, std::string_view text, const std::vector<int>& fds) {
  std::string bytes(1, static_cast<char>(tag));
  bytes.append(text);
  channel.send(bytes, fds);
}

std::optional<Letter> hear(sys::Channel& channel) {
  std::optional<sys::Packet> packet = channel.receive();
  if (!packet) return std::nullopt;
  return Letter{static_cast<Tag>(packet->bytes.front()), packet->bytes.substr(1), std::move(packet->fds)};
}

Letter expect(sys::Channel& channel, Tag tag) {
  std::optional<Letter> letter = hear(channel);
  if (!letter) throw sys::Error(sys::Kind::io, "waiting for the supervisor: it is gone");
  if (letter->tag != tag)
    throw sys::Error(sys::Kind::internal, "waiting for packet '{}': got '{}'", static_cast<char>(tag),
                     static_cast<char>(letter->tag));
  return std::move(*letter);
}

}  // namespace sandbox
