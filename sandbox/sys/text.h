#pragma once
/// Bytes of others, made fit for a person's terminal and for JSON.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sys {

/// Printable UTF-8: control characters and invalid bytes become "\n", "\x1b", "\xff"; so do the characters
/// that reorder text (U+202A–202E, U+2066–2069), which could show a command as another.
std::string visible(std::string_view bytes);
void append_visible(std::string& text, std::string_view bytes);
/// A word in quotes for a message: visible, and cut behind 80 bytes with "…".
std::string shown(std::string_view word);
/// Words as a shell would need them to be quoted, visible, and cut behind `limit` bytes with "…".
std::string command_line(const std::vector<std::string>& argv, std::size_t limit = 400);
/// The pieces between separators, empty ones too; they are parts of `text`. None of no text.
std::vector<std::string_view> split(std::string_view text, char separator);
/// The number behind a name, as /proc writes it: "mnt_id:\t42". 0 where there is none.
std::uint64_t number_behind(std::string_view text, std::string_view name, int base = 10);
/// The length of the valid UTF-8 sequence that `bytes` begins with; 0 when it begins with none.
std::size_t utf8_length(std::string_view bytes);
/// The longest beginning of at most so many bytes that ends between two characters.
std::string_view cut(std::string_view text, std::size_t most);
/// Appends the bytes as a JSON string, with its quotes; each that is no UTF-8 becomes U+FFFD.
void append_json(std::string& text, std::string_view bytes);

}  // namespace sys
