#include "mcp/stdio.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "sandbox/sys/error.h"
#include "sandbox/sys/fd.h"

namespace mcp {
namespace {

bool is_blocking(int fd) { return (::fcntl(fd, F_GETFL) & O_NONBLOCK) == 0; }

}  // namespace

Stdio::Stdio(sys::Reactor& reactor, int in, int out, Handlers handlers)
    : reactor_(reactor),
      in_(in),
      out_(out),
      in_was_blocking_(is_blocking(in)),
      out_was_blocking_(is_blocking(out)),
      handlers_(std::move(handlers)) {
  sys::set_nonblocking(in_, true);
  sys::set_nonblocking(out_, true);
  watch();
}

Stdio::~Stdio() {
  if (in_was_blocking_) sys::set_nonblocking(in_, false);
  if (out_was_blocking_) sys::set_nonblocking(out_, false);
}

void Stdio::watch() {
  const bool reads = !has_ended_ && pending_bytes_ <= max_pending;
  if (reads && !readable_) readable_ = reactor_.watch(in_, POLLIN, [this](int) { on_readable(); });
  if (!reads) readable_.cancel();
  const bool writes = !pending_.empty();
  if (writes && !writable_) {
    writable_ = reactor_.watch(out_, POLLOUT, [this](int) {
      write_some();
      watch();
    });
  }
  if (!writes) writable_.cancel();
}

void Stdio::on_readable() {
  std::array<char, 65536> chunk;  // to zero it would take longer than a short message does
  const ssize_t count = ::read(in_, chunk.data(), chunk.size());
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (count <= 0) return is_heard() ? end() : lose();
  take({chunk.data(), static_cast<std::size_t>(count)});
}

void Stdio::take(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t newline = bytes.find('\n');
    const std::string_view part = bytes.substr(0, newline);
    bytes.remove_prefix(newline == std::string_view::npos ? bytes.size() : newline + 1);
    if (!skipping_ && line_.size() + part.size() > max_line) {
      skipping_ = true;
      line_ = std::string();
      handlers_.too_long();
    }
    if (!skipping_) line_.append(part);
    if (newline == std::string_view::npos) return;
    std::string line = std::exchange(line_, std::string());
    if (line.ends_with('\r')) line.pop_back();
    if (!std::exchange(skipping_, false) && !line.empty()) handlers_.line(std::move(line));
  }
}

/// Who closed its half only still is; who has died closed both.
bool Stdio::is_heard() const {
  pollfd out{out_, 0, 0};
  return ::poll(&out, 1, 0) <= 0;
}

void Stdio::send(std::string line) {
  if (is_gone_) return;
  line.push_back('\n');
  pending_bytes_ += line.size();
  pending_.push_back(std::move(line));
  write_some();
  watch();
}

void Stdio::write_some() {
  while (!pending_.empty()) {
    const std::string& first = pending_.front();
    const ssize_t count = ::write(out_, first.data() + written_, first.size() - written_);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) return;
    if (count < 0) {
      pending_.clear();
      pending_bytes_ = 0;
      return lose();
    }
    written_ += static_cast<std::size_t>(count);
    if (written_ < first.size()) continue;
    pending_bytes_ -= first.size();
    written_ = 0;
    pending_.pop_front();
  }
}

void Stdio::flush(std::chrono::milliseconds longest) {
  const auto until = sys::BootClock::now() + longest;
  while (!pending_.empty() && sys::BootClock::now() < until) {
    pollfd out{out_, POLLOUT, 0};
    if (::poll(&out, 1, 10) > 0) write_some();
  }
}

void Stdio::end() {
  if (std::exchange(has_ended_, true)) return;
  watch();
  handlers_.ended();
}

void Stdio::lose() {
  if (std::exchange(is_gone_, true)) return;
  has_ended_ = true;
  watch();
  handlers_.gone();
}

}  // namespace mcp
