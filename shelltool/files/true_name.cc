#include "shelltool/files/true_name.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <vector>

#include "sandbox/sys/path.h"
#include "sandbox/sys/text.h"
#include "shelltool/files/file_error.h"

namespace shelltool::files {
namespace {

constexpr std::size_t most_entries = 50'000;
constexpr sys::Lookup no_links{sys::Reach::beneath, false, false};

std::string joined(const std::string& directory, const std::string& name) {
  return directory == "/" ? "/" + name : directory + "/" + name;
}

/// Of one directory, sorted; "." and ".." left out.
std::vector<std::string> names_of(const sys::Fd& top, const std::string& below, const std::string& shown) {
  sys::Fd directory =
      sys::try_open_at(top.get(), below.empty() ? "." : below, O_RDONLY | O_DIRECTORY, no_links);
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(directory ? ::fdopendir(directory.get()) : nullptr,
                                                   ::closedir);
  if (!stream) throw_errno(errno, "looking into {}", sys::visible(joined(shown, below)));
  (void)directory.release();  // the stream's now
  std::vector<std::string> names;
  errno = 0;
  while (const dirent* entry = ::readdir(stream.get())) {
    const std::string name = entry->d_name;
    if (name != "." && name != "..") names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

std::string true_name(const std::string& path) {
  std::string plain = path;
  while (plain.size() > 1 && plain.back() == '/') plain.pop_back();
  const std::string name = plain.substr(plain.rfind('/') + 1);
  if (!plain.starts_with('/') || name.empty() || name == "." || name == ".." ||
      path.find('\0') != std::string::npos)
    throw FileError("bad_path", "{} does not name an entry of a directory", sys::shown(path));
  std::string rest = name, parent = plain.substr(0, plain.size() - name.size());
  for (;;) {
    const sys::Fd held =
        sys::try_open_at(AT_FDCWD, parent, O_PATH | O_DIRECTORY, {.follow_magic_links = false});
    if (held) return joined(sys::path_of(held.get()), rest);
    if (errno != ENOENT) throw_errno(errno, "{}", sys::visible(path));
    while (parent.size() > 1 && parent.back() == '/') parent.pop_back();
    const std::string missing = parent.substr(parent.rfind('/') + 1);
    if (missing == "..")
      throw FileError("bad_path", "{}: '..' stands behind what is not there", sys::visible(path));
    if (missing != "." && !missing.empty()) rest = missing + "/" + rest;
    parent.resize(parent.size() - missing.size());
  }
}

sys::Fd held_parent(const std::string& true_name) {
  const std::string parent = sys::parent_of(true_name);
  sys::Fd held =
      sys::try_open_at(AT_FDCWD, parent, O_PATH | O_DIRECTORY, {sys::Reach::anywhere, false, false});
  if (!held && errno == ELOOP)
    throw FileError("stale", "{}: a link has come to be on the way to it at this moment; look again",
                    sys::visible(true_name));
  if (!held) throw_errno(errno, "{}", sys::visible(parent));
  return held;
}

void each_below(const sys::Fd& directory, const std::string& shown,
                const std::function<void(const std::string& below, unsigned mode)>& found) {
  std::vector<std::string> open{""};  // directories that are still to be looked into
  std::size_t count = 0;
  while (!open.empty()) {
    const std::string at = open.back();
    open.pop_back();
    for (const std::string& name : names_of(directory, at, shown)) {
      const std::string below = at.empty() ? name : at + "/" + name;
      if (++count > most_entries)
        throw FileError("too_big", "{} has more than {} entries; do it in the shell", sys::visible(shown),
                        most_entries);
      struct stat status {};
      const sys::Fd entry = sys::try_open_at(directory.get(), below, O_PATH | O_NOFOLLOW, no_links);
      if (!entry || ::fstat(entry.get(), &status) != 0)
        throw_errno(errno, "looking at {}", sys::visible(joined(shown, below)));
      found(below, status.st_mode);
      if (S_ISDIR(status.st_mode)) open.push_back(below);
    }
  }
}

}  // namespace shelltool::files
