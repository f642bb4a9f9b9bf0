#include "sandbox/launcher/writers.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <charconv>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "sandbox/sys/error.h"
#include "sandbox/sys/text.h"

namespace sandbox {
namespace {

constexpr std::size_t most_bytes = 64 * 1024 * 1024;

std::vector<std::string> names_in(const std::string& directory) {
  std::vector<std::string> names;
  const std::unique_ptr<DIR, int (*)(DIR*)> open(::opendir(directory.c_str()), ::closedir);
  if (!open) return names;
  while (const dirent* entry = ::readdir(open.get()))
    if (entry->d_name[0] != '.') names.emplace_back(entry->d_name);
  return names;
}

/// Empty when it has gone meanwhile.
std::string content_of(const std::string& path) {
  try {
    return sys::read_file(path, most_bytes);
  } catch (const sys::Error&) {
    return {};
  }
}

std::string link_at(const std::string& path) {
  std::string target(4096, '\0');
  const ssize_t length = ::readlink(path.c_str(), target.data(), target.size());
  target.resize(length < 0 ? 0 : static_cast<std::size_t>(length));
  return target;
}

/// One process, as /proc shows it.
class Suspect {
 public:
  Suspect(std::string process, const BusyMounts& mounts)
      : directory_("/proc/" + process), process_(std::move(process)), mounts_(mounts) {}

  /// What it has open for writing, or maps.
  [[nodiscard]] std::optional<Writer> as_writer() {
    const std::vector<std::string> tasks = names_in(directory_ + "/task");
    for (const std::string& task : tasks)
      if (auto path = find_descriptor(directory_ + "/task/" + task)) return writer(std::move(*path));
    // All threads map the same, but one that has ended shows nothing, and the first may have.
    for (const std::string& task : tasks)
      if (auto path = find_mapping("/proc/" + task)) return writer(std::move(*path));
    return std::nullopt;
  }
  /// Known when as_writer() has looked and found nothing.
  [[nodiscard]] std::optional<Writer> as_sender() const {
    return has_sent_ ? std::make_optional(writer("a descriptor in flight")) : std::nullopt;
  }

 private:
  [[nodiscard]] Writer writer(std::string path) const {
    Writer writer;
    std::from_chars(process_.data(), process_.data() + process_.size(), writer.process);
    writer.program = content_of(directory_ + "/comm");
    while (writer.program.ends_with('\n')) writer.program.pop_back();
    writer.path = std::move(path);
    return writer;
  }

  std::optional<std::string> find_descriptor(const std::string& task) {
    for (const std::string& fd : names_in(task + "/fdinfo")) {
      const std::string info = content_of(fmt::format("{}/fdinfo/{}", task, fd));
      const std::uint64_t flags = sys::number_behind(info, "flags:", 8);
      has_sent_ = has_sent_ || sys::number_behind(info, "scm_fds:") != 0;
      const bool writes = (flags & O_ACCMODE) != O_RDONLY && (flags & O_PATH) == 0;
      if (!writes || !mounts_.numbers.contains(sys::number_behind(info, "mnt_id:"))) continue;
      std::string path = link_at(fmt::format("{}/fd/{}", task, fd));
      return path.starts_with('/') ? std::move(path) : "a file that it has closed meanwhile";
    }
    return std::nullopt;
  }

  /// "7f00-7f10 rw-s 00000000 fe:01 1234   /ws/file". Whether the file was opened for writing is only told by
  /// the mode of the entry in map_files, which also tells it of a private mapping.
  [[nodiscard]] std::optional<std::string> find_mapping(const std::string& task) const {
    const std::string maps = content_of(task + "/maps");
    for (const std::string_view line : sys::split(maps, '\n')) {
      const std::vector<std::string_view> fields = sys::split(line, ' ');
      if (fields.size() < 6 || fields[4] == "0" || !mounts_.devices.contains(device_of(fields[3]))) continue;
      struct stat entry {};
      const std::string name = fmt::format("{}/map_files/{}", task, plain_range(fields[0]));
      if (::lstat(name.c_str(), &entry) != 0 || (entry.st_mode & S_IWUSR) == 0) continue;
      const std::size_t path = line.find('/');
      return std::string(path == std::string_view::npos ? "a mapped file" : line.substr(path));
    }
    return std::nullopt;
  }

  static dev_t device_of(std::string_view text) {
    unsigned major = 0, minor = 0;
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos) return 0;
    std::from_chars(text.data(), text.data() + colon, major, 16);
    std::from_chars(text.data() + colon + 1, text.data() + text.size(), minor, 16);
    return makedev(major, minor);
  }

  /// maps pads its numbers with zeros, map_files does not.
  static std::string plain_range(std::string_view range) {
    std::uint64_t from = 0, to = 0;
    const std::size_t dash = range.find('-');
    if (dash == std::string_view::npos) return {};
    std::from_chars(range.data(), range.data() + dash, from, 16);
    std::from_chars(range.data() + dash + 1, range.data() + range.size(), to, 16);
    return fmt::format("{:x}-{:x}", from, to);
  }

  std::string directory_, process_;
  const BusyMounts& mounts_;
  bool has_sent_ = false;
};

}  // namespace

std::vector<Writer> writers_in(const BusyMounts& mounts) {
  std::vector<Writer> writers, senders;
  const std::string self = std::to_string(::getpid());
  for (const std::string& name : names_in("/proc")) {
    if (name.find_first_not_of("0123456789") != std::string::npos || name == self) continue;
    Suspect suspect(name, mounts);
    if (auto writer = suspect.as_writer())
      writers.push_back(std::move(*writer));
    else if (auto sender = suspect.as_sender())
      senders.push_back(std::move(*sender));
  }
  return writers.empty() ? senders : writers;
}

}  // namespace sandbox
