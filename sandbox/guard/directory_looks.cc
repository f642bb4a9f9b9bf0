#include "sandbox/guard/directory_looks.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/statfs.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <iterator>
#include <utility>

namespace sandbox {
namespace {

constexpr std::size_t most_names = 1'000'000;
// A change is stamped with the time of the kernel's last tick: at HZ=100, that of up to 10 ms ago.
constexpr std::int64_t two_ticks_ns = 20'000'000;
constexpr long xfs_magic = 0x58465342;  // which linux/magic.h leaves out

/// On these a directory's ctime changes whenever a name in it comes, goes or becomes another file.
constexpr std::array<long, 5> stamping_file_systems = {EXT4_SUPER_MAGIC, xfs_magic, BTRFS_SUPER_MAGIC,
                                                       TMPFS_MAGIC, F2FS_SUPER_MAGIC};

bool has(const std::vector<Listed>& names, const char* name) {
  return std::any_of(names.begin(), names.end(), [&](const Listed& listed) { return listed.name == name; });
}

bool is_skipped(const std::string& name) {
  return name == ".git" || std::find(std::begin(skipped_directories), std::end(skipped_directories), name) !=
                               std::end(skipped_directories);
}

DirectoryLook look_of(const std::vector<Listed>& names) {
  DirectoryLook look;
  look.is_listed = true;
  look.is_bare =
      has(names, "HEAD") && ((has(names, "objects") && has(names, "refs")) || has(names, "commondir"));
  look.has_dot_git = has(names, ".git");
  for (const Listed& child : names)
    if (child.kind == Entry::Kind::directory && !is_skipped(child.name)) look.below.push_back(child.name);
  return look;
}

bool stamps_changes(int directory) {
  struct statfs facts {};
  return ::fstatfs(directory, &facts) == 0 &&
         std::find(stamping_file_systems.begin(), stamping_file_systems.end(), facts.f_type) !=
             stamping_file_systems.end();
}

/// Whether a change from now on is stamped with a later time than this.
bool is_past(std::int64_t changed_ns) {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME_COARSE, &now);
  return changed_ns + two_ticks_ns < static_cast<std::int64_t>(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
}

sys::Fd open_for_listing(const Roots& roots, const std::string& path) {
  if (sys::Fd readable = roots.open(path, O_RDONLY | O_DIRECTORY)) return readable;
  return roots.open_directory(path);  // its permissions may have been taken away
}

}  // namespace

const DirectoryLook* DirectoryLooks::look(const Roots& roots, const std::string& path) {
  sys::Fd place = open_for_listing(roots, path);
  if (!place) return nullptr;
  Known known{entry_of(place.get()), {}};
  auto found = before_.extract(path);
  if (!found.empty() && known.directory.same_file(found.mapped().directory) &&
      known.directory.changed_ns == found.mapped().directory.changed_ns)
    return &now_.insert(std::move(found)).position->second.look;
  if (!is_past(known.directory.changed_ns) || !stamps_changes(place.get())) known.directory.changed_ns = 0;
  // One that is open only as a path is listed by another way.
  auto names = list(place.get(), most_names);
  if (names)
    known.look = look_of(*names);
  else
    known.directory.changed_ns = 0;
  return &now_.insert_or_assign(path, std::move(known)).first->second.look;
}

void DirectoryLooks::forget_the_rest() { before_ = std::exchange(now_, {}); }

}  // namespace sandbox
