#include "shelltool/setup/caches.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>

#include "sandbox/sys/error.h"
#include "sandbox/sys/path.h"

namespace shelltool {
namespace {

/// Where a cache is: below the directory that `variable` names, else below home.
struct Location {
  const char* variable;
  const char* below_variable;
  const char* below_home;
};
constexpr Location locations[] = {
    {"XDG_CACHE_HOME", "", ".cache"},
    {"npm_config_cache", "", ".npm"},
    {"PNPM_HOME", "", ".local/share/pnpm"},
    {"YARN_GLOBAL_FOLDER", "", ".yarn"},
    {"BUN_INSTALL_CACHE_DIR", "", ".bun/install/cache"},
    {"CARGO_HOME", "registry", ".cargo/registry"},
    {"CARGO_HOME", "git", ".cargo/git"},
    {"GOPATH", "pkg", "go/pkg"},
    {"GOMODCACHE", "", "go/pkg/mod"},
    {"GOCACHE", "", ".cache/go-build"},
    {"GRADLE_USER_HOME", "", ".gradle"},
    {nullptr, "", ".m2"},
    {nullptr, "", ".ivy2"},
    {nullptr, "", ".sbt"},
    {"CCACHE_DIR", "", ".ccache"},
    {"SCCACHE_DIR", "", ".cache/sccache"},
    {"NUGET_PACKAGES", "", ".nuget/packages"},
    {"COMPOSER_CACHE_DIR", "", ".composer/cache"},
    {"BUNDLE_USER_CACHE", "", ".bundle/cache"},
    {nullptr, "", ".cabal/packages"},
    {"STACK_ROOT", "", ".stack"},
    {"HEX_HOME", "", ".hex"},
    {"PUB_CACHE", "", ".pub-cache"},
    {"CONAN_HOME", "", ".conan2"},
    {nullptr, "", ".cpan"},
};

/// Tools that keep their cache outside ~/.cache, and the variable that moves it.
struct Redirection {
  const char* variable;
  const char* below_home;
  const char* to;
};
constexpr Redirection redirections[] = {
    {"npm_config_cache", ".npm", "npm"},
    {"GRADLE_USER_HOME", ".gradle", "gradle"},
    {"GOMODCACHE", "go/pkg", "go-mod"},
    {"BUN_INSTALL_CACHE_DIR", ".bun/install/cache", "bun"},
    {"NUGET_PACKAGES", ".nuget/packages", "nuget"},
    {"PUB_CACHE", ".pub-cache", "pub"},
};

bool is_directory(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

/// 0 where it cannot be told.
std::uint64_t mount_of(const std::string& path) {
  struct statx status {};
  if (::statx(AT_FDCWD, path.c_str(), 0, STATX_MNT_ID, &status) != 0) return 0;
  return (status.stx_mask & STATX_MNT_ID) != 0 ? status.stx_mnt_id : 0;
}

std::string place_of(const Location& location, const std::string& home, const Variables& variables) {
  const std::string moved = location.variable == nullptr ? "" : value_of(variables, location.variable);
  if (moved.starts_with('/')) return sys::normal_path(location.below_variable, moved);
  return sys::normal_path(location.below_home, home);
}

/// Makes the directory where it is missing, for the command's user alone.
void make_for(const std::string& path, const sandbox::User& user, mode_t mode) {
  // What root's command writes through an id-mapped mount is root's on the disk.
  const uid_t owner = user.map_ids ? user.inside_uid : user.uid;
  const gid_t group = user.map_ids ? user.inside_gid : user.gid;
  if (::mkdir(path.c_str(), 0700) == 0) {
    const bool is_other = owner != ::geteuid();
    if (is_other && ::lchown(path.c_str(), owner, group) != 0)
      throw sys::SysError(errno, "giving {} away", path);
    if (::chmod(path.c_str(), mode) != 0) throw sys::SysError(errno, "setting the mode of {}", path);
    return;
  }
  if (errno != EEXIST) throw sys::SysError(errno, "creating directory {}", path);
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) throw sys::SysError(errno, "looking at {}", path);
  if (!S_ISDIR(status.st_mode) || status.st_uid != owner)
    throw sys::Error(sys::Kind::denied, "the private cache {} is not a directory of user {}", path, owner);
}

/// Another user must pass through root's directories, and change none of them.
void let_pass(std::string directory, const std::string& base) {
  for (; sys::is_within(directory, base); directory = sys::parent_of(directory)) {
    if (::chmod(directory.c_str(), 0711) != 0)
      throw sys::SysError(errno, "setting the mode of {}", directory);
  }
}

}  // namespace

std::string cache_base(const Places& places, const Identity& identity) {
  return identity.is_caller ? places.cache : "/var/cache/gatehouse";
}

std::string cache_store(const std::string& base, const Identity& identity, const std::string& workspace) {
  const std::string caches =
      identity.is_caller ? base + "/caches" : fmt::format("{}/{}", base, identity.user.uid);
  return caches + "/" + workspace_id(workspace);
}

std::string workspace_id(const std::string& workspace) {
  constexpr std::size_t max_name = 200;  // NAME_MAX is 255
  std::string id;
  for (const char c : workspace.substr(1)) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '/') {
      id += '=';
    } else if (byte <= ' ' || byte == 0x7F || c == '=' || c == '%') {
      id += fmt::format("%{:02X}", byte);
    } else {
      id += c;
    }
  }
  if (id.empty() || id[0] == '.') id.insert(0, "=");
  if (id.size() <= max_name) return id;
  std::uint64_t hash = 14695981039346656037U;  // FNV-1a
  for (const char c : workspace) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
  return fmt::format("%{:016x}{}", hash, id.substr(id.size() - max_name));
}

