#pragma once
/// Globs for files as rules write them, and words of a command line as files.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/glob.h"
#include "policy/reach.h"
#include "policy/surroundings.h"
#include "sandbox/exec_event.h"

namespace policy {

/// Patterns as in gitignore(5). `~`, `${home}`, `${workspace}` and `${workspaces}` stand for what they name,
/// at the beginning. Without any of them, and no '/' in front: a name without '/' is meant at any depth,
/// anything else in each workspace. A '/' at the end says that a directory is meant.
class FilePattern {
 public:
  /// Throws sys::Error(invalid) on a bad glob, an unknown `${name}`, a leading '!', which negates nothing
  /// here, and on what no path can match: "//", "." and "..".
  FilePattern(std::string_view text, const Surroundings& surroundings);

  /// `path` is absolute and normal. Widely, the pattern also counts with the links on its way followed; not
  /// narrowly, for someone in the sandbox may have made them.
  [[nodiscard]] bool matches(std::string_view path, Reach reach) const;
  /// The same for a directory, which also "itself/**" matches.
  [[nodiscard]] bool matches_directory(std::string_view path, Reach reach) const;
  /// See PathGlob::stem(); one for each way that the pattern is meant.
  [[nodiscard]] std::vector<std::string> stems() const;
  /// The path itself, or what lies below a directory that the pattern matches. Narrowly, only a pattern that
  /// ends in a name or in '/' covers what lies below: "/etc/*" is not "/etc/a/b", "/etc/ssl" is "/etc/ssl/x".
  [[nodiscard]] bool covers(std::string_view path, Reach reach) const;
  /// Every path that matches or is covered has one of these names in it; nothing where it need not.
  [[nodiscard]] std::optional<std::vector<std::string>> names() const;
  /// As it was written.
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  void add(const std::string& value, std::string_view glob);
  std::string text_;
  std::vector<PathGlob> globs_;
  std::vector<PathGlob> linked_;
  bool is_directory_ = false;  ///< written with a '/' at the end
};

/// Patterns that are together meant as this one is, without what stands for a directory; the pattern itself
/// where nothing does, or where there is no such directory.
std::vector<std::string> written_out(const std::string& pattern, const Surroundings& surroundings);

/// What a word means when it is a file.
struct NamedFile {
  std::string plain;                ///< absolute and normal, links not followed
  std::optional<std::string> real;  ///< links followed; nothing where that cannot be told from outside
};

enum class Resolve {
  on_disk,
  by_name,  ///< as if no link existed: for examples, which must not depend on the machine
};

/// Links are followed by `follow`; without one in this process' mount namespace, and there magic ones
/// (/proc/PID/cwd) never: they are the caller's.
NamedFile named_file(std::string_view word, const std::string& cwd, Resolve resolve,
                     const sandbox::FollowLinks& follow = {});

}  // namespace policy
