#pragma once
/// What names would stand for after changes that have not been made.

#include <sys/stat.h>

#include <map>
#include <optional>
#include <string>

namespace shelltool::files {

/// Paths are absolute and true: no component is a link, but for the last one, which is not followed.
class NameOverlay {
 public:
  enum class Kind { nothing, regular, directory, link, other };

  [[nodiscard]] Kind kind_at(const std::string& path) const;
  /// Where what would stand there is now; nothing when it is not there, or not yet made.
  [[nodiscard]] std::optional<std::string> origin_of(const std::string& path) const;

  /// Of a directory.
  [[nodiscard]] bool is_empty(const std::string& path) const;

  void put(const std::string& path, Kind kind);
  /// With all that is below it.
  void move(const std::string& from, const std::string& to);
  void copy(const std::string& from, const std::string& to);
  void remove(const std::string& path);

 private:
  struct Meant {
    Kind kind = Kind::nothing;
    std::string origin;  ///< a path on disk; empty: made, of this kind
  };

  void carry(const std::string& from, const std::string& to);
  void forget_below(const std::string& path);

  std::map<std::string, Meant> meant_;
};

NameOverlay::Kind kind_of_mode(mode_t mode);

}  // namespace shelltool::files
