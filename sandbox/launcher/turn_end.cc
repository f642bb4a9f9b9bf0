#include "sandbox/launcher/turn_end.h"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <ctime>
#include <exception>
#include <optional>
#include <vector>

#include "sandbox/launcher/descendants.h"
#include "sandbox/launcher/stillness.h"

namespace sandbox {
namespace {

constexpr std::size_t small_tree = 32;
constexpr int quiet_passes = 20;  // of half a millisecond: those who were killed have to be reaped

void send(const std::vector<pid_t>& processes, int signal) {
  for (const pid_t process : processes) ::kill(process, signal);
}

void pause() {
  constexpr timespec moment{0, 500'000};
  ::nanosleep(&moment, nullptr);
}

/// Of nobody: a turn that killed its keeper left them to us. The dead among them are reaped.
std::vector<pid_t> orphans_but(const std::vector<pid_t>& spared) {
  std::vector<pid_t> orphans;
  for (const pid_t child : children_of(::getpid()))
    if (std::find(spared.begin(), spared.end(), child) == spared.end() &&
        ::waitpid(child, nullptr, WNOHANG | __WALL) == 0)
      orphans.push_back(child);
  return orphans;
}

std::vector<pid_t> victims_of(const TurnTree& tree) {
  std::vector<pid_t> victims = descendants_of(tree.keeper);
  for (const pid_t orphan : orphans_but(tree.spared)) {
    victims.push_back(orphan);
    const std::vector<pid_t> below = descendants_of(orphan);
    victims.insert(victims.end(), below.begin(), below.end());
  }
  return victims;
}

bool ends_by_walking(const TurnTree& tree) {
  for (int pass = 0; pass < quiet_passes; ++pass) {
    const std::vector<pid_t> victims = victims_of(tree);
    if (victims.empty()) return true;
    if (victims.size() > small_tree) return false;
    send(victims, SIGKILL);
    pause();
  }
  return false;
}

void end_in_stillness(const TurnTree& tree) {
  std::optional<Stillness> still;
  if (tree.can_signal_all)
    still.emplace();
  else
    still.emplace(victims_of(tree));
  send(victims_of(tree), SIGKILL);
}

}  // namespace

void terminate_turn(const TurnTree& tree) noexcept {
  try {
    const std::vector<pid_t> processes = descendants_of(tree.keeper);
    send(processes, SIGTERM);
    send(processes, SIGCONT);
  } catch (const std::exception&) {
    // Out of memory or descriptors: the end that follows tries again.
  }
}

void end_turn(const TurnTree& tree) noexcept {
  try {
    if (ends_by_walking(tree)) return;
    for (int pass = 0; pass < quiet_passes; ++pass) {
      end_in_stillness(tree);
      pause();
      if (victims_of(tree).empty()) return;
    }
  } catch (const std::exception&) {
    // Out of memory or descriptors. The supervisor sees that the turn is not gone, and ends the session.
  }
}

}  // namespace sandbox
