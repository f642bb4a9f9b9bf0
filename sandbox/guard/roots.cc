#include "sandbox/guard/roots.h"

#include <fcntl.h>

#include <cerrno>

#include "sandbox/guard/entry.h"
#include "sandbox/sys/path.h"

namespace sandbox {
namespace {

constexpr sys::Lookup no_links{sys::Reach::anywhere, false, false};
constexpr sys::Lookup inside{sys::Reach::beneath, false, false};

/// What is left of `path` behind `root`; "." for the root itself.
std::string rest_of(const std::string& path, const std::string& root) {
  const std::string rest = path.substr(root.size());
  const std::size_t begin = rest.find_first_not_of('/');
  return begin == std::string::npos ? "." : rest.substr(begin);
}

/// True when every ".." of a path stands before its names, where taking it back by name is right: the
/// directory that it starts from has no symlink in its own path.
bool climbs_first(const std::string& path) {
  const std::size_t name = path.find_first_not_of("./");
  if (name == std::string::npos) return true;
  const std::size_t begin = path.rfind('/', name);
  return ("/" + path.substr(begin == std::string::npos ? 0 : begin) + "/").find("/../") == std::string::npos;
}

}  // namespace

Roots::Roots(const std::vector<std::string>& paths) {
  for (const std::string& path : paths) {
    sys::Fd dir = sys::try_open_at(AT_FDCWD, path, O_PATH | O_DIRECTORY, no_links);
    if (dir) roots_.push_back({path, std::move(dir)});
  }
}

const Roots::Root* Roots::find(const std::string& path) const {
  const Root* longest = nullptr;
  for (const Root& root : roots_)
    if (sys::is_within(path, root.path) && (longest == nullptr || root.path.size() > longest->path.size()))
      longest = &root;
  return longest;
}

sys::Fd Roots::open(const std::string& path, int flags) const {
  const Root* root = find(path);
  if (root != nullptr) return sys::try_open_at(root->dir.get(), rest_of(path, root->path), flags, inside);
  errno = EXDEV;
  return {};
}

sys::Fd Roots::open_directory(const std::string& path) const { return open(path, O_PATH | O_DIRECTORY); }

sys::Fd Roots::resolve(const std::string& directory, const std::string& target, int flags) const {
  const bool absolute = target.starts_with('/');
  sys::Fd found = open(absolute ? target : directory + "/" + target, flags);
  if (found || errno != EXDEV || absolute || !climbs_first(target)) return found;
  return open(sys::normal_path(target, directory), flags);  // out of one root and perhaps into another
}

bool Roots::contain(const std::string& path) const { return find(path) != nullptr; }

std::string Roots::root_of(const std::string& path) const {
  const Root* root = find(path);
  return root == nullptr ? std::string() : root->path;
}

std::string Roots::shown(const std::string& path) const {
  if (roots_.empty() || path == roots_.front().path || !sys::is_within(path, roots_.front().path))
    return printable(path);
  return printable(rest_of(path, roots_.front().path));
}

}  // namespace sandbox
