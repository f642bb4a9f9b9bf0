#include "sandbox/outside_sockets.h"

#include <sys/stat.h>

#include <algorithm>
#include <charconv>
#include <set>

#include "sandbox/launcher/descendants.h"
#include "sandbox/launcher/layout.h"
#include "sandbox/sys/error.h"
#include "sandbox/sys/fd.h"
#include "sandbox/sys/path.h"
#include "sandbox/sys/text.h"

namespace sandbox {
namespace {

constexpr std::size_t largest_table = 64 << 20;
constexpr std::size_t most_directories = 10'000;

bool is_socket(const std::string& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0 && S_ISSOCK(status.st_mode);
}

/// What stands there is not the host's.
bool is_replaced(const std::string& path, const std::vector<Layer>& layers) {
  const Layer* innermost = nullptr;
  for (const Layer& layer : layers)
    if (sys::is_within(path, layer.path)) innermost = &layer;  // the outer stand before the inner
  return innermost != nullptr && !innermost->from_host();
}

class OwnSockets {
 public:
  OwnSockets(const Spec& spec, pid_t init) {
    if (spec.network == Network::full && init != 0) processes_ = descendants_of(init);
  }
  [[nodiscard]] bool contain(const NamedSocket& socket) const {
    return !processes_.empty() && holder_of_socket(socket.inode, processes_) != 0;
  }

 private:
  std::vector<pid_t> processes_;
};

}  // namespace

/// proc(5): the inode and the path are the last two columns, and a path may have spaces.
std::vector<NamedSocket> named_sockets_in(std::string_view table) {
  std::vector<NamedSocket> sockets;
  std::set<std::string_view> known;
  for (const std::string_view line : sys::split(table, '\n')) {
    const std::size_t slash = line.find(" /");
    if (slash == std::string_view::npos || !known.insert(line.substr(slash + 1)).second) continue;
    const std::string_view before = line.substr(0, slash);
    const std::string_view number = before.substr(before.rfind(' ') + 1);
    NamedSocket socket{std::string(line.substr(slash + 1))};
    std::from_chars(number.data(), number.data() + number.size(), socket.inode);
    sockets.push_back(std::move(socket));
  }
  return sockets;
}

/// Most of them share a directory, and the table is read ten times a second.
std::string OutsideSockets::real_path(const std::string& path) {
  const std::string directory = sys::parent_of(path);
  const auto [known, is_new] = directories_.try_emplace(directory);
  if (is_new) known->second = sys::real_path_of_missing(directory);
  return sys::normal_path(sys::base_name(path), known->second);
}

std::vector<std::string> OutsideSockets::find(const Spec& spec, pid_t init) {
  if (spec.mode == Mode::danger_full_access) return {};
  const std::string table = sys::read_file("/proc/net/unix", largest_table);
  const std::vector<Layer> layers = layers_of(spec);
  const OwnSockets own(spec, init);
  if (directories_.size() > most_directories) directories_.clear();
  std::set<std::string> paths;
  for (const NamedSocket& socket : named_sockets_in(table)) {
    const std::string path = real_path(socket.path);
    if (is_replaced(path, layers) || sys::is_within_any(path, spec.sockets) || !is_socket(path)) continue;
    if (sys::is_within_any(path, spec.hide) || sys::is_within_any(path, spec.own_hidden)) continue;
    if (!own.contain(socket)) paths.insert(path);
  }
  return {paths.begin(), paths.end()};
}

}  // namespace sandbox
