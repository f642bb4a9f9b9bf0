#include "sandbox/net/lookup.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "sandbox/net/endpoint.h"
#include "sandbox/sys/error.h"
#include "sandbox/sys/text.h"

namespace sandbox {
namespace {

constexpr auto good_for = std::chrono::seconds(30);
constexpr auto nothing_good_for = std::chrono::seconds(3);
constexpr auto patience = std::chrono::seconds(40);
// resolv.conf(5): a name server that is silent is given up after five seconds. That nobody knows a name is
// told at once.
constexpr auto looks_like_silence = std::chrono::seconds(4);
constexpr std::size_t most_searches = 32;
constexpr std::size_t most_entries = 4096;
constexpr std::size_t most_bytes = 64 * 1024;
constexpr std::size_t most_addresses = 32;

sys::Program getent(const std::string& name, int output, int nothing) {
  sys::Program program;
  program.argv.insert(program.argv.end(), {"getent", "ahosts", "--", name});
  program.env = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C"};
  program.in = program.err = nothing;
  program.out = output;
  program.ends_with_us = true;
  return program;
}

}  // namespace

std::vector<std::string> addresses_in(std::string_view output) {
  std::vector<std::string> addresses;
  for (const std::string_view line : sys::split(output, '\n')) {
    const std::string address(line.substr(0, line.find(' ')));
    if (addresses.size() == most_addresses || !read_address(address, 0)) continue;
    if (std::find(addresses.begin(), addresses.end(), address) == addresses.end())
      addresses.push_back(address);
  }
  return addresses;
}

void Lookup::find(const std::string& name, Found found) {
  Entry& entry = entries_[name];
  if (entry.waiting.empty() && sys::BootClock::now() < entry.good_until) return found(entry.answer);
  entry.waiting.push_back(std::move(found));
  if (entry.waiting.size() > 1) return;
  if (searches_ < most_searches)
    begin(name, entry);
  else
    queue_.push_back(name);
}

void Lookup::begin(const std::string& name, Entry& entry) {
  ++searches_;
  entry.search = std::make_unique<Search>();
  Search& search = *entry.search;
  search.begun = sys::BootClock::now();
  try {
    sys::Pipe pipe = sys::make_pipe();
    const sys::Fd nothing = sys::open_file("/dev/null", O_RDWR);
    search.process = sys::spawn(getent(name, pipe.write_end.get(), nothing.get()));
    search.output = std::move(pipe.read_end);
    sys::set_nonblocking(search.output.get(), true);
    search.readable = reactor_.watch(search.output.get(), POLLIN, [this, name](int) { read(name); });
    search.deadline = reactor_.at(sys::BootClock::now() + patience, [this, name] { finish(name, false); });
  } catch (const sys::SysError&) {  // no processes or descriptors are left: as if nobody answered
    search.deadline = reactor_.at(sys::BootClock::now(), [this, name] { finish(name, false); });
  }
}

void Lookup::read(const std::string& name) {
  Search& search = *entries_.at(name).search;
  std::array<char, 4096> piece{};
  const ssize_t count = ::read(search.output.get(), piece.data(), piece.size());
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (count > 0) search.text.append(piece.data(), static_cast<std::size_t>(count));
  if (count > 0 && search.text.size() <= most_bytes) return;
  finish(name, !search.text.empty() || sys::BootClock::now() - search.begun < looks_like_silence);
}

void Lookup::finish(const std::string& name, bool is_answered) {
  const std::unique_ptr<Search> search = std::exchange(entries_.at(name).search, nullptr);
  --searches_;
  Entry& entry = entries_.at(name);
  entry.answer = {addresses_in(search->text), is_answered};
  entry.good_until = sys::BootClock::now() + (entry.answer.addresses.empty() ? nothing_good_for : good_for);
  const Answer answer = entry.answer;
  const std::vector<Found> waiting = std::exchange(entry.waiting, {});
  for (const Found& found : waiting) found(answer);
  begin_next();
  forget_old();
}

void Lookup::begin_next() {
  while (!queue_.empty() && searches_ < most_searches) {
    const std::string name = std::move(queue_.front());
    queue_.pop_front();
    begin(name, entries_.at(name));
  }
}

void Lookup::forget_old() {
  if (entries_.size() <= most_entries) return;
  const auto now = sys::BootClock::now();
  std::erase_if(entries_, [&](const auto& known) {
    return known.second.waiting.empty() && known.second.good_until < now;
  });
}

}  // namespace sandbox
