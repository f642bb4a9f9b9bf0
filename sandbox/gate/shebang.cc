#include "sandbox/gate/shebang.h"

#include <algorithm>
#include <string_view>

namespace sandbox {
namespace {

bool blank(char c) { return c == ' ' || c == '\t'; }

}  // namespace

// Linux fs/binfmt_script.c, load_script().
std::optional<Shebang> shebang_of(const Head& head) {
  if (head[0] != '#' || head[1] != '!') return std::nullopt;
  const std::string_view text(head.data(), head.size() - 1);
  const auto terminator = [](char c) { return blank(c) || c == '\0'; };
  std::size_t end = text.substr(0, text.find('\0')).find('\n');
  if (end == std::string_view::npos) {
    const auto name = std::find_if_not(text.begin() + 2, text.end(), blank);
    // Without a later terminator the interpreter's own path would be cut off.
    if (name == text.end() || std::find_if(name, text.end(), terminator) == text.end()) return std::nullopt;
    end = text.size();
  }
  std::string_view line = text.substr(2, end - 2);
  while (!line.empty() && blank(line.back())) line.remove_suffix(1);
  while (!line.empty() && blank(line.front())) line.remove_prefix(1);
  const auto name_end = std::find_if(line.begin(), line.end(), terminator);
  Shebang result{{line.begin(), name_end}, {}};
  if (result.interpreter.empty()) return std::nullopt;
  if (name_end != line.end() && *name_end != '\0') {
    const auto argument = std::find_if_not(name_end, line.end(), blank);
    result.argument.assign(argument, std::find(argument, line.end(), '\0'));
  }
  return result;
}

}  // namespace sandbox
