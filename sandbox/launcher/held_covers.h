#pragma once
/// What rules hold, by mounts that come and go while commands run. Each is made on the very file that a
/// descriptor was opened for, and taken off by the descriptor of the mount: no path is looked up twice, and
/// none through a symlink.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "sandbox/launcher/hold_wire.h"
#include "sandbox/launcher/pins.h"
#include "sandbox/launcher/private_files.h"

namespace sandbox {

class HeldCovers {
 public:
  /// `tops`: where the command may change files. `files` outlives this.
  HeldCovers(const PrivateFiles& files, std::vector<std::string> tops)
      : files_(files), pins_(files, std::move(tops)) {}

  /// In force when this returns, but for what it names. What is let go is so only when all else is held. A
  /// path where nothing is, or nothing that the command could reach, needs no holding.
  std::vector<NotHeld> change(HoldOrder order);
  /// A directory was bound onto itself, with what is mounted in it.
  void find_copies_below(const std::string& directory);

 private:
  struct Cover {
    Held::As as = Held::As::hidden;
    std::string text;             ///< Held::text
    sys::Fd below;                ///< what is covered
    std::vector<sys::Fd> mounts;  ///< ours, over it
  };
  using Covers = std::map<std::string, Cover>;

  void hold(const Held& held);
  void let_go(const std::string& path);
  [[nodiscard]] std::vector<sys::Fd> places_of(const std::string& path) const;
  Cover* find(const std::string& path, int place);
  void cover_all(const Held& held, Cover& cover, std::vector<sys::Fd> places) const;
  [[nodiscard]] sys::Fd file_instead(const std::string& text) const;
  [[nodiscard]] sys::Fd tree_for(const Held& held, int covered, bool is_fresh) const;
  static void take_off(Cover& cover);

  const PrivateFiles& files_;
  Pins pins_;
  Covers covers_;
  std::vector<Cover> strays_;  ///< whose path leads to something else now
};

}  // namespace sandbox
