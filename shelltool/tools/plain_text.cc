#include "shelltool/tools/plain_text.h"

#include <algorithm>
#include <utility>

#include "sandbox/sys/text.h"

namespace shelltool {
namespace {

constexpr char escape = '\x1b', bell = '\a';

bool is_within(char c, char first, char last) { return c >= first && c <= last; }

/// The length of the string that an OSC, DCS, SOS, PM or APC is, up to ST or BEL. One that has no end is over
/// with its line, or where another sequence begins: what comes behind it shall not vanish.
std::size_t string_length(std::string_view bytes) {
  std::size_t at = 2;
  for (; at < bytes.size() && bytes[at] != '\n'; ++at) {
    if (bytes[at] == bell) return at + 1;
    if (bytes[at] == escape) return bytes.substr(at + 1).starts_with('\\') ? at + 2 : at;
  }
  return at;
}

/// The length of the sequence that `bytes`, which begin with ESC, begin with; ECMA-48. One that is cut off
/// has what is there of it.
std::size_t escape_length(std::string_view bytes) {
  constexpr std::string_view strings = "]PX^_";
  if (bytes.size() < 2) return bytes.size();
  const bool is_control = bytes[1] == '[';
  if (strings.find(bytes[1]) != std::string_view::npos) return string_length(bytes);
  std::size_t at = is_control ? 2 : 1;
  while (at < bytes.size() && is_within(bytes[at], ' ', is_control ? '?' : '/')) ++at;
  return at < bytes.size() && is_within(bytes[at], is_control ? '@' : '0', '~') ? at + 1 : at;
}

/// Takes the last character of the line back, not only its last byte.
void step_back(std::string& text, std::size_t line) {
  while (text.size() > line) {
    const bool is_rest = (static_cast<unsigned char>(text.back()) & 0xC0U) == 0x80;
    text.pop_back();
    if (!is_rest) return;
  }
}

}  // namespace

std::string plain_text(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size());
  std::size_t line = 0;   // where it begins
  bool returned = false;  // what comes next is drawn over it
  while (!bytes.empty()) {
    const char c = bytes.front();
    if (c == escape) {
      bytes.remove_prefix(escape_length(bytes));
      continue;
    }
    const std::string_view piece = bytes.substr(0, std::max<std::size_t>(sys::utf8_length(bytes), 1));
    bytes.remove_prefix(piece.size());
    if (c == '\n') {
      text.push_back('\n');
      line = text.size();
      returned = false;
    } else if (c == '\r') {
      returned = true;
    } else if (c == '\b') {
      step_back(text, line);
    } else if (c != bell && c != '\0') {
      if (std::exchange(returned, false)) text.resize(line);
      if (c == '\t')
        text.push_back(c);
      else
        text += sys::visible(piece);
    }
  }
  return text;
}

std::string bounded_text(std::string text) {
  constexpr std::size_t most = 32'000;
  constexpr std::string_view notice = "\n(cut here: results have at most 32,000 bytes)";
  if (text.size() <= most) return text;
  return std::string(sys::cut(text, most - notice.size())).append(notice);
}

}  // namespace shelltool
