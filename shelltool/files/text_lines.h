#pragma once
/// A text as lines, of which no byte is lost.

#include <string>
#include <string_view>
#include <vector>

namespace shelltool::files {

enum class LineEnd { none, lf, crlf };
std::string_view bytes_of(LineEnd end);

struct TextLine {
  std::string_view text;  ///< without its end
  LineEnd end = LineEnd::lf;
};

/// The last line of a text may have no end; an empty text has no lines.
std::vector<TextLine> lines_of(std::string_view text);

std::string_view without_blanks_behind(std::string_view text);
std::string_view without_blanks_around(std::string_view text);

}  // namespace shelltool::files