std::vector<std::string> known_caches(const std::string& home, const Variables& variables,
                                      const std::vector<std::string>& roots) {
  std::vector<std::string> caches;
  const std::string real_home = sys::real_path_of_missing(home);
  for (const Location& location : locations) {
    const std::string place = place_of(location, home, variables);
    const auto path = is_directory(place) ? sys::real_path(place) : std::nullopt;
    if (!path) continue;
    const auto is_inside = [&](const std::string& directory) { return sys::is_within(directory, *path); };
    if (is_inside(real_home) || std::any_of(roots.begin(), roots.end(), is_inside)) continue;
    const bool overlaps = std::any_of(caches.begin(), caches.end(), [&](const std::string& cache) {
      return is_inside(cache) || sys::is_within(*path, cache);
    });
    if (!overlaps) caches.push_back(*path);
  }
  return caches;
}

std::vector<sandbox::Caches> private_caches(const std::vector<std::string>& caches, const std::string& home,
                                            const std::string& store) {
  const std::string base = sys::real_path_of_missing(home);
  const std::uint64_t mount_of_home = mount_of(base);
  sandbox::Caches of_home{base, {}, store + "/home/upper", store + "/home/work"};
  std::vector<sandbox::Caches> overlays;
  for (const std::string& path : caches) {
    if (mount_of_home != 0 && sys::is_within(path, base) && mount_of(path) == mount_of_home) {
      of_home.paths.push_back(path);
      continue;
    }
    const std::string directory = store + "/" + workspace_id(path);
    overlays.push_back({path, {path}, directory + "/upper", directory + "/work"});
  }
  if (!of_home.paths.empty()) overlays.insert(overlays.begin(), std::move(of_home));
  return overlays;
}

namespace {

constexpr int max_sets = 64;

mode_t mode_of(const std::string& directory) {
  struct stat status {};
  if (::stat(directory.c_str(), &status) != 0) throw sys::SysError(errno, "looking at {}", directory);
  return status.st_mode & 0777;
}

/// The view has the modes of its upper half. A directory that is not there would be copied up, which fails
/// where its group is none of the sandbox's.
void make_directories_of(const sandbox::Caches& caches, const std::string& base, const Identity& identity) {
  const std::string directory = sys::parent_of(caches.upper);
  sys::make_directories(directory, 0700);
  if (!identity.is_caller) let_pass(directory, base);
  make_for(caches.upper, identity.user, mode_of(caches.base));
  make_for(caches.work, identity.user, 0700);
  for (const std::string& path : caches.paths) {
    for (std::size_t end = caches.base.size(); end < path.size();) {
      end = std::min(path.find('/', end + 1), path.size());
      make_for(caches.upper + path.substr(caches.base.size(), end - caches.base.size()), identity.user,
               mode_of(path.substr(0, end)));
    }
  }
}

}  // namespace

sys::Fd reserve_caches(std::vector<sandbox::Caches>& caches, const std::string& base,
                       const Identity& identity) {
  make_private_directory(base);
  const std::string store = sys::parent_of(sys::parent_of(caches.front().upper));
  for (int set = 1; set <= max_sets; ++set) {
    const std::string place = fmt::format("{}/{}", store, set);
    sys::make_directories(place, 0700);
    sys::Fd lock = sys::open_file(place + "/lock", O_RDWR | O_CREAT | O_NOFOLLOW, 0600);
    if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) continue;
    for (sandbox::Caches& overlay : caches) {
      const std::string directory = place + "/" + sys::base_name(sys::parent_of(overlay.upper));
      overlay.upper = directory + "/upper";
      overlay.work = directory + "/work";
      make_directories_of(overlay, base, identity);
    }
    return lock;
  }
  throw sys::Error(sys::Kind::io, "all {} private sets below {} are in use", max_sets, store);
}

Variables redirected_caches(const std::string& home, const Variables& variables,
                            const std::string& directory) {
  Variables redirected;
  for (const Redirection& redirection : redirections) {
    if (!value_of(variables, redirection.variable).empty()) continue;
    if (is_directory(sys::normal_path(redirection.below_home, home))) continue;
    redirected[redirection.variable] = directory + "/" + redirection.to;
  }
  return redirected;
}

}  // namespace shelltool
