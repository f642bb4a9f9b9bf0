#pragma once
/// Changes of names and permissions, each in the journal before it is made.

#include <sys/types.h>

#include <set>
#include <string>
#include <vector>

#include "shelltool/files/journal.h"

namespace shelltool::files {

/// All names are true ones. What throws, throws FileError. All of it is a part of what is done together, see
/// settle.h, and taken back with it.
class NameChanges {
 public:
  /// `roots`: directories that have a trash.
  NameChanges(std::vector<std::string> roots, Journal& journal)
      : roots_(std::move(roots)), journal_(journal) {}

  void move(const std::string& from, const std::string& to);
  void copy(const std::string& from, const std::string& to);
  /// Returns its name in the trash; empty for what is there already, which goes for good when all is done.
  std::string discard(const std::string& path);
  void make_directory(const std::string& path);
  void link(const std::string& path, const std::string& target);
  /// As chmod(1) takes it, see mode_text.h. Returns the new permissions.
  mode_t change_mode(const std::string& path, const std::string& mode);

 private:
  std::vector<std::string> roots_;
  Journal& journal_;
  std::set<std::string> tidied_;  // trashes that what is old was removed from
};

}  // namespace shelltool::files
