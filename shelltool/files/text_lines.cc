#include "shelltool/files/text_lines.h"

namespace shelltool::files {
namespace {

constexpr std::string_view blanks = " \t\r\v\f";

}  // namespace

std::string_view bytes_of(LineEnd end) {
  switch (end) {
    case LineEnd::none:
      return "";
    case LineEnd::lf:
      return "\n";
    case LineEnd::crlf:
      return "\r\n";
  }
  return "";
}

std::vector<TextLine> lines_of(std::string_view text) {
  std::vector<TextLine> lines;
  while (!text.empty()) {
    const std::size_t feed = text.find('\n');
    if (feed == std::string_view::npos) {
      lines.push_back({text, LineEnd::none});
      break;
    }
    const bool with_return = feed > 0 && text[feed - 1] == '\r';
    lines.push_back(
        {text.substr(0, with_return ? feed - 1 : feed), with_return ? LineEnd::crlf : LineEnd::lf});
    text.remove_prefix(feed + 1);
  }
  return lines;
}

std::string_view without_blanks_behind(std::string_view text) {
  return text.substr(0, text.find_last_not_of(blanks) + 1);
}

std::string_view without_blanks_around(std::string_view text) {
  const std::size_t first = text.find_first_not_of(blanks);
  return first == std::string_view::npos ? std::string_view{} : without_blanks_behind(text.substr(first));
}

}  // namespace shelltool::files
