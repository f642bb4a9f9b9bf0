#include "sandbox/net/listening.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <utility>

#include "sandbox/launcher/descendants.h"
#include "sandbox/sys/fd.h"
#include "sandbox/sys/text.h"

namespace sandbox {
namespace {

constexpr std::size_t most_told = 20;  // at once: who opens thousands is no server
constexpr std::size_t largest_table = 16 << 20;
constexpr ssize_t shortest_with_more = 2048;  // a page, but for a line that does not fit

std::string_view next_word(std::string_view& line) {
  line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
  const std::string_view word = line.substr(0, line.find(' '));
  line.remove_prefix(word.size());
  return word;
}

template <class Number>
Number number_of(std::string_view text, int base) {
  Number number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number, base);
  return number;
}

/// Each read(2) walks all connections of the machine, some milliseconds on a large one: so none for the end
/// alone. Source: fs/seq_file.c fills a page where there is more.
std::string table_of(pid_t process, const char* name) {
  const sys::Fd file(::open(fmt::format("/proc/{}/net/{}", process, name).c_str(), O_RDONLY | O_CLOEXEC));
  std::string table;
  std::array<char, 16384> piece{};
  ssize_t count = file ? shortest_with_more : 0;  // there is no IPv6, or it is gone
  while (count >= shortest_with_more && table.size() < largest_table) {
    count = ::read(file.get(), piece.data(), piece.size());
    table.append(piece.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
  }
  return table;
}

}  // namespace

/// proc(5): number, local address and port, remote, state (0A: listening), and the inode as the tenth.
std::vector<ListeningSocket> listening_in(std::string_view table) {
  std::vector<ListeningSocket> sockets;
  for (std::string_view line : sys::split(table, '\n')) {
    next_word(line);
    const std::string_view local = next_word(line);
    next_word(line);
    const std::size_t colon = local.rfind(':');
    if (next_word(line) != "0A" || colon == std::string_view::npos) continue;
    for (int skipped = 0; skipped < 5; ++skipped) next_word(line);
    sockets.push_back({number_of<std::uint16_t>(local.substr(colon + 1), 16),
                       number_of<std::uint64_t>(next_word(line), 10)});
  }
  return sockets;
}

std::vector<Listening> ListeningLook::look() {
  std::vector<Listening> fresh;
  std::map<std::uint64_t, pid_t> holders;
  std::set<std::uint16_t> found;
  for (const char* name : {"tcp", "tcp6"})
    for (const ListeningSocket& socket : listening_in(table_of(init_, name))) {
      if (expected_.contains(socket.port) || !found.insert(socket.port).second) continue;
      if (known_.contains(socket.port) || fresh.size() == most_told) continue;
      if (holders.empty()) holders = holders_of_sockets(descendants_of(init_));
      const auto holder = holders.find(socket.inode);
      fresh.push_back({socket.port, holder != holders.end() ? command_of(holder->second) : std::string()});
    }
  known_ = std::move(found);
  return fresh;
}

}  // namespace sandbox
