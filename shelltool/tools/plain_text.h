#pragma once

#include <string>
#include <string_view>

namespace shelltool {

/// What a command printed, as a terminal would have left it and as a model can read it: escape sequences are
/// gone, a line that was drawn over with "\r" or "\b" is the last that stood there, "\r\n" is a newline. What
/// is left of control characters, bytes that are no UTF-8 and characters that reorder text is written out
/// ("\x01", "\xff"); a bell and a NUL show nothing.
std::string plain_text(std::string_view bytes);

/// Valid UTF-8 of at most 32,000 bytes, which is what hosts take: what is longer is cut, and says so.
std::string bounded_text(std::string text);

}  // namespace shelltool
