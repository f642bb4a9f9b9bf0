#pragma once
/// What the search tools read and show in the same way.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mcp/arguments.h"
#include "shelltool/files/walk.h"

namespace shelltool {

/// Of a result; what does not fit goes to the next page.
inline constexpr std::size_t search_result_limit = 32'000;

/// Throws mcp::ArgumentError for what is below `least` or above `most`.
std::uint64_t count_in(const mcp::Arguments& arguments, const std::string& name, std::uint64_t without,
                       std::uint64_t least, std::uint64_t most);

/// The directory that the paths of entries begin with: "." for "", "src" for "src/".
std::string place_of(const std::string& prefix);
/// A line of a file: tabs stay, every other byte that is no text is written out.
std::string shown_line(std::string_view line);
/// "hidden by rule secrets: 2".
std::string hidden_text(const std::vector<files::Counted>& hidden);
/// "3 files", "1 file".
std::string counted(std::uint64_t count, const char* one, const char* many);

}  // namespace shelltool
