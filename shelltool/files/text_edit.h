#pragma once
/// Replaces parts of a content, and no byte beside them.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace shelltool::files {

struct TextEdit {
  std::string before, after;  ///< UTF-8, lines ended by "\n" or "\r\n"
  bool all = false;           ///< every place where `before` stands; else there must be one
};

struct EditedText {
  std::string content;
  std::uint64_t places = 0;  ///< that were replaced
};

/// Each edit is looked for in the content as it is, in its encoding and with its line ends; what replaces it
/// gets the encoding and line ends of its place. Throws FileError ("no_match" with what stands nearest,
/// "not_unique" with the lines, "overlapping", "encoding", "nothing_to_do", "too_big"); `name` is the file's,
/// for its sentence.
EditedText edited(std::string_view content, const std::vector<TextEdit>& edits, const std::string& name);

/// A whole new text (UTF-8) for a file that has been `before`: in its encoding, with its byte order mark, and
/// with "\r\n" where all of its lines end so. As it is, where the encoding does not have every character, or
/// where one of them is no text.
std::string in_form_of(std::string_view before, std::string text);

}  // namespace shelltool::files
