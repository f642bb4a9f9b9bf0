#include "shelltool/capture.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "sandbox/sys/error.h"

namespace shelltool {

Capture::Capture(sys::Reactor& reactor) : pipe_(sys::make_pipe()) {
  sys::set_nonblocking(pipe_.read_end.get(), true);
  watch_ = reactor.watch(pipe_.read_end.get(), POLLIN, [this](int) {
    if (!read_some() && errno != EAGAIN) watch_.cancel();
  });
}

bool Capture::read_some() {
  std::array<char, 65536> chunk{};
  const ssize_t count = ::read(pipe_.read_end.get(), chunk.data(), chunk.size());
  if (count == 0) errno = 0;
  if (count <= 0) return false;
  const auto size = static_cast<std::size_t>(count);
  const std::size_t to_head = std::min(size, head_limit - head_.size());
  head_.append(chunk.data(), to_head);
  tail_.append(chunk.data() + to_head, size - to_head);
  // Twice the bound, so that what is dropped is copied once and not with every read.
  if (tail_.size() > 2 * tail_limit) tail_.erase(0, tail_.size() - tail_limit);
  total_ += size;
  return true;
}

void Capture::finish() {
  while (read_some()) {
  }
  watch_.cancel();
  if (tail_.size() > tail_limit) tail_.erase(0, tail_.size() - tail_limit);
}

std::string Capture::text() const {
  if (!truncated()) return head_ + tail_;
  return fmt::format("{}\n[{} bytes left out]\n{}", head_, total_ - head_.size() - tail_.size(), tail_);
}

}  // namespace shelltool
