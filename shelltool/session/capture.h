#pragma once
/// The output of a command, kept up to a bound: its beginning and its end, and on request the whole in a
/// file.

#include <cstdint>
#include <string>

#include "sandbox/sys/fd.h"
#include "sandbox/sys/reactor.h"

namespace shelltool {

struct CaptureLimits {
  std::size_t head = 300 * 1024, tail = 700 * 1024;
  std::string keep = {};                ///< a file for the whole, made when head and tail have no room for it
  std::size_t kept = 64 * 1024 * 1024;  ///< as far as this
};

class Capture {
 public:
  explicit Capture(sys::Reactor& reactor, CaptureLimits limits = {});

  /// The end that the command writes to; closed by close_write_end() once the command has it.
  [[nodiscard]] int write_end() const { return pipe_.write_end.get(); }
  void close_write_end() { pipe_.write_end.close(); }
  /// Takes what is in the pipe by now. Whoever still has its other end may go on writing.
  void drain();
  /// The same for the last time.
  void finish();
  /// No writer is left.
  [[nodiscard]] bool ended() const { return ended_; }

  [[nodiscard]] const std::string& head() const { return head_; }
  [[nodiscard]] std::string tail() const;
  [[nodiscard]] std::uint64_t left_out() const { return total_ - head_.size() - tail().size(); }
  [[nodiscard]] std::uint64_t total() const { return total_; }
  /// Head, a line that says how much was left out, tail.
  [[nodiscard]] std::string text() const;
  [[nodiscard]] bool truncated() const { return total_ > limits_.head + limits_.tail; }
  /// The file that the whole is in, or its beginning; empty when there is none.
  [[nodiscard]] std::string kept_in() const { return kept_ ? limits_.keep : std::string(); }
  [[nodiscard]] bool is_kept_whole() const { return kept_bytes_ >= total_; }

 private:
  bool read_some();
  void keep(std::string_view chunk);

  CaptureLimits limits_;
  sys::Pipe pipe_;
  sys::Watch watch_;
  bool ended_ = false;
  std::string head_, tail_;
  std::uint64_t total_ = 0, kept_bytes_ = 0;
  sys::Fd kept_;
};

}  // namespace shelltool
