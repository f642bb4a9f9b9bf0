#include "sandbox/launcher/caches.h"

#include <fcntl.h>
#include <unistd.h>

#include "sandbox/launcher/layout.h"
#include "sandbox/launcher/mount_api.h"
#include "sandbox/sys/error.h"
#include "sandbox/sys/path.h"

namespace sandbox {
namespace {

constexpr sys::Lookup within{.reach = sys::Reach::beneath, .follow_links = false};

/// `path`, which lies in `base`, below the directory that stands for `base`.
sys::Fd place_in(int directory, const std::string& path, const std::string& base) {
  const std::string rest = path.substr(base.size());
  return sys::open_at(directory, "." + (rest.starts_with('/') ? rest : "/" + rest), O_PATH | O_DIRECTORY,
                      within);
}

struct Layers {
  int lower, upper, work;
};

bool mount_overlay(const std::string& path, const Layers& layers, int place) {
  const std::string options =
      fmt::format("userxattr,volatile,lowerdir={},upperdir={},workdir={}", sys::proc_path(layers.lower),
                  sys::proc_path(layers.upper), sys::proc_path(layers.work));
  try {
    mount_new("overlay", place, MS_NOSUID | MS_NODEV, options, path);
    return true;
  } catch (const sys::SysError&) {
    return false;
  }
}

}  // namespace

void remove_volatile_mark(const sys::Fd& work) {
  const sys::Fd directory = sys::try_open_at(work.get(), "work", O_PATH | O_DIRECTORY, within);
  if (!directory || ::unlinkat(directory.get(), "incompat/volatile/dirty", 0) != 0) return;
  ::unlinkat(directory.get(), "incompat/volatile", AT_REMOVEDIR);
  ::unlinkat(directory.get(), "incompat", AT_REMOVEDIR);
}

sys::Fd mount_caches(const Caches& caches, const std::vector<sys::Fd>& places, const sys::Fd& lower,
                     const sys::Fd& store) {
  // overlayfs takes layers only from mounts of this namespace, so both copies and the overlay itself are
  // mounted where the first path will cover them.
  const std::string& stage = caches.paths.front();
  attach(lower.get(), places.front().get(), stage);
  const sys::Fd below = place_at(stage);
  attach(store.get(), below.get(), stage);
  const sys::Fd top = place_at(stage);
  const sys::Fd upper = place_in(top.get(), caches.upper, store_of(caches));
  sys::Fd work = place_in(top.get(), caches.work, store_of(caches));
  remove_volatile_mark(work);  // of a sandbox that was killed before it did so itself
  const bool is_overlay = mount_overlay(stage, {below.get(), upper.get(), work.get()}, top.get());
  const sys::Fd view = is_overlay ? place_at(stage) : sys::duplicate(upper.get());
  std::vector<sys::Fd> trees;
  for (const std::string& path : caches.paths)
    trees.push_back(copy_tree(place_in(view.get(), path, caches.base).get(), path));
  attach(trees.front().get(), place_at(stage).get(), stage);
  for (std::size_t i = 1; i < trees.size(); ++i) attach(trees[i].get(), places[i].get(), caches.paths[i]);
  return is_overlay ? std::move(work) : sys::Fd();
}

}  // namespace sandbox
