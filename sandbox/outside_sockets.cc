#include "sandbox/outside_sockets.h"

#include <sys/stat.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <optional>
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
constexpr std::size_t most_directories = 10'000, most_siblings = 10'000;

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
  OwnSockets(const Spec& spec, pid_t init) : init_(spec.network == Network::full ? init : 0) {}
  [[nodiscard]] bool contain(const NamedSocket& socket) {
    if (init_ == 0) return false;
    if (!holders_) holders_ = holders_of_sockets(descendants_of(init_));
    return holders_->contains(socket.inode);
  }

 private:
  pid_t init_;
  std::optional<std::map<std::uint64_t, pid_t>> holders_;
};

/// A sandbox shows what stands there, and no one has listed it.
bool is_in_sight(const std::string& path, const Spec& spec, const std::vector<Layer>& layers) {
  return !is_replaced(path, layers) && !sys::is_within_any(path, spec.sockets) &&
         !sys::is_within_any(path, spec.hide) && !sys::is_within_any(path, spec.own_hidden);
}

std::vector<std::string> sockets_in(const std::string& directory) {
  std::vector<std::string> paths;
  std::error_code error, ignored;
  const std::filesystem::directory_iterator end;
  for (std::filesystem::directory_iterator entry(directory, error); !error && entry != end;
       entry.increment(error)) {
    if (entry->symlink_status(ignored).type() == std::filesystem::file_type::socket)
      paths.push_back(entry->path().string());
    if (paths.size() == most_siblings) break;
  }
  return paths;
}

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
  OwnSockets own(spec, init);
  if (directories_.size() > most_directories) directories_.clear();
  std::set<std::string> paths, looked;
  for (const NamedSocket& socket : named_sockets_in(table)) {
    const std::string path = real_path(socket.path), directory = sys::parent_of(path);
    // Who renames a socket or links it, as ssh does, is listed by the name from before. Where the command can
    // write nothing all are the host's.
    if (!sys::is_within_any(directory, spec.writable) && looked.insert(directory).second &&
        is_in_sight(directory, spec, layers))
      for (std::string& beside : sockets_in(directory))
        if (is_in_sight(beside, spec, layers)) paths.insert(std::move(beside));
    if (is_in_sight(path, spec, layers) && is_socket(path) && !own.contain(socket)) paths.insert(path);
  }
  return {paths.begin(), paths.end()};
}

}  // namespace sandbox
