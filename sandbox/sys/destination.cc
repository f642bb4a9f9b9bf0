#include "sandbox/sys/destination.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <iterator>
#include <vector>

#include "sandbox/sys/path.h"

namespace sys {
namespace {

constexpr int most_links = 40;  // include/linux/namei.h, MAXSYMLINKS

std::vector<std::size_t> ends_of_components(const std::string& path) {
  std::vector<std::size_t> ends;
  for (std::size_t at = 0; (at = path.find_first_not_of('/', at)) != path.npos;)
    ends.push_back(at = std::min(path.find('/', at), path.size()));
  return ends;
}

/// Empty where it is no link; the kernel makes none that says nothing.
std::string target_of(const Fd& link) {
  std::array<char, PATH_MAX> target{};
  const ssize_t length = link ? ::readlinkat(link.get(), "", target.data(), target.size()) : -1;
  return {target.data(), static_cast<std::size_t>(std::max<ssize_t>(length, 0))};
}

}  // namespace

std::optional<std::string> destination_of(std::string path, const Opener& open) {
  for (int links = 0; links <= most_links; ++links) {
    if (const Fd whole = open(path, true)) return normal_path(path_of(whole.get()));
    if (errno != ENOENT && errno != ENOTDIR) return std::nullopt;
    const std::vector<std::size_t> ends = ends_of_components(path);
    const auto first = std::partition_point(
        ends.begin(), ends.end(), [&](std::size_t end) { return bool(open(path.substr(0, end), true)); });
    if (first == ends.end()) return std::nullopt;  // it is there by now
    const std::string missing = path.substr(0, *first);
    const std::string target = target_of(open(missing, false));
    if (target.empty()) {
      const Fd last = open(first == ends.begin() ? "/" : path.substr(0, *std::prev(first)), true);
      if (!last) return std::nullopt;
      return normal_path(path_of(last.get()) + "/" + base_name(missing) + path.substr(*first));
    }
    path = (target.starts_with('/') ? target : parent_of(missing) + "/" + target) + path.substr(*first);
  }
  return std::nullopt;
}

}  // namespace sys
