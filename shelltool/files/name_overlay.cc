#include "shelltool/files/name_overlay.h"

#include <fcntl.h>

#include <vector>

#include "sandbox/sys/path.h"
#include "shelltool/files/true_name.h"

namespace shelltool::files {
namespace {

NameOverlay::Kind kind_on_disk(const std::string& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0 ? kind_of_mode(status.st_mode) : NameOverlay::Kind::nothing;
}

}  // namespace

NameOverlay::Kind kind_of_mode(mode_t mode) {
  if (S_ISREG(mode)) return NameOverlay::Kind::regular;
  if (S_ISDIR(mode)) return NameOverlay::Kind::directory;
  return S_ISLNK(mode) ? NameOverlay::Kind::link : NameOverlay::Kind::other;
}

std::optional<std::string> NameOverlay::origin_of(const std::string& path) const {
  for (std::string above = path;; above = sys::parent_of(above)) {
    const auto found = meant_.find(above);
    if (found != meant_.end()) {
      if (found->second.origin.empty()) return std::nullopt;
      return found->second.origin + path.substr(above.size());
    }
    if (above == "/") return path;
  }
}

NameOverlay::Kind NameOverlay::kind_at(const std::string& path) const {
  const auto found = meant_.find(path);
  if (found != meant_.end() && found->second.origin.empty()) return found->second.kind;
  const auto origin = origin_of(path);
  return origin ? kind_on_disk(*origin) : Kind::nothing;
}

bool NameOverlay::is_empty(const std::string& path) const {
  const std::string below = path + "/";
  for (auto entry = meant_.lower_bound(below); entry != meant_.end() && entry->first.starts_with(below);
       ++entry)
    if (kind_at(entry->first) != Kind::nothing) return false;
  const auto origin = origin_of(path);
  if (!origin) return true;
  const sys::Fd held =
      sys::try_open_at(AT_FDCWD, *origin, O_PATH | O_DIRECTORY, {sys::Reach::anywhere, false, false});
  bool empty = true;
  if (held)
    each_below(held, *origin, [&](const std::string& name, unsigned) {
      empty = empty && kind_at(below + name) == Kind::nothing;
    });
  return empty;
}

void NameOverlay::forget_below(const std::string& path) {
  const std::string below = path + "/";
  for (auto entry = meant_.lower_bound(below); entry != meant_.end() && entry->first.starts_with(below);)
    entry = meant_.erase(entry);
}

void NameOverlay::put(const std::string& path, Kind kind) {
  forget_below(path);
  meant_[path] = {kind, {}};
}

void NameOverlay::remove(const std::string& path) { put(path, Kind::nothing); }

void NameOverlay::carry(const std::string& from, const std::string& to) {
  const Meant meant{kind_at(from), origin_of(from).value_or("")};
  const std::string below = from + "/";
  std::vector<std::pair<std::string, Meant>> inner;
  for (auto entry = meant_.lower_bound(below); entry != meant_.end() && entry->first.starts_with(below);
       ++entry)
    inner.emplace_back(to + entry->first.substr(from.size()), entry->second);
  forget_below(to);
  meant_[to] = meant;
  meant_.insert(inner.begin(), inner.end());
}

void NameOverlay::copy(const std::string& from, const std::string& to) { carry(from, to); }

void NameOverlay::move(const std::string& from, const std::string& to) {
  carry(from, to);
  remove(from);
}

}  // namespace shelltool::files
