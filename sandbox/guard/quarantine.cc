#include "sandbox/guard/quarantine.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "sandbox/guard/entry.h"
#include "sandbox/sys/error.h"
#include "sandbox/sys/path.h"

namespace sandbox {
namespace {

constexpr sys::Lookup no_links{sys::Reach::anywhere, false, false};
constexpr std::size_t most_names = 1'000'000;
constexpr int attempts = 16;  // against a program that takes permissions away while we give them back

std::pair<std::uint64_t, std::uint64_t> file_system_of(int fd) {
  struct statx status {};
  if (::statx(fd, "", AT_EMPTY_PATH, STATX_MNT_ID, &status) != 0)
    throw sys::SysError(errno, "looking at descriptor {}", fd);
  return {makedev(status.stx_dev_major, status.stx_dev_minor), status.stx_mnt_id};
}

/// renameat2(2) of the name to a new one. Some file systems (NFS, FUSE) have no NOREPLACE; the target
/// directory is ours alone and the name new, so that a plain rename does the same.
int rename_to_new(int from, const std::string& name, int to, const std::string& target) {
  if (::renameat2(from, name.c_str(), to, target.c_str(), RENAME_NOREPLACE) == 0) return 0;
  if (errno != EINVAL) return errno;
  return ::renameat(from, name.c_str(), to, target.c_str()) == 0 ? 0 : errno;
}

/// Moving a directory to another parent needs write permission on both parents and, for its "..", on itself.
bool give_permissions(int dir, const std::string& name) {
  bool changed = make_accessible(dir);
  const sys::Fd thing = sys::try_open_at(dir, name, O_PATH | O_NOFOLLOW, {sys::Reach::beneath, false, false});
  if (thing && entry_of(thing.get()).kind == Entry::Kind::directory)
    changed = make_accessible(thing.get()) || changed;
  return changed;
}

/// Removes the files of a directory and of its children; the children's own directories become children of
/// `top`, so that a tree of any depth needs two descriptors.
void remove_a_level(int top, int pass) {
  make_accessible(top);
  for (const Listed& child : list(top, most_names).value_or(std::vector<Listed>{})) {
    if (child.kind != Entry::Kind::directory) {
      ::unlinkat(top, child.name.c_str(), 0);
      continue;
    }
    const sys::Fd below = open_directory_at(top, child.name);
    if (!below) continue;
    make_accessible(below.get());
    for (const Listed& inner : list(below.get(), most_names).value_or(std::vector<Listed>{})) {
      if (inner.kind != Entry::Kind::directory) {
        ::unlinkat(below.get(), inner.name.c_str(), 0);
        continue;
      }
      give_permissions(below.get(), inner.name);
      rename_to_new(below.get(), inner.name, top, fmt::format("{}.{}", pass, inner.name.substr(0, 200)));
    }
    ::unlinkat(top, child.name.c_str(), AT_REMOVEDIR);
  }
}

}  // namespace

Quarantine::Quarantine(const std::string& state_directory, std::vector<std::string> roots, std::string label)
    : state_directory_(state_directory), roots_(std::move(roots)), label_(std::move(label)) {}

Quarantine::~Quarantine() {
  for (const auto& [file_system, place] : places_)
    if (place) ::rmdir(place->path.c_str());  // fails, as it should, when something is in it
}

std::optional<Quarantine::Place> Quarantine::make_place(FileSystem file_system,
                                                        const std::string& path) const {
  std::vector<std::pair<std::string, std::string>> candidates;
  if (!state_directory_.empty()) {
    const std::string shelf = state_directory_ + "/quarantine";
    if (::mkdir(shelf.c_str(), 0700) == 0 || errno == EEXIST) candidates.emplace_back(shelf, label_);
  }
  for (std::string above = sys::parent_of(path);; above = sys::parent_of(above)) {
    candidates.emplace_back(above, ".gatehouse-quarantine-" + label_);
    if (above == "/") break;
  }
  for (const auto& [parent, name] : candidates) {
    const bool inside =
        std::any_of(roots_.begin(), roots_.end(),
                    [&parent = parent](const std::string& root) { return sys::is_within(parent, root); });
    if (inside) continue;
    const sys::Fd dir = sys::try_open_at(AT_FDCWD, parent, O_PATH | O_DIRECTORY, no_links);
    if (!dir || file_system_of(dir.get()) != file_system) continue;
    if (::mkdirat(dir.get(), name.c_str(), 0700) != 0 && errno != EEXIST) continue;
    sys::Fd made = open_directory_at(dir.get(), name);
    if (!made) continue;
    const Entry entry = entry_of(made.get());
    if (entry.uid != ::geteuid() || (entry.mode & 077) != 0) continue;  // another user's, made before us
    return Place{parent + "/" + name, std::move(made)};
  }
  return std::nullopt;
}

Quarantine::Place* Quarantine::place_for(int dir, const std::string& path) {
  const FileSystem file_system = file_system_of(dir);
  auto found = places_.find(file_system);
  if (found == places_.end()) found = places_.emplace(file_system, make_place(file_system, path)).first;
  return found->second ? &*found->second : nullptr;
}

Quarantine::Outcome Quarantine::move(Place& place, int dir, const std::string& name) {
  for (;;) {
    const std::string target = fmt::format("{}-{}", next_++, name.substr(0, 200));
    const int error_number = rename_to_new(dir, name, place.dir.get(), target);
    if (error_number == EEXIST || error_number == ENOTEMPTY) continue;
    if (error_number == 0) return {Result::moved, place.path + "/" + target, 0};
    return {error_number == ENOENT ? Result::gone : Result::failed, {}, error_number};
  }
}

Quarantine::Outcome Quarantine::take(int dir, const std::string& path, const std::string& name) {
  const Entry before = entry_of(dir);
  Outcome outcome;
  Place* place = place_for(dir, path);
  for (int i = 0; i < attempts; ++i) {
    outcome = place != nullptr ? move(*place, dir, name) : Outcome{Result::failed, {}, EXDEV};
    const bool forbidden = outcome.error_number == EACCES || outcome.error_number == EPERM;
    if (outcome.result != Result::failed || !forbidden || !give_permissions(dir, name)) break;
  }
  if (outcome.result == Result::failed && outcome.error_number == EXDEV) {
    give_permissions(dir, name);
    outcome = {Result::removed, {}, 0};
    if (!remove_tree(dir, name)) outcome = {Result::failed, {}, errno};
  }
  if (entry_of(dir).mode != before.mode) ::chmod(sys::proc_path(dir).c_str(), before.mode);
  return outcome;
}

bool remove_tree(int dir, const std::string& name) {
  constexpr int passes = 10'000;  // a program may add as fast as we remove
  for (int pass = 0; pass < passes; ++pass) {
    if (::unlinkat(dir, name.c_str(), 0) == 0) return true;
    if (errno != EISDIR && errno != EPERM) return errno == ENOENT;
    if (::unlinkat(dir, name.c_str(), AT_REMOVEDIR) == 0) return true;
    if (errno != ENOTEMPTY && errno != EEXIST) return errno == ENOENT;
    const sys::Fd top = open_directory_at(dir, name);
    if (top) remove_a_level(top.get(), pass);
  }
  errno = EBUSY;
  return false;
}

}  // namespace sandbox
