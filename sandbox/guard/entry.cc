#include "sandbox/guard/entry.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <memory>

#include "sandbox/sys/error.h"
#include "sandbox/sys/path.h"
#include "sandbox/sys/text.h"

namespace sandbox {
namespace {

constexpr sys::Lookup inside{sys::Reach::beneath, false, false};

std::int64_t nanoseconds(const statx_timestamp& time) {
  return static_cast<std::int64_t>(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
}

Entry::Kind kind_of(mode_t mode) {
  if (S_ISREG(mode)) return Entry::Kind::file;
  if (S_ISDIR(mode)) return Entry::Kind::directory;
  return S_ISLNK(mode) ? Entry::Kind::link : Entry::Kind::other;
}

Entry::Kind kind_of(int dir, const dirent& entry) {
  switch (entry.d_type) {
    case DT_REG:
      return Entry::Kind::file;
    case DT_DIR:
      return Entry::Kind::directory;
    case DT_LNK:
      return Entry::Kind::link;
    case DT_UNKNOWN: {
      const auto known = entry_at(dir, entry.d_name);
      return known ? known->kind : Entry::Kind::other;
    }
    default:
      return Entry::Kind::other;
  }
}

Entry from(const struct statx& status) {
  Entry entry;
  entry.kind = kind_of(status.stx_mode);
  entry.device = makedev(status.stx_dev_major, status.stx_dev_minor);
  entry.inode = status.stx_ino;
  entry.size = status.stx_size;
  entry.changed_ns = nanoseconds(status.stx_ctime);
  entry.modified_ns = nanoseconds(status.stx_mtime);
  entry.born_ns = (status.stx_mask & STATX_BTIME) != 0 ? nanoseconds(status.stx_btime) : 0;
  entry.mode = status.stx_mode & 07777;
  entry.uid = status.stx_uid;
  entry.gid = status.stx_gid;
  return entry;
}

constexpr unsigned wanted = STATX_BASIC_STATS | STATX_BTIME;

sys::Fd reopen(int fd, int flags) {
  sys::Fd again(::open(sys::proc_path(fd).c_str(), flags | O_CLOEXEC));
  if (!again && errno == EACCES && make_accessible(fd))
    again = sys::Fd(::open(sys::proc_path(fd).c_str(), flags | O_CLOEXEC));
  return again;
}

}  // namespace

std::optional<Entry> entry_at(int dir, const std::string& name) {
  struct statx status {};
  if (::statx(dir, name.c_str(), AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT, wanted, &status) != 0)
    return std::nullopt;
  Entry entry = from(status);
  if (entry.kind != Entry::Kind::link) return entry;
  entry.link.resize(PATH_MAX);
  const ssize_t length = ::readlinkat(dir, name.c_str(), entry.link.data(), entry.link.size());
  entry.link.resize(length > 0 ? static_cast<std::size_t>(length) : 0);
  return entry;
}

Entry entry_of(int fd) {
  struct statx status {};
  if (::statx(fd, "", AT_EMPTY_PATH, wanted, &status) != 0)
    throw sys::SysError(errno, "looking at descriptor {}", fd);
  return from(status);
}

std::string describe(const Entry& entry) {
  switch (entry.kind) {
    case Entry::Kind::file:
      return "a file";
    case Entry::Kind::directory:
      return "a directory";
    case Entry::Kind::link:
      return "a symlink to " + printable(entry.link);
    case Entry::Kind::other:
      return "a special file";
  }
  return {};
}

std::optional<std::vector<Listed>> list(int dir, std::size_t limit) {
  sys::Fd readable = reopen(dir, O_RDONLY | O_DIRECTORY);
  if (!readable) return std::nullopt;
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(::fdopendir(readable.get()), &::closedir);
  if (!stream) return std::nullopt;
  const int number = readable.release();
  std::vector<Listed> listed;
  while (const dirent* entry = ::readdir(stream.get())) {
    const std::string name = entry->d_name;
    if (name == "." || name == "..") continue;
    if (listed.size() == limit) return std::nullopt;
    listed.push_back({name, kind_of(number, *entry)});
  }
  return listed;
}

sys::Fd open_directory_at(int dir, const std::string& name) {
  return sys::try_open_at(dir, name, O_PATH | O_DIRECTORY, inside);
}

std::optional<std::string> read_file_at(int dir, const std::string& name, std::size_t limit) {
  const sys::Fd place = sys::try_open_at(dir, name, O_PATH | O_NOFOLLOW, inside);
  if (!place) return std::nullopt;
  const Entry entry = entry_of(place.get());
  if (entry.kind != Entry::Kind::file || entry.size > limit) return std::nullopt;
  const sys::Fd file = reopen(place.get(), O_RDONLY | O_NONBLOCK | O_NOCTTY);
  if (!file) return std::nullopt;
  try {
    return sys::read_all(file.get(), limit, name);
  } catch (const sys::Error&) {
    return std::nullopt;  // it grew beyond the limit while we read: as if it had been
  }
}

bool make_accessible(int fd) {
  const Entry entry = entry_of(fd);
  if (entry.kind != Entry::Kind::directory && entry.kind != Entry::Kind::file) return false;
  const mode_t needed = entry.kind == Entry::Kind::directory ? S_IRWXU : S_IRUSR | S_IWUSR;
  if ((entry.mode & needed) == needed) return false;
  return ::chmod(sys::proc_path(fd).c_str(), entry.mode | needed) == 0;
}

std::string printable(const std::string& text, std::size_t limit) {
  return sys::visible(text.substr(0, limit)) + (text.size() > limit ? "…" : "");
}

}  // namespace sandbox
