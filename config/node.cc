#include "config/node.h"

#include <algorithm>
#include <array>
#include <utility>

#include "config/text.h"
#include "sandbox/sys/nearest.h"

namespace config {
namespace {

/// Words that other tools use for ours.
constexpr std::array<std::pair<std::string_view, std::string_view>, 31> confusions = {{
    {"true", "event"},
    {"command", "program"},
    {"cmd", "program"},
    {"binary", "program"},
    {"argv", "args"},
    {"arguments", "args"},
    {"flags", "options"},
    {"flag", "options"},
    {"do", "verdict"},
    {"action", "verdict"},
    {"effect", "verdict"},
    {"decision", "verdict"},
    {"why", "reason"},
    {"message", "reason"},
    {"justification", "reason"},
    {"hint", "suggest"},
    {"instead", "suggest"},
    {"test", "examples"},
    {"match", "when"},
    {"if", "when"},
    {"name", "id"},
    {"forbid", "deny"},
    {"block", "deny"},
    {"reject", "deny"},
    {"prompt", "ask"},
    {"confirm", "ask"},
    {"permit", "allow"},
    {"ro", "read-only"},
    {"rw", "workspace-write"},
    {"write", "workspace-write"},
    {"off", "none"},
}};

}  // namespace

std::string text_of(const Place& place) {
  if (place.line == 0) return place.file;
  return fmt::format("{}:{}:{}", place.file, place.line, place.column);
}

BadInput::BadInput(const Place& place, const std::string& sentence)
    : sys::Error(sys::Kind::invalid, text_of(place) + ": " + sentence), place_(place) {}

std::string nearest(std::string_view word, const std::vector<std::string>& known) {
  if (const std::string near = sys::nearest(word, known); !near.empty()) return near;
  const std::string wanted = lower(word);
  for (const auto& [confused, meant] : confusions) {
    if (confused == wanted && std::find(known.begin(), known.end(), meant) != known.end())
      return std::string(meant);
  }
  return "";
}

}  // namespace config
