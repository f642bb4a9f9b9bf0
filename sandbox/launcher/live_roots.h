#pragma once
/// A sandbox's writable roots, which become read-only and writable again while commands run. The flag of the
/// mount is what changes, so that it holds for directories and programs from before; the kernel refuses it
/// (EBUSY) while anybody has a file open for writing there.

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "sandbox/launcher/held_covers.h"
#include "sandbox/launcher/mount_list.h"
#include "sandbox/launcher/roots_wire.h"
#include "sandbox/spec.h"

namespace sandbox {

class LiveRoots {
 public:
  explicit LiveRoots(const Spec& spec);

  /// The mount of a root, once it is made.
  void know(const std::string& root, sys::Fd mount) { mounts_[root] = std::move(mount); }
  /// Once all is mounted: what there is to lose. Also who is in what is taken off from outside later can
  /// write.
  void remember();
  /// In force when this returns, or the answer says what is in the way. Ends writers only where the order
  /// says so, and `workers`, which are about to close what they have open, last.
  RootsAnswer change(const RootsOrder& order, HeldCovers& held, const std::vector<pid_t>& workers);

 private:
  struct Flipped {
    std::string path;
    sys::Fd mount;
  };
  enum class Fate { keeps, loses, not_ours };

  void choose(const RootsOrder& order, HeldCovers& held, RootsAnswer& answer);
  bool is_covered(int place);
  void bind_onto_itself(const std::string& directory, HeldCovers& held);
  void loosen(RootsAnswer& answer);
  std::vector<ListedMount> tighten(std::chrono::microseconds longest);
  [[nodiscard]] Fate fate_of(const std::string& path) const;
  [[nodiscard]] bool is_in_roots(const std::string& path) const;
  [[nodiscard]] bool is_part(const std::string& path);
  [[nodiscard]] sys::Fd place_of(const ListedMount& listed) const;
  std::vector<ListedMount> look();
  [[nodiscard]] std::vector<ListedMount> still_writable();
  std::vector<ListedMount> flip(std::vector<ListedMount> wanted);
  bool flip_whole(const std::string& root, const std::vector<ListedMount>& wanted);

  std::vector<std::string> roots_;   ///< of the Spec
  std::vector<std::string> others_;  ///< what can be written in any case
  std::vector<std::string> kept_, lost_;
  std::map<std::string, sys::Fd> mounts_;     ///< of roots
  std::map<std::string, sys::Fd> parts_;      ///< of what is kept of a root. They stay: who is in one may be
                                              ///< there when it is lost, too
  std::map<std::uint64_t, sys::Fd> covered_;  ///< by parts: no path leads to these mounts any more
  std::vector<Flipped> flipped_;
  std::map<std::uint64_t, std::string> writable_;  ///< mounts in the roots, when last looked at
  std::map<std::uint64_t, std::string> gone_;      ///< of these, since
};

}  // namespace sandbox
