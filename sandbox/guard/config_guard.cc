#include "sandbox/guard/config_guard.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "sandbox/guard/entry.h"
#include "sandbox/guard/git_directory.h"
#include "sandbox/guard/git_keys.h"
#include "sandbox/sys/error.h"
#include "sandbox/sys/path.h"

namespace sandbox {
namespace {

constexpr sys::Lookup inside{sys::Reach::beneath, false, false};
constexpr int attempts = 4;  // against a program that writes the file while we do

/// "core.hooksPath = x", the key as it was spelled.
std::string spelled(const ConfigEntry& entry) {
  const std::string stem = entry.name.substr(0, entry.name.rfind('.') + 1);
  const std::string key = entry.raw.substr(0, entry.key().size());
  return printable(stem + key + (entry.value ? " = " + *entry.value : ""));
}

const char* consequence(Danger danger) {
  return danger == Danger::starts_program ? "it would start a program outside the sandbox"
                                          : "it would lead git elsewhere outside the sandbox";
}

sys::Fd create_lock(int dir, const std::string& name) {
  constexpr int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW;
  sys::Fd lock = sys::try_open_at(dir, name, flags, inside, 0600);
  if (!lock && errno == EACCES && make_accessible(dir))
    lock = sys::try_open_at(dir, name, flags, inside, 0600);
  return lock;
}

}  // namespace

ConfigGuard::Result ConfigGuard::check(int dir, const std::string& directory, const std::string& name,
                                       const KnownConfig& known) {
  const std::string lock_name = name + ".lock";
  for (int i = 0; i < attempts; ++i) {
    if (!entry_at(dir, name)) return Result::clean;
    const auto content = read_file_at(dir, name, most_git_bytes);
    if (!content) break;  // no file, or one that git could read and we cannot
    if (edits_for(*content, directory, known).empty()) return Result::clean;
    const sys::Fd lock = create_lock(dir, lock_name);
    if (!lock && errno == EEXIST) return Result::locked;
    if (!lock) break;
    if (!replace(lock.get(), dir, directory, name, known)) ::unlinkat(dir, lock_name.c_str(), 0);
  }
  // No room, no permission, or a file that reads differently each time: git is better off without it.
  take(ground_, dir, directory, name, Taken::Kind::pointer);
  return Result::clean;
}

/// git's own protocol: the new text is written into the lock, which then becomes the file. False: it is not.
bool ConfigGuard::replace(int lock, int dir, const std::string& directory, const std::string& name,
                          const KnownConfig& known) {
  const auto before = entry_at(dir, name);
  const auto content = read_file_at(dir, name, most_git_bytes);
  if (!before || !content) return false;
  const std::vector<ConfigEdit> edits = edits_for(*content, directory, known);
  const std::string changed = edited(*content, edits);
  if (!edits_for(changed, directory, known).empty()) return false;
  try {
    sys::write_all(lock, changed, directory + "/" + name);
  } catch (const sys::Error&) {
    return false;
  }
  static_cast<void>(::fchown(lock, before->uid, before->gid));  // another's file that we may not give back
  if (::fchmod(lock, before->mode) != 0) return false;
  if (::renameat(dir, (name + ".lock").c_str(), dir, name.c_str()) != 0) return false;
  write_down(edits, directory + "/" + name);
  const auto after = entry_at(dir, name);
  const Entry ours = entry_of(lock);
  return after && after->same_file(ours);  // the lock itself could be exchanged under our hands
}

void ConfigGuard::break_lock(int dir, const std::string& directory, const std::string& name) {
  take(ground_, dir, directory, name + ".lock", Taken::Kind::lock);
}

bool ConfigGuard::is_dangerous(const ConfigEntry& entry, const std::string& directory) const {
  if (!danger_of(entry)) return false;
  if (entry.name != "core.worktree" || !entry.value) return true;
  // A submodule's git directory has one. Within the roots it leads to nothing that could not be written
  // anyway.
  const sys::Fd worktree = ground_.roots.resolve(directory, *entry.value, O_PATH | O_DIRECTORY);
  return !worktree && errno != ENOENT;
}

/// What was there before may stay, in any number of entries up to that before. A value that was changed
/// becomes what it was; one that was removed stays removed, since that starts nothing.
std::vector<ConfigEdit> ConfigGuard::edits_for(const std::string& content, const std::string& directory,
                                               const KnownConfig& known) const {
  std::vector<ConfigEntry> left = known.entries;
  std::vector<ConfigEdit> edits;
  for (const ConfigEntry& entry : read_git_config(content).entries) {
    if (!is_dangerous(entry, directory)) continue;
    const auto same = std::find_if(left.begin(), left.end(), [&](const ConfigEntry& old) {
      return old.name == entry.name && old.value == entry.value;
    });
    if (same == left.end())
      edits.push_back({entry, std::nullopt});
    else
      left.erase(same);
  }
  for (ConfigEdit& edit : edits) {
    const auto old = std::find_if(left.begin(), left.end(),
                                  [&](const ConfigEntry& entry) { return entry.name == edit.entry.name; });
    if (old == left.end()) continue;
    edit.replacement = old->raw;
    left.erase(old);
  }
  return edits;
}

void ConfigGuard::write_down(const std::vector<ConfigEdit>& edits, const std::string& path) {
  for (const ConfigEdit& edit : edits) {
    const auto danger = danger_of(edit.entry);
    Taken taken;
    taken.kind = Taken::Kind::config_key;
    taken.path = path;
    taken.shown = ground_.roots.shown(path);
    taken.what = fmt::format("{} from {}: {}", spelled(edit.entry), taken.shown, consequence(*danger));
    ground_.ledger.add(std::move(taken));
  }
}

}  // namespace sandbox
