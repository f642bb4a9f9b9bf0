#include "sandbox/guard/repository_guard.h"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>

#include "sandbox/guard/git_directory.h"
#include "sandbox/sys/path.h"

namespace sandbox {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t most_names = 65'536;
constexpr std::size_t most_hooks = 64;  // more are taken with their directory, in one rename
constexpr auto lock_patience = 250ms;   // git holds it for a few

bool every_name(const std::string&) { return true; }
bool is_dot_git(const std::string& name) { return name == ".git"; }
bool is_hook(const std::string& name) { return !is_sample(name); }
bool is_part(const std::string& name) {
  return name == "hooks" || name == "config" || name == "config.worktree" || name == "commondir" ||
         name == "modules" || name == "worktrees";
}

const KnownConfig& config_named(const KnownRepository& known, const std::string& name,
                                const KnownConfig& none) {
  const auto found = std::find_if(known.configs.begin(), known.configs.end(),
                                  [&](const KnownConfig& config) { return config.name == name; });
  return found == known.configs.end() ? none : *found;
}

bool holds(const KnownRepository& known, const std::string& name, const Entry& entry) {
  return std::any_of(known.hooks.begin(), known.hooks.end(), [&](const KnownHook& hook) {
    return hook.name == name && hook.device == entry.device && hook.inode == entry.inode &&
           hook.changed_ns == entry.changed_ns;
  });
}

}  // namespace

RepositoryGuard::RepositoryGuard(Ground& ground, ConfigGuard& configs) : ground_(ground), configs_(configs) {
  const ProtectedNames& names = ground.protected_names;
  for (const std::string& root : names.roots) dot_gits_.insert(root);
  for (const KnownRepository& repository : names.repositories) {
    known_[{repository.device, repository.inode}] = &repository;
    repositories_.insert(repository.path);
    if (sys::base_name(repository.path) == ".git") dot_gits_.insert(sys::parent_of(repository.path));
  }
  for (const KnownName& name : names.known) {
    known_names_[name.path] = &name;
    if (sys::base_name(name.path) == ".git") dot_gits_.insert(sys::parent_of(name.path));
  }
}

void RepositoryGuard::sweep() {
  visited_.clear();
  marked_dot_gits_.clear();
  marked_repositories_.clear();
  for (const std::string& directory : std::set<std::string>(dot_gits_)) check_dot_git(directory);
  for (const std::string& path : std::set<std::string>(repositories_)) check_repository(path);
}

void RepositoryGuard::look() {
  visited_.clear();
  for (const auto& [path, since] : locked_) marked_repositories_.insert(path);
  for (const std::string& directory : std::exchange(marked_dot_gits_, {})) check_dot_git(directory);
  for (const std::string& path : std::exchange(marked_repositories_, {})) check_repository(path);
}

/// Where the scan before the turn saw everything, what is unknown is new. Where it did not, what is older
/// than the turn may be the owner's.
void RepositoryGuard::check_found(const RepositoryScan& scan, std::int64_t began_ns) {
  const auto is_older = [&](const std::string& path) {
    const sys::Fd found = ground_.roots.open(path, O_PATH | O_NOFOLLOW);
    if (!found || ground_.protected_names.scan_complete) return false;
    const Entry entry = entry_of(found.get());
    return known_.count({entry.device, entry.inode}) == 0 && entry.born_ns < began_ns;
  };
  for (const std::string& directory : scan.dot_git) {
    if (is_older(directory + "/.git")) continue;
    dot_gits_.insert(directory);
    check_dot_git(directory);
  }
  for (const std::string& path : scan.bare)
    if (!is_older(path)) check_repository(path);
}

const KnownRepository& RepositoryGuard::known(const Entry& git) const {
  static const KnownRepository none;
  const auto found = known_.find({git.device, git.inode});
  return found == known_.end() ? none : *found->second;
}

bool RepositoryGuard::is_known(const std::string& path, const Entry& entry) const {
  const auto found = known_names_.find(path);
  if (found == known_names_.end()) return false;
  const KnownName& known = *found->second;
  return known.device == entry.device && known.inode == entry.inode && known.text == entry.link;
}

void RepositoryGuard::watch(int dir, const std::string& directory, Concerns concerns,
                            std::set<std::string>& marked, const std::string& entry) {
  if (ground_.watches == nullptr) return;
  ground_.watches->add_directory(dir, "git:" + directory,
                                 [concerns, &marked, entry](const std::string& name, bool) {
                                   if (concerns(name)) marked.insert(entry);
                                 });
}

void RepositoryGuard::watch_file(int dir, const std::string& name, std::set<std::string>& marked,
                                 const std::string& entry) {
  if (ground_.watches == nullptr) return;
  const sys::Fd file = sys::try_open_at(dir, name, O_PATH | O_NOFOLLOW, {sys::Reach::beneath, false, false});
  if (!file || entry_of(file.get()).kind != Entry::Kind::file) return;
  ground_.watches->add_file(file.get(), "file:" + entry + "/" + name,
                            [&marked, entry](const std::string&, bool) { marked.insert(entry); });
}

void RepositoryGuard::check_dot_git(const std::string& directory) {
  const sys::Fd dir = ground_.roots.open_directory(directory);
  if (!dir) return;
  dot_gits_.insert(directory);
  watch(dir.get(), directory, is_dot_git, marked_dot_gits_, directory);
  const auto entry = entry_at(dir.get(), ".git");
  if (!entry) return;
  switch (entry->kind) {
    case Entry::Kind::directory:
      return check_repository(directory + "/.git");
    case Entry::Kind::file:
      watch_file(dir.get(), ".git", marked_dot_gits_, directory);
      return check_pointer(dir.get(), directory, ".git");
    case Entry::Kind::link:
    case Entry::Kind::other:
      if (!is_known(directory + "/.git", *entry))
        take(ground_, dir.get(), directory, ".git", Taken::Kind::pointer);
      return;
  }
}

