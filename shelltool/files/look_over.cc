#include "shelltool/files/look_over.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "shelltool/files/file_error.h"
#include "shelltool/files/pinned.h"
#include "shelltool/files/replace_file.h"
#include "shelltool/files/trash.h"
#include "shelltool/files/walk.h"
#include "shelltool/files/written.h"

namespace shelltool::files {
namespace {

constexpr std::size_t most_seen = 20'000;
constexpr auto longest_look = std::chrono::seconds(1);

}  // namespace

bool each_file(const std::string& root, std::chrono::steady_clock::time_point deadline,
               const std::function<bool(const SeenEntry& entry)>& take) {
  const Pinned pinned = pin(root);
  const sys::Fd held = pinned.open(O_RDONLY | O_DIRECTORY);
  WalkOptions options;
  options.deadline = deadline;
  bool goes_on = true;
  const WalkLosses losses = walk(held.get(), pinned.real, options, [&](const WalkEntry& entry) {
    if (is_temporary_name(entry.name)) return false;
    if (entry.kind == EntryKind::directory) return goes_on && !is_trash_name(entry.name);
    if (goes_on && entry.kind == EntryKind::file)
      goes_on = take({held.get(), entry.path, fmt::format("{}/{}", pinned.real, entry.path)});
    return false;
  });
  return goes_on && losses.stopped_at.empty();
}

LookOverResult look_over(const LookOverRequest& request,
                         const Judge& /*judge: names alone reach no model here*/) {
  LookOverResult result;
  const auto deadline = std::chrono::steady_clock::now() + longest_look;
  for (const std::string& root : request.roots) {
    const auto see = [&](const SeenEntry& entry) {
      if (result.files.size() == most_seen) return false;
      struct statx status {};
      constexpr unsigned wanted = STATX_INO | STATX_CTIME | STATX_BTIME | STATX_MODE;
      if (::statx(entry.directory, std::string(entry.below).c_str(), AT_SYMLINK_NOFOLLOW, wanted, &status) ==
          0)
        result.files.push_back({entry.path, status.stx_ino, nanoseconds(status.stx_ctime),
                                (status.stx_mask & STATX_BTIME) != 0 ? nanoseconds(status.stx_btime) : 0,
                                status.stx_mode & 07777U});
      return true;
    };
    if (!each_file(root, deadline, see)) result.is_whole = false;
  }
  return result;
}

}  // namespace shelltool::files
