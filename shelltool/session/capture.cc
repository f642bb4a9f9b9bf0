#include "shelltool/session/capture.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "sandbox/sys/error.h"
#include "sandbox/sys/path.h"

namespace shelltool {

Capture::Capture(sys::Reactor& reactor, CaptureLimits limits)
    : limits_(std::move(limits)), pipe_(sys::make_pipe()) {
  sys::set_nonblocking(pipe_.read_end.get(), true);
  watch_ = reactor.watch(pipe_.read_end.get(), POLLIN, [this](int) {
    if (!read_some() && ended_) watch_.cancel();
  });
}

bool Capture::read_some() {
  std::array<char, 65536> chunk;  // to zero it would take longer than a short message does
  const ssize_t count = ::read(pipe_.read_end.get(), chunk.data(), chunk.size());
  if (count == 0) errno = 0;
  if (count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR)) ended_ = true;
  if (count <= 0) return false;
  const std::string_view bytes(chunk.data(), static_cast<std::size_t>(count));
  total_ += bytes.size();
  if (!limits_.keep.empty() && truncated()) keep(bytes);
  const std::size_t to_head = std::min(bytes.size(), limits_.head - head_.size());
  head_.append(bytes.substr(0, to_head));
  tail_.append(bytes.substr(to_head));
  // Twice the bound, so that what is dropped is copied once and not with every read.
  if (tail_.size() > 2 * limits_.tail) tail_.erase(0, tail_.size() - limits_.tail);
  return true;
}

/// What came before is all in memory when it begins.
void Capture::keep(std::string_view chunk) {
  try {
    if (!kept_ && kept_bytes_ == 0) {
      sys::make_directories(sys::parent_of(limits_.keep), 0700);
      kept_ = sys::open_file(limits_.keep, O_WRONLY | O_CREAT | O_EXCL, 0600);
      const std::string before = (head_ + tail_).substr(0, limits_.kept);
      sys::write_all(kept_.get(), before, limits_.keep);
      kept_bytes_ = before.size();
    }
    const std::size_t room = limits_.kept - std::min<std::size_t>(kept_bytes_, limits_.kept);
    if (kept_) sys::write_all(kept_.get(), chunk.substr(0, room), limits_.keep);
    kept_bytes_ += std::min(room, chunk.size());
  } catch (const sys::Error&) {  // a full disk costs the copy, not the command
    kept_.close();
    kept_bytes_ = std::max<std::uint64_t>(kept_bytes_, 1);
  }
}

void Capture::drain() {
  // As much as a pipe can hold: one that is written to all the time has no end.
  constexpr int fullest_pipe = 1024 * 1024 / 65536;
  for (int chunk = 0; chunk <= fullest_pipe && read_some(); ++chunk) {
  }
}

void Capture::finish() {
  drain();
  watch_.cancel();
}

std::string Capture::tail() const {
  return tail_.size() > limits_.tail ? tail_.substr(tail_.size() - limits_.tail) : tail_;
}

std::string Capture::text() const {
  if (!truncated()) return head_ + tail_;
  return fmt::format("{}\n[{} bytes left out]\n{}", head_, left_out(), tail());
}

}  // namespace shelltool