void RepositoryGuard::check_repository(const std::string& path) {
  const sys::Fd git = ground_.roots.open_directory(path);
  if (!git) locked_.erase(path);
  if (!git || !visited_.insert(path).second) return;
  repositories_.insert(path);
  watch(git.get(), path, is_part, marked_repositories_, path);
  const KnownRepository& before = known(entry_of(git.get()));
  for (const char* name : {"modules", "worktrees"}) {
    const auto entry = entry_at(git.get(), name);
    if (entry && entry->kind == Entry::Kind::link && !is_known(path + "/" + name, *entry))
      take(ground_, git.get(), path, name, Taken::Kind::pointer);
  }
  check_hooks(git.get(), path, before);
  check_configs(git.get(), path, before);
  if (entry_at(git.get(), "commondir")) {
    watch_file(git.get(), "commondir", marked_repositories_, path);
    check_pointer(git.get(), path, "commondir");
  }
  check_inner(path);
}

void RepositoryGuard::check_hooks(int git, const std::string& path, const KnownRepository& before) {
  const auto entry = entry_at(git, "hooks");
  if (!entry) return;
  const bool is_same = is_known(path + "/hooks", *entry);
  if (is_same && before.hooks_held && ground_.mounts_hold) return;
  const sys::Fd hooks = open_directory_at(git, "hooks");
  if (hooks) return check_hook_files(hooks.get(), git, path, before);
  if (!is_same) take(ground_, git, path, "hooks", Taken::Kind::hook);
}

void RepositoryGuard::check_hook_files(int hooks, int git, const std::string& path,
                                       const KnownRepository& before) {
  watch(hooks, path + "/hooks", is_hook, marked_repositories_, path);
  const auto names = list(hooks, most_names);
  std::vector<std::string> planted;
  for (const Listed& hook : names.value_or(std::vector<Listed>{})) {
    const auto entry = is_sample(hook.name) ? std::nullopt : entry_at(hooks, hook.name);
    if (entry && !holds(before, hook.name, *entry)) planted.push_back(hook.name);
  }
  if (!names || planted.size() > most_hooks) return take(ground_, git, path, "hooks", Taken::Kind::hook);
  for (const std::string& name : planted) take(ground_, hooks, path + "/hooks", name, Taken::Kind::hook);
}

void RepositoryGuard::check_configs(int git, const std::string& path, const KnownRepository& before) {
  const auto since = locked_.find(path);
  const bool patient = since == locked_.end() || sys::BootClock::now() - since->second < lock_patience;
  const KnownConfig none;
  bool locked = false;
  for (const char* name : git_config_names) {
    const auto entry = entry_at(git, name);
    if (!entry || (entry->kind == Entry::Kind::link && is_known(path + "/" + name, *entry))) continue;
    watch_file(git, name, marked_repositories_, path);
    const KnownConfig& config = config_named(before, name, none);
    auto result = configs_.check(git, path, name, config);
    if (result == ConfigGuard::Result::locked && !patient) {
      configs_.break_lock(git, path, name);
      result = configs_.check(git, path, name, config);
    }
    locked = locked || result == ConfigGuard::Result::locked;
  }
  if (!locked)
    locked_.erase(path);
  else
    locked_.emplace(path, sys::BootClock::now());
}

/// A file that leads git to another directory may lead to one inside the roots, which is then guarded as
/// well.
void RepositoryGuard::check_pointer(int dir, const std::string& directory, const std::string& name) {
  const std::string path = directory + "/" + name;
  const auto content = read_file_at(dir, name, most_git_bytes);
  if (!content) return take(ground_, dir, directory, name, Taken::Kind::pointer);
  const auto target = name == ".git" ? pointed_by_git_file(*content) : pointed_by_commondir(*content);
  if (!target || target->empty()) return;
  const sys::Fd git = ground_.roots.resolve(directory, *target, O_PATH | O_DIRECTORY);
  if (git) return check_repository(sys::path_of(git.get()));
  if (errno == ENOENT) return;
  const auto before = known_names_.find(path);
  if (before == known_names_.end() || before->second->text != *content)
    take(ground_, dir, directory, name, Taken::Kind::pointer);
}

void RepositoryGuard::check_inner(const std::string& path) {
  const InnerRepositories inner = inner_repositories(ground_.roots, path);
  for (const std::string& link : inner.links) {
    const sys::Fd dir = ground_.roots.open_directory(sys::parent_of(link));
    const auto entry = dir ? entry_at(dir.get(), sys::base_name(link)) : std::nullopt;
    if (entry && entry->kind == Entry::Kind::link && !is_known(link, *entry))
      take(ground_, dir.get(), sys::parent_of(link), sys::base_name(link), Taken::Kind::pointer);
  }
  std::vector<std::string> watched = inner.unfinished;
  watched.push_back(path + "/worktrees");
  for (const std::string& directory : watched)
    if (const sys::Fd dir = ground_.roots.open_directory(directory))
      watch(dir.get(), directory, every_name, marked_repositories_, path);
  for (const std::string& directory : inner.directories) check_repository(directory);
}

}  // namespace sandbox
