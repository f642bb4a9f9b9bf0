#include "sandbox/launcher/mount_list.h"

#include <sys/sysmacros.h>

#include <charconv>
#include <optional>

#include "sandbox/sys/fd.h"
#include "sandbox/sys/text.h"

namespace sandbox {
namespace {

constexpr std::size_t most_bytes = 64 * 1024 * 1024;

template <class Number>
bool read_number(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

bool is_octal(char c) { return c >= '0' && c <= '7'; }

/// Blanks and backslashes stand as \040 and the like.
std::string unescaped(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_escape = text[i] == '\\' && i + 3 < text.size() && is_octal(text[i + 1]) &&
                           is_octal(text[i + 2]) && is_octal(text[i + 3]);
    if (!is_escape) {
      plain.push_back(text[i]);
      continue;
    }
    plain.push_back(
        static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0')));
    i += 3;
  }
  return plain;
}

/// "36 35 98:0 /root/in/it /mnt rw,noatime master:1 - ext3 …"
std::optional<ListedMount> read_line(std::string_view line) {
  const std::vector<std::string_view> fields = sys::split(line, ' ');
  if (fields.size() < 6) return std::nullopt;
  ListedMount mount;
  const std::size_t colon = fields[2].find(':');
  unsigned major = 0, minor = 0;
  if (colon == std::string_view::npos || !read_number(fields[0], mount.number) ||
      !read_number(fields[2].substr(0, colon), major) || !read_number(fields[2].substr(colon + 1), minor))
    return std::nullopt;
  mount.device = makedev(major, minor);
  mount.path = unescaped(fields[4]);
  mount.is_writable = fields[5] == "rw" || fields[5].starts_with("rw,");
  return mount;
}

}  // namespace

std::vector<ListedMount> read_mount_list(std::string_view text) {
  std::vector<ListedMount> mounts;
  for (const std::string_view line : sys::split(text, '\n'))
    if (auto mount = read_line(line)) mounts.push_back(std::move(*mount));
  return mounts;
}

std::vector<ListedMount> list_mounts() {
  return read_mount_list(sys::read_file("/proc/self/mountinfo", most_bytes));
}

}  // namespace sandbox
