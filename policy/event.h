#pragma once
/// What is judged besides an exec: a file that is to be read or written, and a connection.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/address.h"
#include "policy/file_pattern.h"
#include "sandbox/exec_event.h"

namespace policy {

enum class EventKind { exec, read, write, net };
constexpr std::size_t event_kinds = 4;
const char* name_of(EventKind kind);

struct FileEvent {
  EventKind kind = EventKind::read;  ///< or write
  /// A deny holds for the path as named and as resolved; an allow for what it is resolved to.
  NamedFile file;
  std::string tool;  ///< that asks: read, grep, shell …
};

struct NetEvent {
  std::string host;                ///< as the program named it; empty when it named an address
  std::optional<Address> address;  ///< that is dialled; none before the name is resolved: ask again then
  std::uint16_t port = 0;
  std::string tool = "shell";
  std::string profile = {};  ///< that the process runs in; empty: the session's own sandbox
  /// What the process that connects is. Where nobody knows, it may be any program to a deny, and none to an
  /// allow.
  std::shared_ptr<const sandbox::ExecEvent> process;

  /// A literal address is one, in whichever of the two it was handed in.
  [[nodiscard]] std::optional<Address> known_address() const {
    return address ? address : read_address(host);
  }
};

/// A path as people write it: `~/x`, relative to `cwd`, or absolute. The tool is the one of the event's name.
FileEvent file_event(EventKind kind, std::string_view path, const std::string& cwd, const std::string& home,
                     Resolve resolve);
/// "registry.example:443", "10.0.0.1:80", "[::1]:80". Throws sys::Error(invalid).
NetEvent net_event(std::string_view text);

/// For messages, like a command line: {"read", "/home/u/.env"}, {"net", "[::1]:80"}.
std::vector<std::string> words_of(const FileEvent& event);
std::vector<std::string> words_of(const NetEvent& event);

}  // namespace policy
