#include "sandbox/gate/processor.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>

namespace sandbox {
namespace {

/// struct sched_attr of linux/sched/types.h, which sched.h of the C library forbids to include beside it.
struct SchedulingAttributes {
  std::uint32_t size = sizeof(SchedulingAttributes);
  std::uint32_t policy = SCHED_OTHER;
  std::uint64_t flags = 0;
  std::int32_t nice = 0;
  std::uint32_t priority = 0;
  std::uint64_t runtime = 0, deadline = 0, period = 0;
};

}  // namespace

void take_short_slices() noexcept {
  SchedulingAttributes attributes;
  if (::syscall(SYS_sched_getattr, 0, &attributes, sizeof attributes, 0) != 0 ||
      attributes.policy != SCHED_OTHER)
    return;
  attributes.runtime = 100'000;  // ns, the least
  ::syscall(SYS_sched_setattr, 0, &attributes, 0);
}

std::optional<Processors> Processors::of(pid_t tid) noexcept {
  Processors found;
  if (::sched_getaffinity(tid, sizeof found.set_, &found.set_) != 0) return std::nullopt;
  return found;
}

std::optional<Processors> Processors::here() noexcept {
  const int number = ::sched_getcpu();
  if (number < 0 || number >= CPU_SETSIZE) return std::nullopt;
  Processors found;
  CPU_SET(static_cast<unsigned>(number), &found.set_);
  return found;
}

bool Processors::contain(const Processors& others) const noexcept {
  cpu_set_t common;
  CPU_AND(&common, &set_, &others.set_);
  return CPU_EQUAL(&common, &others.set_);
}

bool Processors::apply(pid_t tid) const noexcept { return ::sched_setaffinity(tid, sizeof set_, &set_) == 0; }

void ProcessorHold::hold() noexcept {
  if (held_ || !before_) return;
  const auto here = Processors::here();
  held_ = here && here->apply(0);
}

void ProcessorHold::release() noexcept {
  if (held_) before_->apply(0);
  held_ = false;
}

ProcessorLoan::ProcessorLoan(pid_t tid) noexcept : before_(Processors::of(tid)) {
  const auto here = Processors::here();
  if (!here || !before_ || !before_->contain(*here) || !here->apply(tid)) before_.reset();
}

void ProcessorLoan::give_back(pid_t tid) noexcept {
  if (before_) before_->apply(tid);
  before_.reset();
}

}  // namespace sandbox
