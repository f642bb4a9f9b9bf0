#pragma once
/// Changes of names and permissions that are made one after the other, and taken back together.

#include <sys/types.h>

#include <functional>
#include <string>
#include <vector>

namespace shelltool::files {

/// All names are true ones. What throws, throws FileError, and has changed nothing. What is not kept is taken
/// back, in reverse order, when this goes.
class NameChanges {
 public:
  explicit NameChanges(std::vector<std::string> roots) : roots_(std::move(roots)) {}
  ~NameChanges();
  NameChanges(const NameChanges&) = delete;
  NameChanges& operator=(const NameChanges&) = delete;

  void move(const std::string& from, const std::string& to);
  void copy(const std::string& from, const std::string& to);
  /// Returns its name in the trash; empty for what is there already, which goes for good when changes are
  /// kept.
  std::string discard(const std::string& path);
  void make_directory(const std::string& path);
  void link(const std::string& path, const std::string& target);
  /// As chmod(1) takes it, see mode_text.h. Returns the new permissions.
  mode_t change_mode(const std::string& path, const std::string& mode);

  void keep();

 private:
  std::vector<std::string> roots_;
  std::vector<std::function<void()>> undo_;
  std::vector<std::string> doomed_;
};

}  // namespace shelltool::files
