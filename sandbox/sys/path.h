#pragma once
/// Paths without races: every look-up starts at a directory that is held open, by openat2(2).

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sandbox/sys/fd.h"

namespace sys {

/// How far a look-up may lead; see openat2(2).
enum class Reach {
  anywhere,  ///< as the caller's own process would
  beneath,   ///< never above `dir`: "..", absolute paths and links that leave it fail with EXDEV
  in_root,   ///< `dir` is the root: absolute paths and ".." stay below it
};

struct Lookup {
  Reach reach = Reach::anywhere;
  bool follow_links = true;        ///< false: a symlink anywhere in the path is ELOOP
  bool follow_magic_links = true;  ///< false: /proc/PID/exe and its like are ELOOP
};

/// `dir` may be AT_FDCWD with Reach::anywhere. Empty with errno set when it cannot be opened.
Fd try_open_at(int dir, const std::string& path, int flags, Lookup lookup = {},
               std::uint64_t mode = 0) noexcept;
/// The same; throws SysError("opening PATH").
Fd open_at(int dir, const std::string& path, int flags, Lookup lookup = {}, std::uint64_t mode = 0);

/// Without "//", "/./" and a trailing slash; ".." is taken back by name, which is right only where no
/// component is a symlink. Relative paths are joined to `base`.
std::string normal_path(std::string_view path, std::string_view base = "/");
/// True when `path` is `directory` or lies below it; both normal.
bool is_within(std::string_view path, std::string_view directory);
bool is_within_any(std::string_view path, const std::vector<std::string>& directories);
std::string base_name(std::string_view path);
std::string parent_of(std::string_view path);
/// The path with every symlink followed; nothing when it does not exist or cannot be reached.
std::optional<std::string> real_path(const std::string& path);
/// The nearest existing ancestor with every symlink followed, and the rest of the path behind it, normal.
/// A relative path that exists is one of the current directory.
std::string real_path_of_missing(const std::string& path);
/// Creates the directory and its parents with this mode. Existing ones are left as they are.
void make_directories(const std::string& path, unsigned mode);

}  // namespace sys
