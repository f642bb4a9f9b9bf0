#include "shelltool/worker/wire.h"

#include "sandbox/sys/error.h"

namespace shelltool {
namespace {

constexpr char in_packet = 'p', in_memory = 'm';
constexpr std::size_t most_in_packet = 32 * 1024;
constexpr std::size_t most_in_memory = std::size_t{1} << 30U;

}  // namespace

void post(sys::Channel& channel, WorkerTag tag, std::string_view body, const std::vector<int>& fds) {
  std::string packet(1, static_cast<char>(tag));
  if (body.size() <= most_in_packet) {
    packet.append(1, in_packet).append(body);
    return channel.send(packet, fds);
  }
  packet.push_back(in_memory);
  const sys::Fd memory = sys::in_memory(body, "a letter of the file worker");
  std::vector<int> all = {memory.get()};
  all.insert(all.end(), fds.begin(), fds.end());
  channel.send(packet, all);
}

std::optional<WorkerLetter> collect(sys::Channel& channel) {
  std::optional<sys::Packet> packet = channel.receive();
  if (!packet) return std::nullopt;
  if (packet->bytes.size() < 2) throw sys::Error(sys::Kind::internal, "reading a letter of the file worker");
  WorkerLetter letter{static_cast<WorkerTag>(packet->bytes[0]), {}, std::move(packet->fds)};
  if (packet->bytes[1] == in_packet) {
    letter.body = packet->bytes.substr(2);
    return letter;
  }
  if (letter.fds.empty())
    throw sys::Error(sys::Kind::internal, "reading a letter of the file worker: it has no body");
  letter.body = sys::read_all(letter.fds.front().get(), most_in_memory, "a letter of the file worker");
  letter.fds.erase(letter.fds.begin());
  return letter;
}

}  // namespace shelltool
