#pragma once
/// The gatehouse in whose sandbox this one runs: it judges what this one starts, and tells what it refuses.

#include <functional>
#include <optional>
#include <string>

#include "sandbox/sys/channel.h"
#include "sandbox/sys/reactor.h"
#include "shelltool/session/guest_wire.h"

namespace shelltool {

class Outer {
 public:
  /// Nothing when there is none.
  static std::optional<Outer> find();

  [[nodiscard]] const policy::State& state() const { return greeting_.state; }
  [[nodiscard]] const std::string& session() const { return greeting_.session; }

  /// Readable when there is something to hear.
  [[nodiscard]] int fd() const { return channel_.fd(); }
  [[nodiscard]] bool is_gone() const { return channel_.closed(); }
  /// What it has refused by now and not told before. What it says of its state counts from then on.
  std::vector<GuestDenial> denials();

 private:
  Outer(sys::Channel channel, GuestGreeting greeting)
      : channel_(std::move(channel)), greeting_(std::move(greeting)) {}

  sys::Channel channel_;
  GuestGreeting greeting_;
};

}  // namespace shelltool
