#pragma once
/// What stands at a name in a directory that is held open. Nothing here follows a symlink.

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sandbox/sys/fd.h"

namespace sandbox {

struct Entry {
  enum class Kind { file, directory, link, other };
  Kind kind = Kind::other;
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t size = 0;
  std::int64_t changed_ns = 0;   ///< ctime, which no program can set
  std::int64_t modified_ns = 0;  ///< mtime
  std::int64_t born_ns = 0;      ///< 0: the file system does not say
  mode_t mode = 0;
  uid_t uid = 0;
  gid_t gid = 0;
  std::string link;  ///< a symlink's text

  /// With device and inode a file's own: numbers of files that are gone are given to new ones.
  [[nodiscard]] std::int64_t since_ns() const { return born_ns != 0 ? born_ns : changed_ns; }
  [[nodiscard]] bool same_file(const Entry& other) const {
    return device == other.device && inode == other.inode && link == other.link;
  }
};

/// Nothing when there is no such name, or none that may be looked at.
std::optional<Entry> entry_at(int dir, const std::string& name);
Entry entry_of(int fd);
/// "a directory", "a symlink to /etc"
std::string describe(const Entry& entry);

struct Listed {
  std::string name;
  Entry::Kind kind = Entry::Kind::other;
};
/// Nothing when the directory cannot be listed, or holds more than `limit` names. `dir` may be O_PATH.
std::optional<std::vector<Listed>> list(int dir, std::size_t limit);

/// A directory below `dir`, O_PATH. Empty with errno: ENOENT, ENOTDIR, ELOOP for a symlink on the way.
sys::Fd open_directory_at(int dir, const std::string& name);
/// The whole of a regular file. Nothing when it is none, cannot be opened or is larger than `limit`.
std::optional<std::string> read_file_at(int dir, const std::string& name, std::size_t limit);

/// Gives the owner every permission on a directory, or reading and writing on a file: a program may take them
/// from itself, and so from us, to hide what it made. False when it is not ours to change.
bool make_accessible(int fd);

/// For a message to a person: sys::visible() of at most `limit` bytes.
std::string printable(const std::string& text, std::size_t limit = 200);

}  // namespace sandbox
