#include "sandbox/guard/protected_names.h"

#include <fcntl.h>
#include <fnmatch.h>

#include <algorithm>
#include <cstdlib>
#include <set>

#include "sandbox/guard/entry.h"
#include "sandbox/guard/git_directory.h"
#include "sandbox/guard/git_keys.h"
#include "sandbox/guard/roots.h"
#include "sandbox/sys/path.h"

namespace sandbox {
namespace {

constexpr std::size_t most_names = 65'536;

std::vector<std::string> parts_of(const std::string& path) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin < path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    if (end > begin) parts.push_back(path.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

/// The same for a path that is to match itself, whatever characters it has.
std::vector<std::string> literal_parts(const std::string& path) {
  std::string escaped;
  for (const char c : path) {
    if (c == '*' || c == '?' || c == '[' || c == '\\') escaped += '\\';
    escaped += c;
  }
  return parts_of(escaped);
}

/// "~/x" and "x", as git reads the value of a path-like key in a file in `directory`.
std::string configured_path(const std::string& value, const std::string& directory) {
  const char* home = std::getenv("HOME");
  if (value.starts_with("~/") && home != nullptr) return sys::normal_path(value.substr(2), home);
  return sys::normal_path(value, directory);
}

class Finder {
 public:
  Finder(const std::vector<std::string>& roots, ProtectedNames& found) : roots_(roots), found_(found) {}

  void find_name(NamePattern pattern);
  void find_dot_git(const std::string& directory, bool is_workspace);
  void find_repository(const std::string& path, const std::string& worktree, bool is_workspace);

 private:
  const sys::Fd& directory(const std::string& path);
  void walk(const std::string& path, std::size_t depth, const NamePattern& pattern);
  void visit(const std::string& path, std::size_t depth, const NamePattern& pattern);
  void follow(const std::string& link, std::size_t depth, const NamePattern& pattern);
  void know(const std::string& path, const Entry& entry, std::string text = {});
  void protect(const std::string& path);
  void protect_wherever(const std::string& path);
  void find_hooks(KnownRepository& repository, bool is_workspace);
  void find_configs(KnownRepository& repository, const std::string& worktree);
  void find_redirected(const ConfigEntry& entry, const std::string& git_directory,
                       const std::string& worktree);

  const Roots roots_;
  ProtectedNames& found_;
  std::set<std::string> repositories_;
  std::set<std::string> followed_;
  std::string opened_path_;
  sys::Fd opened_;
};

/// Good until the next call: most names stand in one directory.
const sys::Fd& Finder::directory(const std::string& path) {
  if (path != opened_path_) {
    opened_ = roots_.open_directory(path);
    opened_path_ = path;
  }
  return opened_;
}

void Finder::know(const std::string& path, const Entry& entry, std::string text) {
  found_.known.push_back({path, entry.device, entry.inode, text.empty() ? entry.link : std::move(text)});
}

void Finder::protect(const std::string& path) {
  if (std::find(found_.protect.begin(), found_.protect.end(), path) == found_.protect.end())
    found_.protect.push_back(path);
}

/// A path that git will follow: what exists there is held, what does not is one more name to watch.
void Finder::protect_wherever(const std::string& path) {
  const std::string real = sys::real_path_of_missing(path);
  const std::string root = roots_.root_of(real);
  if (root.empty() || root == real) return;
  find_name({root, literal_parts(real.substr(root.size()))});
}

void Finder::find_name(NamePattern pattern) {
  if (pattern.parts.empty()) return;
  walk(pattern.root, 0, pattern);
  found_.names.push_back(std::move(pattern));
}

void Finder::walk(const std::string& path, std::size_t depth, const NamePattern& pattern) {
  const std::string& part = pattern.parts[depth];
  if (part.find_first_of("*?[\\") == std::string::npos) return visit(path + "/" + part, depth, pattern);
  const sys::Fd dir = roots_.open_directory(path);
  if (!dir) return;
  for (const Listed& child : list(dir.get(), most_names).value_or(std::vector<Listed>{}))
    if (::fnmatch(part.c_str(), child.name.c_str(), 0) == 0) visit(path + "/" + child.name, depth, pattern);
}

void Finder::visit(const std::string& path, std::size_t depth, const NamePattern& pattern) {
  const sys::Fd& dir = directory(sys::parent_of(path));
  const auto entry = dir ? entry_at(dir.get(), sys::base_name(path)) : std::nullopt;
  if (!entry) return;
  if (entry->kind == Entry::Kind::link) {
    know(path, *entry);
    follow(path, depth, pattern);
  } else if (depth + 1 == pattern.parts.size()) {
    know(path, *entry);
    protect(path);
  } else if (entry->kind == Entry::Kind::directory) {
    walk(path, depth + 1, pattern);
  }
}

/// The rest of the pattern holds where the link leads, too, when that can be written.
void Finder::follow(const std::string& link, std::size_t depth, const NamePattern& pattern) {
  std::string target = sys::real_path_of_missing(link);
  if (target == link) {  // it leads to nothing yet
    const sys::Fd dir = roots_.open_directory(sys::parent_of(link));
    const auto entry = dir ? entry_at(dir.get(), sys::base_name(link)) : std::nullopt;
    if (!entry) return;
    target = sys::real_path_of_missing(sys::normal_path(entry->link, sys::parent_of(link)));
  }
  const std::string root = roots_.root_of(target);
  if (root.empty() || !followed_.insert(link).second) return;
  NamePattern rest{root, literal_parts(target.substr(root.size()))};
  rest.parts.insert(rest.parts.end(), pattern.parts.begin() + static_cast<std::ptrdiff_t>(depth) + 1,
                    pattern.parts.end());
  find_name(std::move(rest));
}

void Finder::find_dot_git(const std::string& directory, bool is_workspace) {
  const sys::Fd dir = roots_.open_directory(directory);
  const auto entry = dir ? entry_at(dir.get(), ".git") : std::nullopt;
  if (!entry) return;
  const std::string path = directory + "/.git";
  if (entry->kind == Entry::Kind::directory) return find_repository(path, directory, is_workspace);
  if (entry->kind == Entry::Kind::link) {
    know(path, *entry);
    const auto target = sys::real_path(path);
    if (target && roots_.contain(*target)) find_repository(*target, directory, is_workspace);
    return;
  }
  const auto content = read_file_at(dir.get(), ".git", most_git_bytes);
  if (!content) return;
  know(path, *entry, *content);
  if (is_workspace) protect(path);
  const auto target = pointed_by_git_file(*content);
  const sys::Fd git = target ? roots_.resolve(directory, *target, O_PATH | O_DIRECTORY) : sys::Fd();
  if (git) find_repository(sys::path_of(git.get()), directory, is_workspace);
}

void Finder::find_repository(const std::string& path, const std::string& worktree, bool is_workspace) {
  const sys::Fd dir = roots_.open_directory(path);
  if (!dir || !repositories_.insert(path).second) return;
  const Entry itself = entry_of(dir.get());
  KnownRepository repository;
  repository.path = path;
  repository.device = itself.device;
  repository.inode = itself.inode;
  find_hooks(repository, is_workspace);
  find_configs(repository, worktree);
  for (const char* name : {"modules", "worktrees", "config", "config.worktree", "commondir"})
    if (const auto entry = entry_at(dir.get(), name); entry && entry->kind == Entry::Kind::link)
      know(path + "/" + name, *entry);
  found_.repositories.push_back(std::move(repository));
  const auto entry = entry_at(dir.get(), "commondir");
  const auto content = entry ? read_file_at(dir.get(), "commondir", most_git_bytes) : std::nullopt;
  if (content) {
    know(path + "/commondir", *entry, *content);
    const sys::Fd common = roots_.resolve(path, pointed_by_commondir(*content), O_PATH | O_DIRECTORY);
    if (common) find_repository(sys::path_of(common.get()), worktree, is_workspace);
  }
  for (const std::string& inner : inner_repositories(roots_, path).directories)
    find_repository(inner, sys::parent_of(path), false);
}

/// Hooks are held where there are any, and always in the workspace itself. A directory of nothing but samples
/// elsewhere is only watched: a mount would keep the command from removing a clone that it made.
void Finder::find_hooks(KnownRepository& repository, bool is_workspace) {
  const std::string path = repository.path + "/hooks";
  const sys::Fd dir = roots_.open_directory(repository.path);
  const auto entry = entry_at(dir.get(), "hooks");
  if (!entry) return;
  if (entry->kind != Entry::Kind::directory) {
    know(path, *entry);
    if (entry->kind == Entry::Kind::link) protect_wherever(path);
    return;
  }
  const sys::Fd hooks = open_directory_at(dir.get(), "hooks");
  if (!hooks) return;
  for (const Listed& child : list(hooks.get(), most_names).value_or(std::vector<Listed>{})) {
    const auto hook = is_sample(child.name) ? std::nullopt : entry_at(hooks.get(), child.name);
    if (hook) repository.hooks.push_back({child.name, hook->device, hook->inode, hook->changed_ns});
  }
  if (!is_workspace && repository.hooks.empty()) return;
  repository.hooks_held = true;
  know(path, *entry);
  protect(path);
}

void Finder::find_configs(KnownRepository& repository, const std::string& worktree) {
  const sys::Fd dir = roots_.open_directory(repository.path);
  for (const char* name : git_config_names) {
    KnownConfig known{name, {}};
    const auto content = read_file_at(dir.get(), name, most_git_bytes);
    if (!content) continue;
    for (ConfigEntry& entry : read_git_config(*content).entries) {
      if (!danger_of(entry)) continue;
      find_redirected(entry, repository.path, worktree);
      known.entries.push_back(std::move(entry));
    }
    repository.configs.push_back(std::move(known));
  }
}

/// What the owner's own configuration runs or reads inside the workspace is as good as a hook.
void Finder::find_redirected(const ConfigEntry& entry, const std::string& git_directory,
                             const std::string& worktree) {
  if (!entry.value || entry.value->empty()) return;
  if (entry.name == "core.hookspath") protect_wherever(configured_path(*entry.value, worktree));
  if (entry.section() == "include" || entry.section() == "includeif")
    protect_wherever(configured_path(*entry.value, git_directory));
}

}  // namespace

std::vector<std::string> protected_by_default() {
  return {
      ".gatehouse",
      ".vscode",
      ".idea",
      ".zed",
      "*.code-workspace",
      ".mcp.json",
      ".cursor",
      ".windsurf",
      ".claude/settings*.json",
      ".claude/commands",
      ".claude/agents",
      ".claude/hooks",
      ".claude/skills",
      ".codex",
      ".agents",
      ".aws",
      ".gemini",
      ".opencode",
      "opencode.json",
      "opencode.jsonc",
      ".envrc",
  };
}

ProtectedNames find_protected_names(const std::vector<std::string>& roots,
                                    const std::vector<std::string>& extra, ScanLimits limits) {
  ProtectedNames found;
  found.roots = roots;
  for (const std::string& root : roots) {
    const auto outside = outside_git_directory(root);
    const bool is_new =
        outside && std::none_of(found.roots.begin(), found.roots.end(),
                                [&](const auto& other) { return sys::is_within(*outside, other); });
    if (!is_new) continue;
    found.roots.push_back(*outside);
    found.added_roots.push_back(*outside);
  }
  Finder finder(found.roots, found);
  std::vector<std::string> names = protected_by_default();
  names.insert(names.end(), extra.begin(), extra.end());
  for (const std::string& root : roots) {
    for (const std::string& name : names) {
      const std::string path = sys::normal_path(name, root);
      if (path != root && sys::is_within(path, root))
        finder.find_name({root, parts_of(path.substr(root.size()))});
    }
    finder.find_dot_git(root, true);
  }
  const Roots held(found.roots);
  RepositoryLooks first;
  const RepositoryScan scan = find_repositories(held, roots, limits, first);
  for (const std::string& directory : scan.dot_git) finder.find_dot_git(directory, false);
  for (const std::string& directory : scan.bare) finder.find_repository(directory, directory, false);
  for (const std::string& outside : found.added_roots) finder.find_repository(outside, outside, true);
  found.not_scanned = scan.left_out;
  found.scan_complete = scan.complete;
  return found;
}

}  // namespace sandbox
