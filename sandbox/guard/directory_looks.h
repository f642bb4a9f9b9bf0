#pragma once
/// What stood in directories when they were last looked at, so that of a large tree only what has changed
/// since is read again.

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sandbox/guard/entry.h"
#include "sandbox/guard/roots.h"

namespace sandbox {

struct DirectoryReading {
  Entry directory;  ///< as it was before it was read; its changed_ns is 0 where that would not tell a change
  std::optional<std::vector<Listed>> names;  ///< nothing when it cannot be listed
  bool is_local =
      false;  ///< nobody changes it but by this kernel, and no other directory will be taken for it
};

/// `opens_closed`: one whose owner took his own permission to list it is made accessible again. Nothing when
/// there is no such directory.
std::optional<DirectoryReading> read_directory(const Roots& roots, const std::string& path,
                                               bool opens_closed);
/// It is that directory, and no name in it has come, gone or become another file.
bool is_unchanged(const std::string& path, const Entry& before);

/// `Look`: what is kept of a directory. It follows from its path and the names in it alone.
template <class Look>
class DirectoryLooks {
 public:
  /// `look_at` makes a Look of a DirectoryReading. Null when there is no such directory. Good until
  /// forget_the_rest().
  template <class LookAt>
  const Look* look(const Roots& roots, const std::string& path, bool opens_closed, LookAt look_at) {
    auto found = before_.extract(path);
    if (!found.empty() && is_unchanged(path, found.mapped().directory))
      return &now_.insert(std::move(found)).position->second.look;
    std::optional<DirectoryReading> read = read_directory(roots, path, opens_closed);
    if (!read) return nullptr;
    return &now_.insert_or_assign(path, Known{read->directory, look_at(*read)}).first->second.look;
  }
  /// Keeps only what was looked at since the last call.
  void forget_the_rest() { before_ = std::exchange(now_, {}); }
  /// As if all had been looked at.
  void keep_the_rest() {
    now_.merge(before_);
    forget_the_rest();
  }
  void forget_all() { before_ = now_ = {}; }

 private:
  struct Known {
    Entry directory;
    Look look;
  };
  std::map<std::string, Known> before_, now_;  // by path
};

}  // namespace sandbox
