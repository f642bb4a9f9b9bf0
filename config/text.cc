#include "config/text.h"

#include "config/node.h"
#include "sandbox/sys/text.h"

namespace config {
namespace {

unsigned byte_at(std::string_view text, std::size_t index) {
  return index < text.size() ? static_cast<unsigned char>(text[index]) : 0;
}

bool is_control(std::string_view text, std::size_t index) {
  const unsigned byte = byte_at(text, index);
  const unsigned next = byte_at(text, index + 1);
  return byte < 0x20 || byte == 0x7F || (byte == 0xC2 && next >= 0x80 && next < 0xA0);
}

bool is_white(char c) { return c == '\t' || c == '\n' || c == '\r'; }

}  // namespace

void check_text(std::string_view text, const std::string& file) {
  int line = 1;
  std::size_t line_begin = 0;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = sys::utf8_length(text.substr(i));
    const auto here = [&] { return Place{file, line, static_cast<int>(i - line_begin) + 1}; };
    if (length == 0) throw BadInput(here(), fmt::format("byte 0x{:02X} is no UTF-8", byte_at(text, i)));
    if (is_control(text, i) && !is_white(text[i]))
      throw BadInput(here(), fmt::format("a control character (U+{:04X})", byte_at(text, i + length - 1)));
    i += length;
    if (text[i - length] == '\n') {
      ++line;
      line_begin = i;
    }
  }
}

std::string lower(std::string_view word) {
  std::string small(word);
  for (char& c : small) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return small;
}

}  // namespace config
