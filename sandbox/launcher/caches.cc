#include "sandbox/launcher/caches.h"

#include <fcntl.h>

#include "sandbox/launcher/layout.h"
#include "sandbox/launcher/mount_api.h"
#include "sandbox/sys/error.h"
#include "sandbox/sys/path.h"

namespace sandbox {
namespace {

sys::Fd place_in(int store, const std::string& path, const std::string& store_path) {
  const std::string rest = path.substr(store_path.size());
  return sys::open_at(store, "." + (rest.starts_with('/') ? rest : "/" + rest), O_PATH | O_DIRECTORY,
                      {.reach = sys::Reach::beneath, .follow_links = false});
}

}  // namespace

bool mount_cache(const Cache& cache, int place, const sys::Fd& lower, const sys::Fd& store) {
  // overlayfs takes layers only from mounts of this namespace, so both copies are mounted where the overlay
  // will cover them.
  attach(lower.get(), place, cache.path);
  const sys::Fd below = place_at(cache.path);
  const std::string store_path = store_of(cache);
  attach(store.get(), below.get(), cache.path);
  const sys::Fd top = place_at(cache.path);
  const sys::Fd upper = place_in(top.get(), cache.upper, store_path);
  const sys::Fd work = place_in(top.get(), cache.work, store_path);
  const std::string options =
      fmt::format("userxattr,lowerdir={},upperdir={},workdir={}", sys::proc_path(below.get()),
                  sys::proc_path(upper.get()), sys::proc_path(work.get()));
  try {
    mount_new("overlay", top.get(), MS_NOSUID | MS_NODEV, options, cache.path);
    return true;
  } catch (const sys::SysError&) {
    attach(copy_tree(upper.get(), cache.upper).get(), top.get(), cache.path);
    return false;
  }
}

}  // namespace sandbox
