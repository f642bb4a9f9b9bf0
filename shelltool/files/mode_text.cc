#include "shelltool/files/mode_text.h"

#include <algorithm>

namespace shelltool::files {
namespace {

constexpr mode_t everybody = 0777;

std::optional<mode_t> octal(std::string_view text) {
  if (text.size() == 4 && text[0] == '0') text.remove_prefix(1);
  if (text.size() != 3) return std::nullopt;
  mode_t mode = 0;
  for (const char c : text) {
    if (c < '0' || c > '7') return std::nullopt;
    mode = mode * 8U + static_cast<mode_t>(c - '0');
  }
  return mode;
}

/// "ug", "x": bits of each letter, or 0 for another one.
mode_t whose(char c) {
  return c == 'u' ? 0700 : c == 'g' ? 0070 : c == 'o' ? 0007 : c == 'a' ? everybody : 0;
}
mode_t which(char c) { return c == 'r' ? 0444 : c == 'w' ? 0222 : c == 'x' ? 0111 : 0; }

bool change(mode_t& mode, std::string_view clause) {
  const std::size_t sign = clause.find_first_of("+-=");
  if (sign == std::string_view::npos) return false;
  mode_t who = 0, what = 0;
  for (const char c : clause.substr(0, sign)) {
    if (whose(c) == 0) return false;
    who |= whose(c);
  }
  for (const char c : clause.substr(sign + 1)) {
    if (which(c) == 0) return false;
    what |= which(c);
  }
  if (who == 0) who = everybody;
  if (clause[sign] == '=') mode &= ~who;
  mode = clause[sign] == '-' ? mode & ~(what & who) : mode | (what & who);
  return true;
}

}  // namespace

std::optional<mode_t> mode_after(std::string_view text, mode_t before) {
  const mode_t others = before & ~everybody;
  if (const auto mode = octal(text)) return others | *mode;
  mode_t mode = before & everybody;
  while (true) {
    const std::size_t comma = std::min(text.find(','), text.size());
    if (!change(mode, text.substr(0, comma))) return std::nullopt;
    if (comma == text.size()) return others | mode;
    text.remove_prefix(comma + 1);
  }
}

}  // namespace shelltool::files
