#pragma once
/// The caller of a program that is moved into another sandbox: from its exec, which is refused and made that
/// of the stub, until it has ended as the stand-in.

#include <memory>
#include <optional>
#include <vector>

#include "sandbox/gate/final_call.h"
#include "sandbox/gate/listener.h"
#include "sandbox/gate/passage.h"
#include "sandbox/gate/stand_in.h"

namespace sandbox {

class Departure {
 public:
  /// `shares_group`: the program will be in the caller's process group. `stub` is the exec to be made.
  Departure(std::unique_ptr<Passage> passage, bool shares_group, ExecCall stub)
      : passage_(std::move(passage)), shares_group_(shares_group), stub_(stub) {}
  Departure(const Departure&) = delete;
  Departure& operator=(const Departure&) = delete;

  /// The thread stands in its first stop behind the refused exec: goes on with the stub's. `signal`: that it
  /// was stopped for, or 0.
  void call_stub(pid_t tid, int signal);
  [[nodiscard]] bool has_called() const { return has_called_; }
  /// By registers alone: what is in memory may change, and is compared when the image is there.
  [[nodiscard]] bool is_stub_call(const Notification& notification) const;

  /// The process stands in the stop of its exec, and the image is the stub.
  void arrive(pid_t pid);
  /// Stops that follow.
  void on_stop(int status) { stand_in_->on_stop(status); }

 private:
  std::unique_ptr<Passage> passage_;
  bool shares_group_;
  ExecCall stub_;
  bool has_called_ = false;
  std::vector<int> signals_;  // that came meanwhile
  std::optional<StandIn> stand_in_;
};

}  // namespace sandbox
