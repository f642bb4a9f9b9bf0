#include "shelltool/control/gatehouses.h"

#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>

#include "mcp/json.h"
#include "sandbox/launcher/descendants.h"
#include "sandbox/sys/error.h"
#include "sandbox/sys/process.h"
#include "sandbox/sys/reactor.h"
#include "sandbox/sys/text.h"

namespace shelltool {
namespace {

constexpr auto longest_death = std::chrono::seconds(5);
/// Nothing tells when a socket that was full has room.
constexpr int next_try = 10;

int rest_of(sys::BootClock::time_point limit) {
  const auto rest = std::chrono::ceil<std::chrono::milliseconds>(limit - sys::BootClock::now());
  return static_cast<int>(std::max<long>(0, rest.count()));
}

void hear(Gatehouse& gatehouse) {
  if (!gatehouse.channel) {
    gatehouse.has_ended = true;  // its pidfd is all that is listened to
    return;
  }
  try {
    while (const std::optional<sys::Packet> packet = gatehouse.channel->receive())
      gatehouse.answer = mcp::parse(packet->bytes);
    if (gatehouse.channel->closed()) gatehouse.channel.reset();
  } catch (const std::exception&) {  // it is none of ours, or has been killed
    gatehouse.channel.reset();
  }
}

void tell(Gatehouse& gatehouse, const std::string& packet) {
  if (gatehouse.is_full) {
    Connecting again = connect_to(gatehouse.directory, gatehouse.process);
    gatehouse.channel = std::move(again.channel);
    gatehouse.is_full = again.is_full;
  }
  try {
    if (gatehouse.channel) gatehouse.channel->send(packet);
  } catch (const sys::SysError&) {
    hear(gatehouse);  // why it does not listen to us, if it says so
  }
}

/// Of those that are silent. False when the time is over.
bool hear_some(std::vector<Gatehouse>& gatehouses, int milliseconds) {
  std::vector<pollfd> words;
  std::vector<Gatehouse*> silent;
  for (Gatehouse& gatehouse : gatehouses) {
    if (!gatehouse.is_silent()) continue;
    words.push_back({gatehouse.channel ? gatehouse.channel->fd() : gatehouse.life.get(), POLLIN, 0});
    silent.push_back(&gatehouse);
  }
  if (words.empty() || milliseconds == 0) return false;
  if (::poll(words.data(), words.size(), milliseconds) <= 0) return true;
  for (std::size_t i = 0; i < words.size(); ++i)
    if (words[i].revents != 0) hear(*silent[i]);
  return true;
}

}  // namespace

std::string Gatehouse::error() const {
  return answer.is_object() && answer.contains("error") ? answer["error"].get<std::string>() : std::string();
}

std::vector<Gatehouse> find_gatehouses(const std::string& directory) {
  std::vector<Gatehouse> found;
  for (const pid_t process : listeners_in(directory))
    if (Connecting begun = connect_to(directory, process); begun.channel || begun.is_full)
      found.push_back({process, directory, sys::open_process(process), std::move(begun.channel),
                       begun.is_full, false, nullptr});
  std::sort(found.begin(), found.end(),
            [](const Gatehouse& one, const Gatehouse& other) { return one.process < other.process; });
  return found;
}

void ask(std::vector<Gatehouse>& gatehouses, const ControlRequest& request,
         std::chrono::milliseconds longest) {
  const std::string packet = packet_of(request);
  for (Gatehouse& gatehouse : gatehouses) {
    gatehouse.answer = nullptr;
    tell(gatehouse, packet);
  }
  const auto limit = sys::BootClock::now() + longest;
  const auto pause = [&] {
    const bool one_is_full = std::any_of(gatehouses.begin(), gatehouses.end(),
                                         [](const Gatehouse& gatehouse) { return gatehouse.is_full; });
    return one_is_full ? std::min(next_try, rest_of(limit)) : rest_of(limit);
  };
  while (hear_some(gatehouses, pause()))
    for (Gatehouse& gatehouse : gatehouses)
      if (gatehouse.is_full) tell(gatehouse, packet);
}

void await_word(std::vector<Gatehouse>& gatehouses) { hear_some(gatehouses, -1); }

/// Its first process dies with it, and the kernel ends the rest of the sandbox with that; who carries
/// connections would still wind them up.
void end(const Gatehouse& gatehouse) {
  std::vector<sys::Fd> processes;
  processes.push_back(sys::open_process(gatehouse.process));
  for (const pid_t child : sandbox::children_of(gatehouse.process))
    processes.push_back(sys::open_process(child));
  for (const sys::Fd& process : processes)
    if (process) ::syscall(SYS_pidfd_send_signal, process.get(), SIGKILL, nullptr, 0);
  const auto limit = sys::BootClock::now() + longest_death;
  for (const sys::Fd& process : processes) {
    pollfd death{process.get(), POLLIN, 0};
    if (process) ::poll(&death, 1, rest_of(limit));
  }
}

std::string command_of(pid_t process) {
  try {
    std::string words = sys::read_file(fmt::format("/proc/{}/cmdline", process), 4096);
    std::vector<std::string> argv;
    for (const std::string_view word : sys::split(words, '\0')) argv.emplace_back(word);
    if (!argv.empty() && argv.back().empty()) argv.pop_back();
    return sys::command_line(argv, 100);
  } catch (const sys::Error&) {
    return {};
  }
}

}  // namespace shelltool
