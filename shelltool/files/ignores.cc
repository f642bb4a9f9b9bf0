#include "shelltool/files/ignores.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cstdlib>
#include <utility>

#include "sandbox/guard/git_config.h"
#include "sandbox/guard/git_directory.h"
#include "sandbox/sys/error.h"
#include "sandbox/sys/path.h"

namespace shelltool::files {
namespace {

constexpr std::size_t largest_file = 1 << 20;

/// Nothing for what is missing, no plain file, or too large to be meant. `more` flags: a link in a workspace
/// is not followed, as git does: it could lead to what must not be shown, and patterns are.
std::optional<std::string> text_at(int directory, const std::string& path, int more = 0) {
  const sys::Fd fd(::openat(directory, path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY | more));
  struct stat status {};
  if (!fd || ::fstat(fd.get(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  try {
    return sys::read_all(fd.get(), largest_file, path);
  } catch (const sys::Error&) {
    return std::nullopt;
  }
}

std::optional<IgnoreFile> file_at(int directory, const std::string& name, const std::string& place) {
  const auto text = text_at(directory, name, O_NOFOLLOW);
  if (!text) return std::nullopt;
  return IgnoreFile(place, *text);
}

/// A worktree's `.git` is a file that names its directory, which names the one that it shares.
std::optional<IgnoreFile> exclude_of(int directory, const std::string& path) {
  std::string git = path + "/.git";
  const auto link = text_at(directory, ".git", O_NOFOLLOW);
  const auto pointed = link ? sandbox::pointed_by_git_file(*link) : std::nullopt;
  if (pointed) {
    git = sys::normal_path(*pointed, path);
    if (const auto common = text_at(AT_FDCWD, git + "/commondir", O_NOFOLLOW))
      git = sys::normal_path(sandbox::pointed_by_commondir(*common), git);
  }
  const std::string exclude = git + "/info/exclude";
  return file_at(AT_FDCWD, exclude, exclude);
}

std::optional<std::string> excludes_file(const std::string& config, const std::string& home) {
  const auto text = text_at(AT_FDCWD, config);
  std::optional<std::string> found;
  if (!text) return found;
  for (const sandbox::ConfigEntry& entry : sandbox::read_git_config(*text).entries)
    if (entry.name == "core.excludesfile" && entry.value) found = *entry.value;
  if (found && found->starts_with("~/")) found = home + found->substr(1);
  return found;
}

std::string environment(const char* name) {
  const char* value = ::getenv(name);
  return value == nullptr ? "" : value;
}

std::optional<IgnoreFile> users_file() {
  const std::string home = environment("HOME");
  const std::string given = environment("XDG_CONFIG_HOME");
  const std::string config = given.empty() ? home + "/.config" : given;
  auto path = excludes_file(home + "/.gitconfig", home);
  if (!path) path = excludes_file(config + "/git/config", home);
  if (!path) path = config + "/git/ignore";
  const auto text = text_at(AT_FDCWD, *path);
  if (!text) return std::nullopt;
  return IgnoreFile(*path, *text);
}

}  // namespace

Ignores::Ignores(const std::string& root) : users_(users_file()) {
  for (std::size_t slash = root.find('/'); slash != std::string::npos && root != "/";
       slash = root.find('/', slash + 1)) {
    const std::string path = slash == 0 ? "/" : root.substr(0, slash);
    const sys::Fd directory(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    struct stat status {};
    if (!directory) continue;
    enter(directory.get(), path, {true, true, ::fstatat(directory.get(), ".git", &status, 0) == 0});
  }
}

void Ignores::enter(int directory, std::string_view path, Present present) {
  ++level_;
  if (!present.ignore && !present.gitignore && !present.git) return;
  const std::string place = path == "/" ? "" : std::string(path);
  const auto hold = [&](Files& files, std::optional<IgnoreFile> file) {
    files.push_back({level_, place.size() + 1, std::move(file)});
  };
  if (present.git) hold(repositories_, exclude_of(directory, place));
  if (present.ignore)
    if (auto file = file_at(directory, ".ignore", place + "/.ignore")) hold(ignores_, std::move(file));
  if (present.gitignore)
    if (auto file = file_at(directory, ".gitignore", place + "/.gitignore"))
      hold(gitignores_, std::move(file));
}

void Ignores::leave() {
  for (Files* files : {&ignores_, &gitignores_, &repositories_})
    while (!files->empty() && files->back().level == level_) files->pop_back();
  --level_;
}

Ignores::Verdict Ignores::last_in(const Files& files, std::size_t lowest, std::string_view path,
                                  std::string_view name, bool is_directory) {
  for (auto held = files.rbegin(); held != files.rend() && held->level >= lowest; ++held) {
    if (!held->file) continue;
    if (const IgnoreRule* rule = held->file->match(path.substr(held->base), name, is_directory))
      return {&*held->file, rule};
  }
  return {};
}

Ignores::Verdict Ignores::of(std::string_view path, std::string_view name, bool is_directory) const {
  Verdict verdict = last_in(ignores_, 0, path, name, is_directory);
  if (verdict.rule != nullptr || repositories_.empty()) return verdict;
  const Held& top = repositories_.back();
  verdict = last_in(gitignores_, top.level, path, name, is_directory);
  if (verdict.rule == nullptr) verdict = last_in(repositories_, top.level, path, name, is_directory);
  if (verdict.rule == nullptr && users_)
    verdict = {&*users_, users_->match(path.substr(top.base), name, is_directory)};
  return verdict;
}

}  // namespace shelltool::files
