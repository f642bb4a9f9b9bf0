#include "shelltool/tools/search_arguments.h"

#include <fmt/core.h>

#include "sandbox/sys/text.h"

namespace shelltool {

std::uint64_t count_in(const mcp::Arguments& arguments, const std::string& name, std::uint64_t without,
                       std::uint64_t least, std::uint64_t most) {
  if (!arguments.has(name)) return without;
  const auto value = *arguments.get<std::int64_t>(name);
  const std::uint64_t number = value < 0 ? most + 1 : static_cast<std::uint64_t>(value);
  if (number < least || number > most)
    throw mcp::ArgumentError(fmt::format("'{}' must be from {} to {}", name, least, most));
  return number;
}

std::string place_of(const std::string& prefix) {
  if (prefix.empty()) return ".";
  return prefix == "/" ? prefix : prefix.substr(0, prefix.size() - 1);
}

std::string shown_line(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  std::string shown;
  for (std::size_t begin = 0;;) {
    const std::size_t tab = line.find('\t', begin);
    shown += sys::visible(line.substr(begin, tab - begin));
    if (tab == std::string_view::npos) return shown;
    shown += '\t';
    begin = tab + 1;
  }
}

std::string hidden_text(const std::vector<files::Counted>& hidden) {
  std::string text;
  for (const files::Counted& one : hidden)
    text += fmt::format("{}hidden by rule {}: {}", text.empty() ? "" : "; ", one.what, one.count);
  return text;
}

std::string counted(std::uint64_t count, const char* one, const char* many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

}  // namespace shelltool
