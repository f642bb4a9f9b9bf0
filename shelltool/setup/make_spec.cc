#include "shelltool/setup/make_spec.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <set>

#include "config/text.h"
#include "sandbox/guard/git_directory.h"
#include "sandbox/sys/error.h"
#include "sandbox/sys/path.h"
#include "sandbox/sys/text.h"
#include "shelltool/setup/caches.h"
#include "shelltool/setup/environment.h"
#include "shelltool/setup/hidden.h"
#include "shelltool/setup/login_exports.h"
#include "shelltool/setup/opened.h"
#include "shelltool/setup/package_settings.h"

namespace shelltool {
namespace {

using Paths = std::vector<std::string>;

constexpr const char* scratch_cache = "/tmp/.cache";

void add_once(Paths& paths, const std::string& path) {
  if (std::find(paths.begin(), paths.end(), path) == paths.end()) paths.push_back(path);
}

std::string real_cwd(const std::string& cwd) {
  struct stat status {};
  const auto real = sys::real_path(cwd);
  if (!real || ::stat(real->c_str(), &status) != 0)
    throw sys::SysError(errno, "opening the directory {}", config::shown(cwd));
  if (!S_ISDIR(status.st_mode))
    throw sys::Error(sys::Kind::invalid, "{} is no directory to start in", config::shown(cwd));
  return *real;
}

void add_roots(sandbox::Spec& spec, const Workspace& workspace) {
  const std::vector<std::string>& roots = workspace.roots;
  const bool is_given = spec.mode == sandbox::Mode::workspace_write && spec.user.map_ids;
  if (is_given && std::find(roots.begin(), roots.end(), "/") != roots.end())
    throw sys::Error(
        sys::Kind::unsupported,
        "the workspace /: the user that root's command runs as cannot be given the whole file system; name "
        "a directory below it, or take --mode danger-full-access");
  for (const std::string& root : workspace.roots) add_once(spec.writable, root);
  for (const std::string& root : workspace.roots) {
    if (const auto git = sandbox::outside_git_directory(root)) add_once(spec.writable, *git);
  }
}

void add_protected(sandbox::Spec& spec, const config::Config& config, const std::string& home) {
  for (const std::string& written : config.sandbox.protect) {
    const std::string path = expand_home(written, home);
    for (const std::string& root : spec.writable)
      add_once(spec.protect, sys::real_path_of_missing(sys::normal_path(path, root)));
  }
}

/// Whoever may write the directory that a link stands in can lead it elsewhere, and no mount holds a link.
void refuse_replaceable_links(const sandbox::Spec& spec, const Places& places) {
  if (spec.mode == sandbox::Mode::read_only) return;
  for (const std::string& link : links_to_own(places)) {
    const std::string directory = sys::real_path_of_missing(sys::parent_of(link));
    struct stat status {};
    if (::stat(directory.c_str(), &status) != 0) continue;
    const bool may_write = status.st_uid == spec.user.uid || (status.st_mode & S_IWOTH) != 0;
    const bool is_open =
        spec.mode == sandbox::Mode::danger_full_access ||
        std::any_of(spec.writable.begin(), spec.writable.end(),
                    [&](const std::string& root) { return sys::is_within(directory, root); });
    if (may_write && is_open)
      throw sys::Error(
          sys::Kind::denied,
          "the link {} leads to gatehouse's own files, and the command could replace it; put the files "
          "there, or set XDG_CONFIG_HOME",
          link);
  }
}

void add_own(MadeSpec& made, const Places& places) {
  sandbox::Spec& spec = made.spec;
  const auto add = [&](const Places& of) {
    for (const std::string& path : own_paths(of)) add_once(spec.own, path);
    for (const std::string& path : own_hidden_paths(of)) add_once(spec.own_hidden, path);
    refuse_replaceable_links(spec, of);
  };
  add(places);
  add_once(spec.own_hidden, sys::real_path_of_missing(made.cache_base));
  // Root's command as another user must not change what that user's own gatehouse reads.
  if (!made.identity.is_caller) add(usual_places(made.identity.account.home));
}

void add_caches(MadeSpec& made, const SpecSources& sources, const Variables& variables) {
  sandbox::Spec& spec = made.spec;
  if (spec.mode == sandbox::Mode::danger_full_access) return;
  const auto caches = known_caches(made.identity.account.home, variables, spec.writable);
  if (sources.config.sandbox.caches == config::Caches::private_) {
    const std::string& workspace = sources.workspace.roots.front();
    spec.caches = private_caches(caches, made.identity.account.home,
                                 cache_store(made.cache_base, made.identity, workspace));
  } else if (sources.config.sandbox.caches == config::Caches::shared) {
    for (const std::string& cache : caches) add_once(spec.writable, cache);
  }
}

void add_hidden(MadeSpec& made, const config::Config& config) {
  sandbox::Spec& spec = made.spec;
  spec.hide = hidden_paths(config, made.identity, made.offered, spec.writable);
  spec.shown = resolved_paths(config.sandbox.unhide, made.identity.account.home, spec.writable);
  if (spec.mode != sandbox::Mode::danger_full_access)
    spec.held = package_settings(config, made.identity, made.offered, spec.writable, spec.hide);
}

/// Where tools whose own cache is not there can keep one.
Variables cache_variables(const MadeSpec& made, const Variables& variables) {
  if (made.spec.mode == sandbox::Mode::danger_full_access) return {};
  const std::string& home = made.identity.account.home;
  const std::string moved = value_of(variables, "XDG_CACHE_HOME");
  const std::string cache = moved.starts_with('/') ? moved : home + "/.cache";
  const std::string real = sys::real_path_of_missing(cache);
  const bool is_private =
      std::any_of(made.spec.caches.begin(), made.spec.caches.end(), [&](const sandbox::Caches& caches) {
        return std::find(caches.paths.begin(), caches.paths.end(), real) != caches.paths.end();
      });
  const bool is_shared =
      std::find(made.spec.writable.begin(), made.spec.writable.end(), real) != made.spec.writable.end();
  const bool is_there = is_private || is_shared;
  Variables redirected = redirected_caches(home, variables, is_there ? cache : scratch_cache);
  if (!is_there) redirected["XDG_CACHE_HOME"] = scratch_cache;
  return redirected;
}

/// What others may not enter, root's stand-in could not.
class ClosedDirectories {
 public:
  bool contain(const std::string& directory) {
    const mode_t mode = mode_of_directory(directory);
    if (mode == 0) return false;
    return (mode & (S_IROTH | S_IXOTH)) != (S_IROTH | S_IXOTH) || is_unreachable(sys::parent_of(directory));
  }

