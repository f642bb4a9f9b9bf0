#include "sandbox/guard/directory_looks.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/statfs.h>

#include <algorithm>
#include <array>
#include <ctime>

namespace sandbox {
namespace {

constexpr std::size_t most_names = 1'000'000;
// A change is stamped with the time of the kernel's last tick: at HZ=100, that of up to 10 ms ago.
constexpr std::int64_t two_ticks_ns = 20'000'000;
constexpr long xfs_magic = 0x58465342;  // which linux/magic.h leaves out

/// On these a directory's ctime changes whenever a name in it comes, goes or becomes another file.
constexpr std::array<long, 5> stamping_file_systems = {EXT4_SUPER_MAGIC, xfs_magic, BTRFS_SUPER_MAGIC,
                                                       TMPFS_MAGIC, F2FS_SUPER_MAGIC};

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

}  // namespace

std::optional<DirectoryReading> read_directory(const Roots& roots, const std::string& path,
                                               bool opens_closed) {
  sys::Fd place = roots.open(path, O_RDONLY | O_DIRECTORY);
  const bool is_readable(place);
  if (!place) place = roots.open_directory(path);
  if (!place) return std::nullopt;
  DirectoryReading reading{entry_of(place.get()), {}};
  const bool stamps = stamps_changes(place.get());
  reading.is_local = stamps && reading.directory.born_ns != 0;
  if (!is_past(reading.directory.changed_ns) || !stamps) reading.directory.changed_ns = 0;
  if (is_readable || opens_closed) reading.names = list(place.get(), most_names);
  if (!reading.names) reading.directory.changed_ns = 0;
  return reading;
}

/// By its path at once, wherever that leads meanwhile: what has this number and this time has these names.
bool is_unchanged(const std::string& path, const Entry& before) {
  if (before.changed_ns == 0) return false;
  const std::optional<Entry> now = entry_at(AT_FDCWD, path);
  return now && now->same_file(before) && now->changed_ns == before.changed_ns;
}

}  // namespace sandbox
