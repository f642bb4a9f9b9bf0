#pragma once
/// The gatehouses that a user has running, asked all at once.

#include <sys/types.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "sandbox/sys/channel.h"
#include "shelltool/control/control_socket.h"

namespace shelltool {

struct Gatehouse {
  pid_t process = 0;
  std::string directory;                ///< where it listens
  sys::Fd life;                         ///< its pidfd
  std::optional<sys::Channel> channel;  ///< none: it has closed it, or is full
  bool is_full = false;                 ///< it could not be connected yet
  bool has_ended = false;
  nlohmann::ordered_json answer;  ///< the last one; null: it has not come
  [[nodiscard]] bool is_silent() const { return !has_ended && answer.is_null(); }
  /// What it says against the request; empty where it does what it was asked.
  [[nodiscard]] std::string error() const;
};

/// Those that listen in the directory.
std::vector<Gatehouse> find_gatehouses(const std::string& directory);

/// Asks all, and waits together until they can be asked and have answered. Who closes the connection and
/// lives on is silent.
void ask(std::vector<Gatehouse>& gatehouses, const ControlRequest& request,
         std::chrono::milliseconds longest);

/// Waits until one of them has said something without being asked, or has ended.
void await_word(std::vector<Gatehouse>& gatehouses);

/// Ends one that does not answer, and with it what runs in its sandbox; nothing of that is left when this
/// returns.
void end(const Gatehouse& gatehouse);

/// What it was started as, for people.
std::string command_of(pid_t process);

}  // namespace shelltool
