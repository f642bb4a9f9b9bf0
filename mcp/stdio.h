#pragma once
/// The stdio transport: one message a line.

#include <deque>
#include <functional>
#include <string>

#include "sandbox/sys/reactor.h"

namespace mcp {

class Stdio {
 public:
  /// Longer lines are no messages: they are passed over whole, and reported once each.
  static constexpr std::size_t max_line = 16 * 1024 * 1024;
  /// More that the client has not read, and nothing is taken from it until it does.
  static constexpr std::size_t max_pending = 8 * 1024 * 1024;

  struct Handlers {
    std::function<void(std::string line)> line;  ///< without the newline; empty lines are passed over
    std::function<void()> too_long;
    /// The client says no more, and hears what is sent as before. A line that was cut off is none.
    std::function<void()> ended;
    std::function<void()> gone;  ///< the client hears nothing any more; perhaps without `ended` before
  };

  /// Both descriptors stay the caller's; they are non-blocking as long as this lives.
  Stdio(sys::Reactor& reactor, int in, int out, Handlers handlers);
  Stdio(const Stdio&) = delete;
  Stdio& operator=(const Stdio&) = delete;
  ~Stdio();

  /// `line` without a newline in it; it is sent whole, behind all that were sent before.
  void send(std::string line);
  /// Whatever the client will still take, for at most this long: for the last words before the end.
  void flush(std::chrono::milliseconds longest);

 private:
  void on_readable();
  void take(std::string_view bytes);
  void write_some();
  void watch();
  [[nodiscard]] bool is_heard() const;
  void end();
  void lose();

  sys::Reactor& reactor_;
  int in_, out_;
  bool in_was_blocking_, out_was_blocking_;
  Handlers handlers_;
  std::string line_;
  bool skipping_ = false;  // the rest of a line that was too long
  bool has_ended_ = false, is_gone_ = false;
  std::deque<std::string> pending_;
  std::size_t pending_bytes_ = 0, written_ = 0;  // written_: of the first pending line
  sys::Watch readable_, writable_;
};

}  // namespace mcp
