#pragma once
/// What a gatehouse tells one that runs in its sandbox: who it is, again when its state changes, and what it
/// refuses to it.
/// JSON, a packet each.

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "shelltool/session/denial_log.h"

namespace shelltool {

struct GuestGreeting {
  policy::State state;
  std::string session;
};

struct GuestDenial {
  Denial denial;
  std::vector<pid_t> processes;  ///< who asked, its parent, and so on, as the sandbox numbers them
};

std::string packet_of(const GuestGreeting& greeting);
std::string packet_of(const GuestDenial& denial);
/// Nothing for what is no such packet.
std::optional<GuestGreeting> read_greeting(const std::string& packet);
std::optional<GuestDenial> read_denial(const std::string& packet);

}  // namespace shelltool