 private:
  static mode_t mode_of_directory(const std::string& path) {
    struct stat status {};
    return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode) ? status.st_mode : 0;
  }
  bool is_unreachable(const std::string& path) {
    const auto [known, is_new] = unreachable_.emplace(path, false);
    if (is_new && path != "/")
      known->second = (mode_of_directory(path) & S_IXOTH) == 0 || is_unreachable(sys::parent_of(path));
    return known->second;
  }

  std::map<std::string, bool> unreachable_;  // directories that many paths share
};

/// The tree that a program belongs to: what npm installed beside it, or its directory. Empty when it is not
/// found.
std::string tree_of_program(const std::string& name, const std::string& cwd, const std::string& search_path) {
  const bool is_bare = name.find('/') == std::string::npos;
  for (const std::string_view directory : sys::split(is_bare ? search_path : cwd, ':')) {
    const std::string place = sys::normal_path(name, directory);
    const auto real = ::access(place.c_str(), X_OK) == 0 ? sys::real_path(place) : std::nullopt;
    if (!real) continue;
    constexpr std::string_view packages = "/node_modules/";
    const std::size_t at = real->find(packages);
    return at == std::string::npos ? sys::parent_of(*real) : real->substr(0, at + packages.size() - 1);
  }
  return {};
}

/// Tool chains that only root may read; root's home is there already.
void add_readable(sandbox::Spec& spec, const Variables& variables) {
  if (!spec.user.map_ids) return;
  std::set<std::string> candidates = {spec.cwd};
  if (!spec.argv.empty()) {
    const std::string program = tree_of_program(spec.argv.front(), spec.cwd, value_of(variables, "PATH"));
    if (!program.empty()) candidates.insert(program);
  }
  for (const auto& [name, value] : variables) {
    for (const std::string_view entry : sys::split(value, ':'))
      if (entry.starts_with('/')) candidates.emplace(entry);
  }
  for (std::string& home : spec.user.readable) home = sys::real_path_of_missing(home);
  ClosedDirectories closed;
  for (const std::string& candidate : candidates) {
    const auto real = sys::real_path(candidate);
    if (!real || !closed.contain(*real)) continue;
    const auto& readable = spec.user.readable;
    const bool is_covered = std::any_of(readable.begin(), readable.end(), [&](const std::string& directory) {
      return sys::is_within(*real, directory);
    });
    if (!is_covered) spec.user.readable.push_back(*real);
  }
}

sandbox::Limits limits_of(const config::Config& config) {
  sandbox::Limits limits;
  limits.processes = config.limits.processes;
  limits.file_bytes = config.limits.file;
  limits.open_files = config.limits.open_files;
  limits.memory_bytes = config.limits.memory;
  limits.tmp_bytes = config.limits.tmp != 0 ? config.limits.tmp : config.limits.memory;
  limits.wall_ms = static_cast<std::uint64_t>(config.limits.wall.count());
  return limits;
}

void add_sockets(sandbox::Spec& spec, const config::Config& config, const std::string& home) {
  for (const std::string& written : config.sandbox.sockets) {
    const std::string path = expand_home(written, home);
    if (path.starts_with('/')) {
      add_once(spec.sockets, sys::real_path_of_missing(path));
      continue;
    }
    for (const std::string& root : spec.writable)
      add_once(spec.sockets, sys::real_path_of_missing(sys::normal_path(path, root)));
  }
}

/// Who has the host's network is reached in it.
void add_published(sandbox::Spec& spec, const config::Config& config) {
  if (spec.network == sandbox::Network::full || spec.mode == sandbox::Mode::danger_full_access) return;
  for (const config::Publish& port : config.network.publish)
    spec.publish.push_back({port.port, port.host_port});
}

void add_notes(MadeSpec& made, const SpecSources& sources) {
  const config::Config& config = sources.config;
  made.notes = config.notes;
  const bool is_narrowed = made.spec.mode != mode_of(config.mode);
  if (is_narrowed) made.notes.push_back(sources.workspace.note);
  if (!config.network.publish.empty() && made.spec.publish.empty())
    made.notes.emplace_back("no port is published: the sandbox has the host's own network");
}

/// Real root, and no mount forbids it.
bool could_make(const sandbox::Spec& spec, const std::string& path) {
  if (spec.user.uid != 0) return false;
  const auto holds = [&](const std::string& root) { return sys::is_within(path, root); };
  return spec.mode == sandbox::Mode::danger_full_access ||
         (spec.mode == sandbox::Mode::workspace_write &&
          std::any_of(spec.writable.begin(), spec.writable.end(), holds));
}

sandbox::Spec base_spec(const SpecSources& sources, const Identity& identity) {
  const config::Config& config = sources.config;
  sandbox::Spec spec;
  spec.argv = sources.argv;
  spec.cwd = real_cwd(sources.cwd);
  spec.mode = mode_of(config.mode);
  if (spec.mode == sandbox::Mode::workspace_write && !sources.workspace.is_writable)
    spec.mode = sandbox::Mode::read_only;
  spec.network = network_of(config.network.mode);
  if (spec.network == sandbox::Network::allowlist && spec.mode == sandbox::Mode::danger_full_access)
    throw sys::Error(sys::Kind::unsupported,
                     "network allowlist: mode danger-full-access has the host's network; take another mode");
  if (spec.mode == sandbox::Mode::danger_full_access) spec.network = sandbox::Network::full;
  spec.user = identity.user;
  // The host's files are root's: a stand-in could not even read them.
  if (spec.mode == sandbox::Mode::danger_full_access && spec.user.map_ids) spec.user = sandbox::User{};
  spec.private_tmp = config.sandbox.tmp == config::Tmp::private_;
  spec.allow_tracers = config.sandbox.allow_tracers;
  spec.limits = limits_of(config);
  add_published(spec, config);
  add_roots(spec, sources.workspace);
  for (const std::string& path : sources.opened.write)
    add_once(spec.writable, sys::real_path_of_missing(path));
  return spec;
}

Variables environment_of(const SpecSources& sources, const Identity& identity, const Variables& login) {
  const bool has_network = sources.config.network.mode == config::NetworkMode::full;
  const std::string cwd = sys::normal_path(sources.cwd);
  const auto real = sys::real_path(sources.cwd);
  return first_environment({.offered = sources.caller.variables,
                            .login = login,
                            .caller_home = home_of(sources.caller),
                            .identity = identity,
                            .config = sources.config,
                            .cwd = sys::real_path(cwd) == real ? cwd : *real,
                            .extra = sources.env,
                            .has_network = has_network});
}

/// An account's shell is known from the caller's environment, or else from passwd.
Variables login_exports(MadeSpec& made, const SpecSources& sources) {
  if (sources.config.env.from != config::EnvFrom::login) return {};
  Account account = made.identity.account;
  if (account.shell.empty())
    if (const auto known = find_account(account.uid)) account.shell = known->shell;
  auto kept = kept_login_exports(sources.places, account);
  if (!kept) made.unasked = std::move(account);
  return std::move(kept).value_or(Variables());
}

/// In another user's home root's hand could be led.
void prepare_opened(MadeSpec& made) {
  if (!made.identity.is_caller) return;
  try {
    make_opened(made.opened);
  } catch (const sys::Error& error) {
    made.notes.push_back(fmt::format("what the profile opens cannot be made: {}", error.what()));
  }
}

}  // namespace

