#include "sandbox/launcher/held_covers.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "sandbox/launcher/mount_api.h"
#include "sandbox/sys/error.h"
#include "sandbox/sys/path.h"

namespace sandbox {
namespace {

bool is_directory(int place, const std::string& path) {
  struct stat status {};
  if (::fstatat(place, "", &status, AT_EMPTY_PATH) != 0) throw sys::SysError(errno, "examining {}", path);
  return S_ISDIR(status.st_mode);
}

/// Not of what lies in one: a directory that is read-only shows its files.
bool is_one_of(const std::vector<sys::Fd>& mounts, int place) {
  if (!is_mount_root(place)) return false;
  const std::uint64_t mount = mount_number(place);
  return std::any_of(mounts.begin(), mounts.end(),
                     [&](const sys::Fd& ours) { return mount_number(ours.get()) == mount; });
}

}  // namespace

std::vector<NotHeld> HeldCovers::change(HoldOrder order) {
  std::vector<NotHeld> failures;
  // The outer before the inner, which has to be held in what shows instead of the outer, too.
  std::sort(order.held.begin(), order.held.end(),
            [](const Held& one, const Held& other) { return one.path < other.path; });
  for (const Held& held : order.held) {
    try {
      hold(held);
    } catch (const sys::Error& error) {
      failures.push_back({held.path, error.what()});
    }
  }
  for (const std::string& path : order.let_go) let_go(path);
  for (Cover& stray : std::exchange(strays_, {})) take_off(stray);
  return failures;
}

void HeldCovers::hold(const Held& held) {
  if (held.as == Held::As::read_only && !pins_.matter_to(held.path)) return let_go(held.path);
  std::vector<sys::Fd> places = places_of(held.path);
  if (places.empty()) return;
  if (Cover* known = find(held.path, places.front().get())) return cover_all(held, *known, std::move(places));
  Cover fresh;
  try {
    pins_.add(held.path);  // first: what is pinned is copied with all that is mounted in it
    cover_all(held, fresh, std::move(places));
  } catch (const sys::Error&) {
    take_off(fresh);
    pins_.remove(held.path);
    throw;
  }
  covers_[held.path] = std::move(fresh);
  if (held.as == Held::As::read_only) find_copies_below(held.path);
}

void HeldCovers::cover_all(const Held& held, Cover& cover, std::vector<sys::Fd> places) const {
  for (sys::Fd& place : places) {
    const bool is_fresh = !is_one_of(cover.mounts, place.get());
    if (!is_fresh && cover.as == held.as && cover.text == held.text) continue;
    // How it was held is covered in turn, so that there is no moment in which it is not.
    sys::Fd tree = tree_for(held, is_fresh ? place.get() : cover.below.get(), is_fresh);
    attach(tree.get(), place.get(), held.path);
    cover.mounts.push_back(std::move(tree));
    if (is_fresh) cover.below = std::move(place);
  }
  cover.as = held.as;
  cover.text = held.text;
}

/// As the command sees it, then as it would be seen, and is from within, where a directory is covered on the
/// way to it.
std::vector<sys::Fd> HeldCovers::places_of(const std::string& path) const {
  std::vector<sys::Fd> places;
  const auto add = [&](sys::Fd place) {
    if (!place && !is_out_of_reach(errno)) throw sys::SysError(errno, "opening {}", path);
    if (place) places.push_back(std::move(place));
  };
  add(try_place(path));
  constexpr sys::Lookup below{sys::Reach::beneath, false, false};
  for (const auto& [directory, cover] : covers_)
    if (directory != path && sys::is_within(path, directory))
      add(sys::try_open_at(cover.below.get(), path.substr(directory.size() + 1), O_PATH | O_NOFOLLOW, below));
  return places;
}

/// The cover that stands there. Somebody outside may have moved it along with a directory, or have put
/// another file in place of the covered one, which took the cover off.
HeldCovers::Cover* HeldCovers::find(const std::string& path, int place) {
  const auto at_path = covers_.find(path);
  if (at_path != covers_.end()) {
    if (is_one_of(at_path->second.mounts, place)) return &at_path->second;
    strays_.push_back(std::move(at_path->second));
    covers_.erase(at_path);
    pins_.remove(path);
  }
  const auto moved = std::find_if(covers_.begin(), covers_.end(),
                                  [&](const auto& other) { return is_one_of(other.second.mounts, place); });
  const auto stray = std::find_if(strays_.begin(), strays_.end(),
                                  [&](const Cover& other) { return is_one_of(other.mounts, place); });
  if (moved == covers_.end() && stray == strays_.end()) return nullptr;
  pins_.add(path);
  if (stray != strays_.end()) {
    Cover found = std::move(*stray);
    strays_.erase(stray);
    return &(covers_[path] = std::move(found));
  }
  pins_.remove(moved->first);
  Cover found = std::move(moved->second);
  covers_.erase(moved);
  return &(covers_[path] = std::move(found));
}

sys::Fd HeldCovers::tree_for(const Held& held, int covered, bool is_fresh) const {
  if (held.as != Held::As::read_only && is_directory(covered, held.path)) return files_.empty_directory();
  if (held.as == Held::As::hidden) return files_.unreadable_file();
  if (held.as == Held::As::replaced) return file_instead(held.text);
  sys::Fd tree = is_fresh ? copy_tree(covered, held.path) : copy_bare(covered, held.path);
  change_mounts(tree.get(), {.set = MOUNT_ATTR_RDONLY}, "binding " + held.path + " read-only");
  return tree;
}

/// The command may have filled the file system that it would lie in.
sys::Fd HeldCovers::file_instead(const std::string& text) const {
  try {
    return files_.file_with(text);
  } catch (const sys::SysError&) {
    return files_.unreadable_file();
  }
}

void HeldCovers::find_copies_below(const std::string& directory) {
  for (auto& [path, cover] : covers_) {
    if (path == directory || !sys::is_within(path, directory)) continue;
    sys::Fd copy = try_place(path);
    if (copy && is_mount_root(copy.get())) cover.mounts.push_back(std::move(copy));
  }
}

void HeldCovers::let_go(const std::string& path) {
  auto found = covers_.extract(path);
  if (found.empty()) return;
  take_off(found.mapped());
  pins_.remove(path);
}

void HeldCovers::take_off(Cover& cover) {
  for (; !cover.mounts.empty(); cover.mounts.pop_back()) detach(cover.mounts.back().get());
}

}  // namespace sandbox
