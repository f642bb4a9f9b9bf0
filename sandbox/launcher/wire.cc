#include "sandbox/launcher/wire.h"

#include <algorithm>
#include <charconv>

namespace sandbox {

void tell(sys::Channel& channel, Tag tag, std::string_view text, const std::vector<int>& fds) {
  std::string bytes(1, static_cast<char>(tag));
  bytes.append(text);
  channel.send(bytes, fds);
}

void tell_failure(sys::Channel& channel, const std::exception& error) noexcept {
  const auto* refused = dynamic_cast<const Refused*>(&error);
  const auto* failed = dynamic_cast<const sys::SysError*>(&error);
  const int number = refused != nullptr  ? refused->error_number()
                     : failed != nullptr ? failed->error_number()
                                         : 0;
  try {
    tell(channel, refused != nullptr ? Tag::refused : Tag::failed,
         fmt::format("{} {}", number, error.what()));
  } catch (const std::exception&) {
    // The supervisor is gone: nobody is left to tell.
  }
}

Failure failure_of(const Letter& letter) {
  Failure failure;
  const char* const end = letter.text.data() + letter.text.size();
  const char* const sentence = std::from_chars(letter.text.data(), end, failure.error_number).ptr;
  failure.sentence.assign(std::min(sentence + 1, end), end);
  return failure;
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
