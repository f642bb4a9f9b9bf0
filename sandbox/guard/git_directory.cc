#include "sandbox/guard/git_directory.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>

#include "sandbox/guard/entry.h"
#include "sandbox/guard/git_config.h"
#include "sandbox/sys/path.h"

namespace sandbox {
namespace {

constexpr sys::Lookup no_links{sys::Reach::anywhere, false, false};
constexpr std::size_t most_names = 65'536;
constexpr std::size_t most_inner = 4'096;
constexpr int deepest_module = 8;  // a submodule named a/b/c lies in modules/a/b/c

std::string without_newlines(std::string text) {
  const std::size_t last = text.find_last_not_of("\r\n");
  text.resize(last == std::string::npos ? 0 : last + 1);
  return text;
}

/// git tests for symlinks with one that leads nowhere, in the repository that it is making.
bool leads_to_directory(int dir, const std::string& link) {
  struct stat status {};
  return ::fstatat(dir, link.c_str(), &status, AT_NO_AUTOMOUNT) == 0 && S_ISDIR(status.st_mode);
}

void find_modules(const Roots& roots, const std::string& path, int depth, InnerRepositories& found) {
  const sys::Fd dir = roots.open_directory(path);
  const std::size_t number = found.directories.size() + found.unfinished.size();
  if (!dir || depth > deepest_module || number >= most_inner) return;
  found.unfinished.push_back(path);
  for (const Listed& child : list(dir.get(), most_names).value_or(std::vector<Listed>{})) {
    const std::string inner = path + "/" + child.name;
    if (child.kind == Entry::Kind::link && leads_to_directory(dir.get(), child.name))
      found.links.push_back(inner);
    if (child.kind != Entry::Kind::directory) continue;
    const sys::Fd opened = open_directory_at(dir.get(), child.name);
    if (opened && is_git_directory(opened.get()))
      found.directories.push_back(inner);
    else
      find_modules(roots, inner, depth + 1, found);
  }
}

void find_worktrees(const Roots& roots, const std::string& path, InnerRepositories& found) {
  const sys::Fd dir = roots.open_directory(path);
  if (!dir) return;
  for (const Listed& child : list(dir.get(), most_names).value_or(std::vector<Listed>{})) {
    if (child.kind == Entry::Kind::link && leads_to_directory(dir.get(), child.name))
      found.links.push_back(path + "/" + child.name);
    if (child.kind == Entry::Kind::directory && found.directories.size() < most_inner)
      found.directories.push_back(path + "/" + child.name);
  }
}

/// A small file's text without its newline; nothing when there is none.
std::optional<std::string> line_of(int dir, const std::string& name) {
  auto content = read_file_at(dir, name, most_git_bytes);
  if (!content) return std::nullopt;
  return without_newlines(std::move(*content));
}

std::optional<std::string> real_path_from(const std::string& directory, const std::string& path) {
  return sys::real_path(path.starts_with('/') ? path : directory + "/" + path);
}

/// The common directory of a linked worktree's git directory, where both name each other and `root`.
std::optional<std::string> common_directory(int dir, const std::string& git_directory,
                                            const std::string& root) {
  const auto back = line_of(dir, "gitdir");
  const auto common = line_of(dir, "commondir");
  if (!back || !common) return std::nullopt;
  if (real_path_from(git_directory, *back) != root + "/.git") return std::nullopt;
  const auto real = real_path_from(git_directory, *common);
  if (!real || sys::parent_of(git_directory) != *real + "/worktrees") return std::nullopt;
  const sys::Fd opened = sys::try_open_at(AT_FDCWD, *real, O_PATH | O_DIRECTORY, no_links);
  return opened && is_git_directory(opened.get()) ? real : std::nullopt;
}

bool is_worktree_of(int dir, const std::string& git_directory, const std::string& root) {
  const auto config = read_file_at(dir, "config", most_git_bytes);
  if (!config) return false;
  for (const ConfigEntry& entry : read_git_config(*config).entries)
    if (entry.name == "core.worktree" && entry.value)
      return real_path_from(git_directory, *entry.value) == root;
  return false;
}

}  // namespace

bool is_git_directory(int dir) {
  if (!entry_at(dir, "HEAD")) return false;
  return entry_at(dir, "commondir") || (entry_at(dir, "objects") && entry_at(dir, "refs"));
}

bool is_sample(const std::string& hook) { return hook.ends_with(".sample"); }

std::optional<std::string> pointed_by_git_file(const std::string& content) {
  const std::string text = content.substr(0, content.find('\0'));
  if (!text.starts_with("gitdir: ")) return std::nullopt;
  return without_newlines(text.substr(8));
}

std::string pointed_by_commondir(const std::string& content) {
  return without_newlines(content.substr(0, content.find('\0')));
}

InnerRepositories inner_repositories(const Roots& roots, const std::string& git_directory) {
  InnerRepositories found;
  find_modules(roots, git_directory + "/modules", 0, found);
  find_worktrees(roots, git_directory + "/worktrees", found);
  return found;
}

std::optional<std::string> outside_git_directory(const std::string& root) {
  const sys::Fd dir = sys::try_open_at(AT_FDCWD, root, O_PATH | O_DIRECTORY, no_links);
  if (!dir) return std::nullopt;
  const auto content = read_file_at(dir.get(), ".git", most_git_bytes);
  const auto target = content ? pointed_by_git_file(*content) : std::nullopt;
  const auto real = target ? real_path_from(root, *target) : std::nullopt;
  if (!real || sys::is_within(*real, root)) return std::nullopt;
  const sys::Fd git = sys::try_open_at(AT_FDCWD, *real, O_PATH | O_DIRECTORY, no_links);
  if (!git || !is_git_directory(git.get())) return std::nullopt;
  if (auto common = common_directory(git.get(), *real, root)) return common;
  if (is_worktree_of(git.get(), *real, root)) return real;
  return std::nullopt;
}

}  // namespace sandbox
