#pragma once
/// What is ignored where a walk stands, as git and ripgrep tell it: `.ignore` of this directory and those
/// above; within a repository `.gitignore` from here to its top, its info/exclude, and the user's
/// core.excludesFile. What is tracked does not count: ripgrep does not ask for it either.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shelltool/files/ignore_file.h"

namespace shelltool::files {

class Ignores {
 public:
  /// Before a walk of the directory with this true path: reads what the directories above it have.
  explicit Ignores(const std::string& root);

  /// Of the names in a directory, those that matter here.
  struct Present {
    bool ignore = false, gitignore = false, git = false;
  };
  void enter(int directory, std::string_view path, Present present);
  void leave();

  struct Verdict {
    const IgnoreFile* file = nullptr;  ///< none: it is not ignored
    const IgnoreRule* rule = nullptr;
    explicit operator bool() const { return rule != nullptr && !rule->is_negated; }
  };
  /// `path` is absolute, lies in the directory entered last, and ends in `name`.
  [[nodiscard]] Verdict of(std::string_view path, std::string_view name, bool is_directory) const;

 private:
  struct Held {
    std::size_t level = 0;
    std::size_t base = 0;  ///< where in a path its directory's names begin
    std::optional<IgnoreFile> file;
  };
  using Files = std::vector<Held>;
  static Verdict last_in(const Files& files, std::size_t lowest, std::string_view path, std::string_view name,
                         bool is_directory);

  std::size_t level_ = 0;
  Files ignores_, gitignores_;
  Files repositories_;  ///< tops, each with its info/exclude
  std::optional<IgnoreFile> users_;
};

}  // namespace shelltool::files
