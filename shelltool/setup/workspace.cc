#include "shelltool/setup/workspace.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <string_view>

#include "config/text.h"
#include "sandbox/sys/error.h"
#include "sandbox/sys/path.h"

namespace shelltool {
namespace {

/// Directories of the system: they, and everything in them.
constexpr std::string_view system_trees[] = {"/bin",   "/boot",  "/dev",    "/etc",      "/lib",
                                             "/lib32", "/lib64", "/libx32", "/proc",     "/run",
                                             "/sbin",  "/sys",   "/usr",    "/nix/store"};
/// What lies strictly below these is no system's, although it is inside one of the above.
constexpr std::string_view islands[] = {"/usr/src", "/usr/local/src", "/dev/shm"};
/// Directories that hold other people's: they themselves, not what is in them.
constexpr std::string_view shared_places[] = {"/",        "/home", "/media", "/mnt",       "/nix",
                                              "/opt",     "/srv",  "/tmp",   "/var",       "/var/tmp",
                                              "/var/www", "/snap", "/root",  "/lost+found"};
/// Whose direct children belong to the system as well.
constexpr std::string_view shelves[] = {"/var", "/var/lib", "/var/cache", "/var/log", "/var/spool"};

template <std::size_t N>
bool is_one_of(std::string_view path, const std::string_view (&list)[N]) {
  return std::find(std::begin(list), std::end(list), path) != std::end(list);
}

bool is_in_system(const std::string& path) {
  const auto holds = [&](std::string_view directory) { return sys::is_within(path, directory); };
  const bool on_island = std::any_of(std::begin(islands), std::end(islands), [&](std::string_view island) {
    return holds(island) && path != island;
  });
  return !on_island && std::any_of(std::begin(system_trees), std::end(system_trees), holds);
}

bool is_on_shelf(const std::string& path) {
  if (path == "/var/tmp" || path == "/var/www") return false;
  return is_one_of(path, shelves) || is_one_of(sys::parent_of(path), shelves);
}

std::string real_directory(const std::string& path, std::string_view what) {
  struct stat status {};
  const auto real = path.empty() ? std::nullopt : sys::real_path(path);
  if (path.empty()) throw sys::Error(sys::Kind::invalid, "the {} has an empty path", what);
  if (!real || ::stat(real->c_str(), &status) != 0)
    throw sys::SysError(errno, "opening the {} {}", what, config::shown(path));
  if (!S_ISDIR(status.st_mode))
    throw sys::Error(sys::Kind::invalid, "the {} {} is no directory", what, config::shown(path));
  return *real;
}

/// The caller's home, and that of whoever owns the directory: root may stand in another user's.
std::vector<std::string> homes_around(const std::string& path, const Caller& caller) {
  std::vector<std::string> homes = {home_of(caller)};
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0 && status.st_uid != caller.uid) {
    if (const auto owner = find_account(status.st_uid)) homes.push_back(owner->home);
  }
  return homes;
}

/// `cwd` leads to `here`, which is below `top`: the part of `cwd` that leads to `top`, if there is one.
std::string spelled_like(const std::string& cwd, const std::string& here, const std::string& top) {
  const std::string spelling = sys::normal_path(cwd);
  const std::string_view rest = std::string_view(here).substr(top.size());
  if (!spelling.ends_with(rest)) return top;
  const std::string start = spelling.substr(0, spelling.size() - rest.size());
  return sys::real_path(start) == top ? start : top;
}

Workspace named_workspace(const std::vector<std::string>& named, const std::string& cwd) {
  Workspace workspace;
  for (const std::string& path : named) {
    const std::string absolute = path.empty() || path.starts_with('/') ? path : cwd + "/" + path;
    const std::string real = real_directory(absolute, "workspace");
    if (std::find(workspace.roots.begin(), workspace.roots.end(), real) != workspace.roots.end()) continue;
    workspace.roots.push_back(real);
    workspace.spellings.push_back(sys::normal_path(absolute));
  }
  return workspace;
}

}  // namespace

std::string git_top(const std::string& path) {
  for (std::string directory = path;; directory = sys::parent_of(directory)) {
    struct stat status {};
    const std::string git = directory == "/" ? "/.git" : directory + "/.git";
    if (::lstat(git.c_str(), &status) == 0 && (S_ISDIR(status.st_mode) || S_ISREG(status.st_mode)))
      return directory;
    if (directory == "/") return "";
  }
}

std::string why_not_writable(const std::string& path, const std::vector<std::string>& homes) {
  if (path == "/") return "is the whole file system";
  bool in_home = false;
  for (const std::string& home : homes) {
    const std::string real = sys::real_path_of_missing(home);
    if (path == real) return "is a home directory";
    if (real != "/" && sys::is_within(real, path)) return "contains a home directory";
    in_home = in_home || (real != "/" && sys::is_within(path, real));
  }
  if (is_in_system(path)) return "belongs to the system";
  if (!in_home && is_on_shelf(path)) return "belongs to the system";
  if (is_one_of(path, shared_places)) return "holds more than one project";
  return "";
}

Workspace choose_workspace(const std::vector<std::string>& named, const std::string& cwd,
                           const Caller& caller) {
  if (!named.empty()) return named_workspace(named, cwd);
  const std::string here = real_directory(cwd, "directory");
  const std::string top = git_top(here);
  const auto homes = homes_around(here, caller);
  Workspace workspace;
  workspace.roots = {here};
  workspace.spellings = {sys::normal_path(cwd)};
  // A home that is under version control does not make all of it one project.
  if (!top.empty() && top != here && why_not_writable(top, homes).empty()) {
    workspace.roots = {top};
    workspace.spellings = {spelled_like(cwd, here, top)};
    return workspace;
  }
  const std::string reason = why_not_writable(here, homes);
  workspace.is_writable = reason.empty();
  if (!reason.empty())
    workspace.note = fmt::format(
        "read-only: {} {}; start in a project, or name the directory with --workspace", here, reason);
  return workspace;
}

}  // namespace shelltool
