#pragma once
/// One attack of the collection: what it is called, what it is to reach, and what it does. Whether it reached
/// that is told from outside, by tests/sandbox/attacks.py, which also makes the scene.

#include <span>

#include "tests/sandbox/attacks/scene.h"

namespace attacks {

/// What an attack is to reach, in words that the runner knows. "fd WHAT", "socket FAMILY" and "namespace
/// KIND" are said in full: a descriptor of that kind, a socket of that family, a namespace of its own. Who
/// reaches something that is looked for while it lives holds it: hold().
namespace goal {
inline constexpr const char* outside = "outside";      ///< a file outside the workspace has changed
inline constexpr const char* home = "home";            ///< a file of the owner's HOME has changed
inline constexpr const char* own = "own";              ///< a file of gatehouse's own has changed
inline constexpr const char* planted = "planted";      ///< what the owner's tools would run says "planted"
inline constexpr const char* secret = "secret";        ///< what nobody told it stands in its output
inline constexpr const char* ran = "ran";              ///< the program that the rules deny has run
inline constexpr const char* bystander = "bystander";  ///< a process outside was signalled or changed
inline constexpr const char* gate = "gate";            ///< the process that it was started by was ended
inline constexpr const char* reached = "reached";      ///< a socket outside heard of it
inline constexpr const char* listens = "listens";      ///< the outside can connect to it
inline constexpr const char* survivor = "survivor";    ///< a process of its own outlives it
inline constexpr const char* typed = "typed";          ///< the caller's terminal has input that nobody typed
inline constexpr const char* drawn = "drawn";          ///< somebody else's terminal shows something
inline constexpr const char* mount = "mount";          ///< it has a mount of its own
inline constexpr const char* root = "root";            ///< its root directory is another
inline constexpr const char* persona = "persona";      ///< its personality is another
inline constexpr const char* gained = "gained";        ///< it printed what only another group can read
inline constexpr const char* lied = "lied";            ///< /proc shows other words than it was started with
inline constexpr const char* locked = "locked";        ///< nobody else gets the lock of a file outside
inline constexpr const char* leased = "leased";        ///< nobody else may open a file outside for writing
inline constexpr const char* many = "many";            ///< it has more than 150 processes
inline constexpr const char* large = "large";          ///< it made a file of more than 4 MB
}  // namespace goal

/// Where it must fail.
enum class Fails {
  confined,  ///< in read-only and workspace-write; danger-full-access is the host's files, network and kernel
  always,    ///< in every mode
};

struct Attack {
  const char* name;  ///< FAMILY.WAY
  const char* goal;
  Fails fails;
  void (*run)(const Scene&);
  const char* needs = "";  ///< what not every machine or user has: "root", "user", or something in words
};

std::span<const Attack> files();
std::span<const Attack> links();
std::span<const Attack> secrets();
std::span<const Attack> processes();
std::span<const Attack> descriptors();
std::span<const Attack> namespaces();
std::span<const Attack> sockets();
std::span<const Attack> kernel();
std::span<const Attack> terminals();
std::span<const Attack> exhaustion();
std::span<const Attack> persistence();
std::span<const Attack> own();

}  // namespace attacks