sandbox::Mode mode_of(config::Mode mode) {
  switch (mode) {
    case config::Mode::read_only:
      return sandbox::Mode::read_only;
    case config::Mode::workspace_write:
      return sandbox::Mode::workspace_write;
    case config::Mode::danger_full_access:
      return sandbox::Mode::danger_full_access;
  }
  return sandbox::Mode::read_only;
}

sandbox::Network network_of(config::NetworkMode mode) {
  switch (mode) {
    case config::NetworkMode::none:
      return sandbox::Network::none;
    case config::NetworkMode::allowlist:
      return sandbox::Network::allowlist;
    case config::NetworkMode::full:
      return sandbox::Network::full;
  }
  return sandbox::Network::none;
}

MadeSpec make_spec(const SpecSources& sources) {
  const config::Config& config = sources.config;
  MadeSpec made;
  made.identity = choose_identity(config.sandbox.user, sources.workspace.roots.front(), sources.caller);
  made.cache_base = cache_base(sources.places, made.identity);
  made.spec = base_spec(sources, made.identity);
  Variables login = login_exports(made, sources);
  Variables variables = environment_of(sources, made.identity, login);
  made.offered = sources.caller.variables;
  made.offered.insert(login.begin(), login.end());
  add_caches(made, sources, variables);
  variables.merge(cache_variables(made, variables));
  add_readable(made.spec, variables);
  add_protected(made.spec, config, made.identity.account.home);
  add_sockets(made.spec, config, made.identity.account.home);
  add_hidden(made, config);
  add_own(made, sources.places);
  made.spec.env = strings_of(variables);
  add_notes(made, sources);
  made.opened = sources.opened;
  return made;
}

void prepare_host(MadeSpec& made, const Places& places) {
  claim_own_directories(places, could_make(made.spec, places.system));
  prepare_opened(made);
  if (made.spec.caches.empty()) return;
  try {
    made.cache_lock = reserve_caches(made.spec.caches, made.cache_base, made.identity);
  } catch (const sys::Error& error) {
    made.spec.caches.clear();
    made.notes.push_back(fmt::format("caches are read-only: {}", error.what()));
  }
}

}  // namespace shelltool
