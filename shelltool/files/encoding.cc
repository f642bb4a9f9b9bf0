#include "shelltool/files/encoding.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "sandbox/sys/text.h"

namespace shelltool::files {
namespace {

constexpr std::string_view utf8_mark = "\xef\xbb\xbf", little_mark = "\xff\xfe", big_mark = "\xfe\xff";
constexpr std::size_t sample = 8192;

/// What stands at 0x80 to 0x9F, as https://encoding.spec.whatwg.org/ has it for latin1: windows-1252.
constexpr std::array<std::uint16_t, 32> upper_controls = {
    0x20AC, 0x81,   0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x8D,   0x017D, 0x8F,   0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D,   0x017E, 0x0178};

bool is_utf8(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto not_ascii =
        std::find_if(bytes.begin(), bytes.end(), [](char c) { return static_cast<signed char>(c) < 0; });
    bytes.remove_prefix(static_cast<std::size_t>(not_ascii - bytes.begin()));
    if (bytes.empty()) return true;
    const std::size_t length = sys::utf8_length(bytes);
    if (length == 0) return false;
    bytes.remove_prefix(length);
  }
  return true;
}

/// Most text has characters below 256 in it, whose other byte is NUL, and no NUL character.
std::optional<Encoding> utf16_without_mark(std::string_view bytes) {
  bytes = bytes.substr(0, sample);
  if (bytes.size() < 4 || bytes.size() % 2 != 0) return std::nullopt;
  std::size_t even = 0, odd = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i)
    if (bytes[i] == '\0') ++(i % 2 == 0 ? even : odd);
  const std::size_t characters = bytes.size() / 2;
  if (even == 0 && odd * 4 >= characters * 3) return Encoding::utf16le;
  if (odd == 0 && even * 4 >= characters * 3) return Encoding::utf16be;
  return std::nullopt;
}

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != '\f' && c != '\x1b') || byte == 0x7f;
}

std::uint32_t from_latin1(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x80 && byte < 0xA0 ? upper_controls[byte - 0x80U] : byte;
}

std::optional<char> to_latin1(std::uint32_t point) {
  const auto* const upper = std::find(upper_controls.begin(), upper_controls.end(), point);
  if (upper != upper_controls.end()) return static_cast<char>(0x80 + (upper - upper_controls.begin()));
  if (point > 0xFF || (point >= 0x80 && point < 0xA0)) return std::nullopt;
  return static_cast<char>(point);
}

std::uint32_t unit_at(std::string_view bytes, std::size_t at, bool big) {
  const std::uint32_t first = static_cast<unsigned char>(bytes[at]);
  const std::uint32_t second = static_cast<unsigned char>(bytes[at + 1]);
  return big ? first << 8U | second : second << 8U | first;
}

void append_utf8(std::string& text, std::uint32_t point) {
  const auto rest = [&](unsigned shift) {
    text.push_back(static_cast<char>(0x80U | (point >> shift & 0x3FU)));
  };
  if (point < 0x80) return text.push_back(static_cast<char>(point));
  if (point < 0x800) {
    text.push_back(static_cast<char>(0xC0U | point >> 6U));
  } else if (point < 0x10000) {
    text.push_back(static_cast<char>(0xE0U | point >> 12U));
    rest(6);
  } else {
    text.push_back(static_cast<char>(0xF0U | point >> 18U));
    rest(12), rest(6);
  }
  rest(0);
}

void append_unit(std::string& bytes, std::uint32_t unit, bool big) {
  const char high = static_cast<char>(unit >> 8U & 0xFFU), low = static_cast<char>(unit & 0xFFU);
  bytes.push_back(big ? high : low);
  bytes.push_back(big ? low : high);
}

std::string from_utf16(std::string_view bytes, bool big) {
  constexpr std::uint32_t replacement = 0xFFFD;
  std::string text;
  std::size_t at = 0;
  while (at + 1 < bytes.size()) {
    const std::uint32_t unit = unit_at(bytes, at, big);
    at += 2;
    if (unit < 0xD800 || unit > 0xDFFF) {
      append_utf8(text, unit);
      continue;
    }
    const std::uint32_t low = unit < 0xDC00 && at + 1 < bytes.size() ? unit_at(bytes, at, big) : 0;
    const bool is_pair = low >= 0xDC00 && low <= 0xDFFF;
    append_utf8(text, is_pair ? 0x10000 + ((unit - 0xD800) << 10U) + (low - 0xDC00) : replacement);
    if (is_pair) at += 2;
  }
  if (at < bytes.size()) append_utf8(text, replacement);
  return text;
}

