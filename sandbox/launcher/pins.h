#pragma once
/// Keeps directories from being moved or removed while something in them is held. A directory on which
/// anything is mounted, at any of the places where it is mounted itself, stays where it is (EBUSY): so
/// something is mounted on it where nobody comes, and nothing stands between the command and what it sees. A
/// bind of the directory onto itself would keep what is mounted in it later from who is in it already.

#include <map>
#include <string>
#include <vector>

#include "sandbox/launcher/private_files.h"

namespace sandbox {

class Pins {
 public:
  /// `tops`: where the command may change files. `files` outlives this.
  Pins(const PrivateFiles& files, std::vector<std::string> tops) : files_(files), tops_(std::move(tops)) {}

  /// Whether the command could change what is at a path, or something below it.
  [[nodiscard]] bool matter_to(const std::string& path) const;
  /// Every directory on the way to the path, below the outermost top.
  void add(const std::string& path);
  /// Takes back one add().
  void remove(const std::string& path);

 private:
  struct Pin {
    int count = 0;
    sys::Fd tree;  ///< the directory, where nobody comes
    sys::Fd over;  ///< what is mounted on it
    std::string name;
  };
  [[nodiscard]] std::vector<std::string> ancestors_of(const std::string& path) const;
  void pin(const std::string& directory, Pin& pin);

  const PrivateFiles& files_;
  std::vector<std::string> tops_;
  std::map<std::string, Pin> pins_;
  unsigned made_ = 0;
};

}  // namespace sandbox
