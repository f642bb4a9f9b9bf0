#pragma once
/// What bytes are as text, and back: everything that can be read can be written as it was.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace shelltool::files {

enum class Encoding : std::uint8_t { utf8, utf8_bom, utf16le, utf16be, latin1, binary };
/// "utf-8", "utf-8 bom", "utf-16le", "utf-16be", "latin-1", "binary".
const char* name_of(Encoding encoding);

/// Of a whole content. UTF-16 has a byte order mark, or looks as most of it does; latin-1 is what has no NUL
/// and few control characters and is no UTF-8.
Encoding encoding_of(std::string_view content);

/// From its encoding to UTF-8, without a byte order mark. Half a UTF-16 pair becomes U+FFFD.
std::string decoded(std::string_view content, Encoding encoding);
/// The other way, without a byte order mark; nothing where the encoding has no such character.
std::optional<std::string> encoded(std::string_view text, Encoding encoding);
/// The byte order mark that the content begins with.
std::string_view mark_of(std::string_view content);

}  // namespace shelltool::files
