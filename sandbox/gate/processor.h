#pragma once
/// Where supervisor and caller run while they take turns. Judging an exec takes less time than to wake a
/// thread on another, idle processor, or to move the caller there, which the kernel does at an exec beside a
/// runnable thread. Where the kernel refuses any of this, only time is lost.

#include <sched.h>
#include <sys/types.h>

#include <optional>

namespace sandbox {

/// The processors that a thread may use.
class Processors {
 public:
  /// Of a thread, 0 for the calling one; nothing when it cannot be told.
  static std::optional<Processors> of(pid_t tid) noexcept;
  /// The one that the calling thread is on.
  static std::optional<Processors> here() noexcept;

  [[nodiscard]] bool contain(const Processors& others) const noexcept;
  bool apply(pid_t tid) const noexcept;

 private:
  cpu_set_t set_{};
};

/// Asks the scheduler (Linux 6.12) to let this thread finish what it does before one that it wakes takes its
/// place.
void take_short_slices() noexcept;

/// Holds the calling thread on the processor where it is.
class ProcessorHold {
 public:
  ProcessorHold() = default;
  ProcessorHold(const ProcessorHold&) = delete;
  ProcessorHold& operator=(const ProcessorHold&) = delete;
  ~ProcessorHold() { release(); }

  void hold() noexcept;
  void release() noexcept;

 private:
  std::optional<Processors> before_ = Processors::of(0);
  bool held_ = false;
};

/// Brings another thread to the processor where the calling thread is. Empty when that was not possible.
class ProcessorLoan {
 public:
  ProcessorLoan() = default;
  explicit ProcessorLoan(pid_t tid) noexcept;

  /// `tid` as it is called now: an exec from another than the main thread takes the process' number.
  void give_back(pid_t tid) noexcept;

 private:
  std::optional<Processors> before_;
};

}  // namespace sandbox
