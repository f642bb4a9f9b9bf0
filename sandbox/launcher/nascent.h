#pragma once
/// The first process of a sandbox before it is settled what sandbox. Making its namespaces takes the kernel
/// as long as settling takes the caller, and it can do so on another processor.

#include <cstdint>
#include <optional>

#include "sandbox/launcher/inherited.h"
#include "sandbox/sys/channel.h"
#include "sandbox/sys/process.h"

namespace sandbox {

class Nascent {
 public:
  /// Begins to make it. It inherits the standard descriptors as they are now, no others, and waits. With
  /// `inherited` its command has those, and more of what it says.
  explicit Nascent(std::uint64_t namespaces, const Inherited* inherited = nullptr);
  Nascent(Nascent&&) noexcept = default;
  Nascent& operator=(Nascent&&) = delete;
  ~Nascent();  ///< ends it, where nobody took it over

  [[nodiscard]] std::uint64_t namespaces() const { return namespaces_; }

  /// What its owner holds of it from now on.
  struct Born {
    sys::Child init;
    sys::Channel channel, turns;
    sys::Fd lifeline;
    sys::Fd assignment;  ///< to be written
    sys::Fd bell;        ///< an eventfd, to be rung when that is done
    sys::Fd tree_bell;   ///< another, for the trees that are in the channel
    sys::Child midwife;  ///< which ends by itself
  };
  /// Waits until it is there. Throws Refused. Whoever waits for any child may come to reap the midwife.
  Born born() &&;

 private:
  std::uint64_t namespaces_;
  sys::SocketPair ends_, turns_;
  sys::Pipe lifeline_;
  sys::Fd assignment_, bell_, tree_bell_;
  sys::Child midwife_;  ///< which makes it, as our child, and goes
};

}  // namespace sandbox
