#pragma once
/// The sandbox's mount tree: the host's own, read-only, with the writable roots, private directories and
/// covers mounted into it.

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "sandbox/launcher/held_covers.h"
#include "sandbox/launcher/live_roots.h"
#include "sandbox/spec.h"
#include "sandbox/sys/error.h"
#include "sandbox/sys/fd.h"

namespace sandbox {

/// The file system or the container has no id-mapped mounts.
class IdMapsRefused : public sys::SysError {
 public:
  using sys::SysError::SysError;
};

/// Detached copies of the host's mounts, by path.
using Trees = std::map<std::string, sys::Fd>;

/// Outside, by real root: copies whose files belong to the user that the command appears as
/// (MOUNT_ATTR_IDMAP with the sandbox's own user namespace). Throws IdMapsRefused.
Trees copy_id_mapped(const Spec& spec, pid_t init);
/// All of them, in order.
std::vector<std::string> cache_paths_of(const Spec& spec);
/// Some of its caches are those of another sandbox.
bool takes_lent_caches(const Spec& spec);
/// Whether its first process is sent mounts: id-mapped ones, or lent caches.
bool takes_trees(const Spec& spec);

/// What there is to do about the mounts while commands run.
struct LiveMounts {
  explicit LiveMounts(const Spec& spec);
  PrivateFiles files;
  HeldCovers held;
  LiveRoots roots;
  std::vector<sys::Fd> overlays =
      {};  ///< their work directories, whose marks are to be removed when nobody waits
};

/// Inside, where lay_own_root() has been. `from_outside`: the trees of copy_id_mapped(), asked for when it is
/// time. `missing` gets a sentence for what could not be had. Throws Refused where the kernel lets nobody
/// mount.
std::unique_ptr<LiveMounts> build_mounts(const Spec& spec, const sys::Fd& own_root,
                                         const std::function<Trees()>& from_outside,
                                         std::vector<std::string>& missing);

}  // namespace sandbox
