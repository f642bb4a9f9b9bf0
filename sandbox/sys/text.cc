#include "sandbox/sys/text.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

namespace sys {
namespace {

constexpr std::string_view plain_in_a_shell = "%+,-./:=@_";

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         plain_in_a_shell.find(c) != std::string_view::npos;
}

std::uint32_t code_point(std::string_view sequence) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(sequence[i]); };
  if (sequence.size() == 1) return byte(0);
  std::uint32_t value = byte(0) & (0x7FU >> sequence.size());
  for (std::size_t i = 1; i < sequence.size(); ++i) value = value << 6U | (byte(i) & 0x3FU);
  return value;
}

bool misleads(std::uint32_t point) {
  return point < 0x20 || (point >= 0x7F && point < 0xA0) || (point >= 0x202A && point <= 0x202E) ||
         (point >= 0x2066 && point <= 0x2069);
}

std::string escaped(std::string_view bytes) {
  std::string result;
  for (const char c : bytes) {
    if (c == '\n') {
      result += "\\n";
    } else if (c == '\t') {
      result += "\\t";
    } else if (c == '\r') {
      result += "\\r";
    } else {
      result += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    }
  }
  return result;
}

constexpr std::array<bool, 256> plain_in_json = [] {
  std::array<bool, 256> plain{};
  for (std::size_t c = ' '; c < 0x7F; ++c) plain[c] = c != '"' && c != '\\';
  return plain;
}();
/// No function, so that looking for the first that is not plain takes no call for each.
constexpr auto is_plain_in_json = [](char c) { return plain_in_json[static_cast<unsigned char>(c)]; };

void append_json_escape(std::string& text, char c) {
  constexpr std::string_view after_backslash = "\"\\\n\t\r", letters = "\"\\ntr";
  if (const std::size_t at = after_backslash.find(c); at != std::string_view::npos)
    text.append(1, '\\').append(1, letters[at]);
  else if (c < ' ')
    text += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
  else
    text += c;
}

std::string quoted(const std::string& word) {
  if (!word.empty() && std::all_of(word.begin(), word.end(), is_plain)) return word;
  std::string result = "'";
  for (const char c : word) {
    if (c == '\'') {
      result += "'\\''";
    } else {
      result.push_back(c);
    }
  }
  return visible(result.append("'"));
}

}  // namespace

std::size_t utf8_length(std::string_view bytes) {
  if (bytes.empty()) return 0;
  const auto lead = static_cast<unsigned char>(bytes[0]);
  const std::size_t length = lead < 0x80   ? 1
                             : lead < 0xC2 ? 0
                             : lead < 0xE0 ? 2
                             : lead < 0xF0 ? 3
                             : lead < 0xF5 ? 4
                                           : 0;
  if (length == 0 || bytes.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((static_cast<unsigned char>(bytes[i]) & 0xC0U) != 0x80) return 0;
  const std::uint32_t point = code_point(bytes.substr(0, length));
  const bool overlong = (length == 3 && point < 0x800) || (length == 4 && point < 0x10000);
  const bool surrogate = point >= 0xD800 && point < 0xE000;
  return overlong || surrogate || point > 0x10FFFF ? 0 : length;
}

std::uint64_t number_behind(std::string_view text, std::string_view name, int base) {
  std::uint64_t number = 0;
  const std::size_t at = text.find(name);
  if (at == std::string_view::npos) return number;
  const std::size_t from = text.find_first_not_of(" \t", at + name.size());
  if (from != std::string_view::npos)
    std::from_chars(text.data() + from, text.data() + text.size(), number, base);
  return number;
}

std::string_view cut(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text;
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0U) == 0x80) --most;
  return text.substr(0, most);
}

void append_json(std::string& text, std::string_view bytes) {
  text += '"';
  for (;;) {
    const auto stop = std::find_if_not(bytes.begin(), bytes.end(), is_plain_in_json);
    text.append(bytes.begin(), stop);
    bytes.remove_prefix(static_cast<std::size_t>(stop - bytes.begin()));
    if (bytes.empty()) break;
    const std::size_t length = utf8_length(bytes);
    if (length == 0)
      text += "\xEF\xBF\xBD";
    else if (length == 1)
      append_json_escape(text, bytes.front());
    else
      text.append(bytes.substr(0, length));
    bytes.remove_prefix(std::max<std::size_t>(length, 1));
  }
  text += '"';
}

void append_visible(std::string& text, std::string_view bytes) {
  const auto is_ordinary = [](char c) { return c >= ' ' && c < '\x7F'; };
  for (;;) {
    const auto stop = std::find_if_not(bytes.begin(), bytes.end(), is_ordinary);
    text.append(bytes.begin(), stop);
    bytes.remove_prefix(static_cast<std::size_t>(stop - bytes.begin()));
    if (bytes.empty()) return;
    const std::size_t valid = utf8_length(bytes);
    const std::string_view piece = bytes.substr(0, std::max<std::size_t>(valid, 1));
    if (valid != 0 && !misleads(code_point(piece))) {
      text.append(piece);
    } else {
      text.append(escaped(piece));
    }
    bytes.remove_prefix(piece.size());
  }
}

std::string visible(std::string_view bytes) {
  std::string text;
  append_visible(text, bytes);
  return text;
}

std::string shown(std::string_view word) {
  constexpr std::size_t max_bytes = 80;
  return "'" + visible(cut(word, max_bytes)) + (word.size() > max_bytes ? "…'" : "'");
}

std::string command_line(const std::vector<std::string>& argv, std::size_t limit) {
  std::string line;
  for (const std::string& word : argv) {
    if (!line.empty()) line.push_back(' ');
    line += quoted(word.size() > limit ? word.substr(0, limit) : word);
    if (line.size() > limit) return std::string(cut(line, limit)) + "…";
  }
  return line;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> pieces;
  for (std::size_t begin = 0; begin <= text.size() && !text.empty();) {
    const std::size_t end = std::min(text.find(separator, begin), text.size());
    pieces.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return pieces;
}

}  // namespace sys
