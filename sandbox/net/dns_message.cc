#include "sandbox/net/dns_message.h"

#include <algorithm>

namespace sandbox {
namespace {

constexpr std::size_t header_size = 12;
constexpr std::size_t longest_label = 63;
constexpr std::size_t longest_name = 255;  // as it stands in a packet
constexpr std::uint16_t class_internet = 1;
// Long enough for a program not to ask at every connection; the address stays good.
constexpr std::uint32_t seconds_to_live = 60;

std::uint16_t number_at(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint16_t>(static_cast<unsigned char>(bytes[at]) * 0x100U +
                                    static_cast<unsigned char>(bytes[at + 1]));
}

void add(std::string& bytes, std::uint16_t number) {
  bytes.push_back(static_cast<char>(number >> 8U));
  bytes.push_back(static_cast<char>(number & 0xffU));
}

bool is_of_host(char letter) {
  return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') || letter == '-' ||
         letter == '_';
}

char lower(char letter) {
  return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + 'a' - 'A') : letter;
}

/// The bytes that a name takes, and itself in `name`; nothing when it does not end where it must. A pointer
/// is no part of a question: nothing stands before it that it could point to.
std::optional<std::size_t> read_name(std::string_view bytes, std::string& name) {
  bool is_host = true;
  std::size_t at = 0;
  while (at < bytes.size() && at < longest_name) {
    const std::size_t size = static_cast<unsigned char>(bytes[at++]);
    if (size == 0) {
      if (!is_host) name.clear();
      return at;
    }
    if (size > longest_label || size > bytes.size() - at) return std::nullopt;
    if (!name.empty()) name.push_back('.');
    for (const char letter : bytes.substr(at, size)) name.push_back(lower(letter));
    is_host = is_host && std::all_of(name.end() - static_cast<std::ptrdiff_t>(size), name.end(), is_of_host);
    at += size;
  }
  return std::nullopt;
}

}  // namespace

std::optional<DnsQuestion> read_question(std::string_view packet) {
  if (packet.size() < header_size) return std::nullopt;
  const std::uint16_t flags = number_at(packet, 2);
  constexpr unsigned is_answer = 0x8000, operation = 0x7800, recursion = 0x0100;
  if ((flags & (is_answer | operation)) != 0 || number_at(packet, 4) != 1) return std::nullopt;
  DnsQuestion question{.id = number_at(packet, 0), .wants_recursion = (flags & recursion) != 0};
  const std::string_view rest = packet.substr(header_size);
  const std::optional<std::size_t> size = read_name(rest, question.name);
  if (!size || rest.size() - *size < 4) return std::nullopt;
  question.type = number_at(rest, *size);
  if (number_at(rest, *size + 2) != class_internet) return std::nullopt;
  question.asked = rest.substr(0, *size + 4);
  return question;
}

std::string answer_to(const DnsQuestion& question, DnsCode code, const std::vector<std::string>& addresses) {
  constexpr unsigned is_answer = 0x8000, recursion = 0x0100, can_recur = 0x0080;
  std::string packet;
  add(packet, question.id);
  add(packet, static_cast<std::uint16_t>(is_answer | (question.wants_recursion ? recursion : 0U) | can_recur |
                                         static_cast<unsigned>(code)));
  add(packet, 1);
  add(packet, static_cast<std::uint16_t>(addresses.size()));
  add(packet, 0);
  add(packet, 0);
  packet += question.asked;
  for (const std::string& address : addresses) {
    constexpr std::uint16_t to_the_question = 0xc000 | header_size;
    add(packet, to_the_question);
    add(packet, question.type);
    add(packet, class_internet);
    add(packet, 0);
    add(packet, seconds_to_live);
    add(packet, static_cast<std::uint16_t>(address.size()));
    packet += address;
  }
  return packet;
}

}  // namespace sandbox
