#include "shelltool/command/notice.h"

#include <algorithm>
#include <cstdio>

namespace shelltool {

std::string notice(std::string_view text) {
  std::string lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.append("gatehouse: ").append(text.substr(0, end)).append("\n");
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

void say(std::string_view text) {
  const std::string lines = notice(text);
  std::fwrite(lines.data(), 1, lines.size(), stderr);
}

}  // namespace shelltool
