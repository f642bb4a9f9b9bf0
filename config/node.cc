#include "config/node.h"

#include <algorithm>
#include <array>
#include <utility>

#include "config/file.h"
#include "config/text.h"

namespace config {
namespace {

/// Edits between two words: insert, delete, replace, or swap two neighbours (optimal string alignment).
std::size_t edits(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0U : 1U)});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before.swap(last);
    last.swap(row);
  }
  return last[b.size()];
}

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
    : sys::Error(sys::Kind::invalid, text_of(place) + ": " + sentence) {}

Node read_yaml_file(const std::string& path) {
  if (auto node = find_yaml_file(path)) return std::move(*node);
  throw BadInput({path}, "there is no such file");
}

std::string nearest(std::string_view word, const std::vector<std::string>& known) {
  const std::string wanted = lower(word);
  const std::size_t reach = wanted.size() <= 4 ? 1 : 2;
  std::string best;
  std::size_t best_edits = reach + 1;
  for (const std::string& candidate : known) {
    if (candidate.size() > wanted.size() + reach || wanted.size() > candidate.size() + reach) continue;
    const std::size_t distance = edits(wanted, lower(candidate));
    if (distance < best_edits) {
      best = candidate;
      best_edits = distance;
    }
  }
  if (!best.empty()) return best;
  for (const auto& [confused, meant] : confusions) {
    if (confused == wanted && std::find(known.begin(), known.end(), meant) != known.end())
      return std::string(meant);
  }
  return "";
}

}  // namespace config