/// Takes one character off; `text` is UTF-8.
std::uint32_t next_point(std::string_view& text) {
  const std::size_t length = std::max<std::size_t>(sys::utf8_length(text), 1);
  std::uint32_t point = static_cast<unsigned char>(text[0]);
  if (length > 1) point &= 0x7FU >> length;
  for (std::size_t i = 1; i < length; ++i)
    point = point << 6U | (static_cast<unsigned char>(text[i]) & 0x3FU);
  text.remove_prefix(length);
  return point;
}

}  // namespace

const char* name_of(Encoding encoding) {
  switch (encoding) {
    case Encoding::utf8:
      return "utf-8";
    case Encoding::utf8_bom:
      return "utf-8 bom";
    case Encoding::utf16le:
      return "utf-16le";
    case Encoding::utf16be:
      return "utf-16be";
    case Encoding::latin1:
      return "latin-1";
    case Encoding::binary:
      return "binary";
  }
  return "";
}

std::string_view mark_of(std::string_view content) {
  for (const std::string_view mark : {utf8_mark, little_mark, big_mark})
    if (content.starts_with(mark)) return content.substr(0, mark.size());
  return {};
}

Encoding encoding_of(std::string_view content) {
  // UTF-32, whose mark may begin with that of UTF-16.
  using namespace std::string_view_literals;
  if (content.starts_with("\xFF\xFE\0\0"sv) || content.starts_with("\0\0\xFE\xFF"sv)) return Encoding::binary;
  if (content.starts_with(little_mark)) return Encoding::utf16le;
  if (content.starts_with(big_mark)) return Encoding::utf16be;
  if (content.find('\0') != std::string_view::npos)
    return utf16_without_mark(content).value_or(Encoding::binary);
  if (is_utf8(content)) return content.starts_with(utf8_mark) ? Encoding::utf8_bom : Encoding::utf8;
  const std::string_view begin = content.substr(0, sample);
  const auto controls = static_cast<std::size_t>(std::count_if(begin.begin(), begin.end(), is_control));
  return controls * 100 <= begin.size() ? Encoding::latin1 : Encoding::binary;
}

std::string decoded(std::string_view content, Encoding encoding) {
  if (encoding != Encoding::latin1) content.remove_prefix(mark_of(content).size());
  switch (encoding) {
    case Encoding::utf16le:
    case Encoding::utf16be:
      return from_utf16(content, encoding == Encoding::utf16be);
    case Encoding::latin1: {
      std::string text;
      for (const char c : content) append_utf8(text, from_latin1(c));
      return text;
    }
    case Encoding::utf8:
    case Encoding::utf8_bom:
    case Encoding::binary:
      break;
  }
  return std::string(content);
}

std::optional<std::string> encoded(std::string_view text, Encoding encoding) {
  std::string bytes;
  switch (encoding) {
    case Encoding::utf16le:
    case Encoding::utf16be:
      while (!text.empty()) {
        const std::uint32_t point = next_point(text);
        const bool big = encoding == Encoding::utf16be;
        if (point >= 0x10000) append_unit(bytes, 0xD800 + ((point - 0x10000) >> 10U), big);
        append_unit(bytes, point >= 0x10000 ? 0xDC00 + ((point - 0x10000) & 0x3FFU) : point, big);
      }
      return bytes;
    case Encoding::latin1:
      while (!text.empty()) {
        const std::optional<char> byte = to_latin1(next_point(text));
        if (!byte) return std::nullopt;
        bytes.push_back(*byte);
      }
      return bytes;
    case Encoding::utf8:
    case Encoding::utf8_bom:
    case Encoding::binary:
      break;
  }
  return std::string(text);
}

}  // namespace shelltool::files
