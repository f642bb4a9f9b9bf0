#pragma once
/// Which parts of the host's tree a sandbox shows, and how: decided from the Spec alone, before anything is
/// mounted. All else is the host's tree itself, read-only.

#include <string>
#include <vector>

#include "sandbox/spec.h"

namespace sandbox {

struct Layer {
  enum class Kind {
    host_read_only,  ///< the host's directory or file, shown although it lies below a private directory
    host_writable,
    run,      ///< an empty directory, read-only once it holds what is mounted into it
    shared,   ///< an empty directory for everyone: /tmp
    runtime,  ///< an empty directory for the command's user alone: XDG_RUNTIME_DIR
  };
  std::string path;
  Kind kind = Kind::host_read_only;
  bool own_ids = false;  ///< to be copied outside, by root, id-mapped: User::map_ids

  [[nodiscard]] bool from_host() const { return kind == Kind::host_read_only || kind == Kind::host_writable; }
};
/// The outer before the inner, each path once.
std::vector<Layer> layers_of(const Spec& spec);

/// Where the command may change files that outlive it. `protect` and `own` matter below these only.
std::vector<std::string> writable_tops_of(const Spec& spec);

/// Every place that layers and caches leave writable; for Landlock.
std::vector<std::string> writable_places_of(const Spec& spec);

/// The directory that `upper` and `work` have in common: overlayfs wants both on one mount.
std::string store_of(const Caches& caches);

}  // namespace sandbox
