#pragma once
/// Where what was taken goes: a directory on the same file system that no sandbox can write, so that taking
/// is one rename. A program that holds a directory open goes on writing in it there; ".." leads it nowhere,
/// since it came through a bind mount of the root.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sandbox/sys/fd.h"

namespace sandbox {

class Quarantine {
 public:
  /// `label` is one path component that is ours alone. Nothing is made before something is taken.
  Quarantine(const std::string& state_directory, std::vector<std::string> roots, std::string label);
  ~Quarantine();
  Quarantine(const Quarantine&) = delete;
  Quarantine& operator=(const Quarantine&) = delete;

  enum class Result {
    gone,     ///< nothing was there any more
    moved,    ///< it is at `where`
    removed,  ///< no directory can take it, and it was deleted
    failed,   ///< it is still there: `error_number`
  };
  struct Outcome {
    Result result = Result::gone;
    std::string where;
    int error_number = 0;
  };
  /// Takes the name out of the directory, which stands at the absolute path `path`.
  Outcome take(int dir, const std::string& path, const std::string& name);

 private:
  struct Place {
    std::string path;
    sys::Fd dir;
  };
  using FileSystem = std::pair<std::uint64_t, std::uint64_t>;  // device and mount: rename(2) crosses neither

  /// Null when there is none.
  Place* place_for(int dir, const std::string& path);
  std::optional<Place> make_place(FileSystem file_system, const std::string& path) const;
  Outcome move(Place& place, int dir, const std::string& name);

  std::string state_directory_;
  std::vector<std::string> roots_;
  std::string label_;
  std::map<FileSystem, std::optional<Place>> places_;
  unsigned long next_ = 1;
};

/// Deletes a name and everything below it, following no symlink. False with errno when it is still there.
bool remove_tree(int dir, const std::string& name);

}  // namespace sandbox
