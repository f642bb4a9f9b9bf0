#pragma once
/// The output of a command, kept up to a bound: its beginning and its end.

#include <string>

#include "sandbox/sys/fd.h"
#include "sandbox/sys/reactor.h"

namespace shelltool {

class Capture {
 public:
  static constexpr std::size_t head_limit = 300 * 1024;
  static constexpr std::size_t tail_limit = 700 * 1024;

  explicit Capture(sys::Reactor& reactor);

  /// The end that the command writes to; closed by close_write_end() once the command has it.
  [[nodiscard]] int write_end() const { return pipe_.write_end.get(); }
  void close_write_end() { pipe_.write_end.close(); }
  /// Takes what is still in the pipe.
  void finish();

  /// Head, a line that says how much was left out, tail.
  [[nodiscard]] std::string text() const;
  [[nodiscard]] bool truncated() const { return total_ > head_.size() + tail_.size(); }

 private:
  bool read_some();

  sys::Pipe pipe_;
  sys::Watch watch_;
  std::string head_, tail_;
  std::size_t total_ = 0;
};

}  // namespace shelltool
