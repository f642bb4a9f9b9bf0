#include "sandbox/control_group.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <csignal>
#include <filesystem>
#include <sstream>
#include <system_error>
#include <utility>
#include <vector>

#include "sandbox/launcher/descendants.h"
#include "sandbox/sys/error.h"
#include "sandbox/sys/fd.h"
#include "sandbox/sys/path.h"
#include "sandbox/sys/text.h"

namespace sandbox {
namespace {

/// Groups whose controllers are handed on have no processes of their own: ours go here.
constexpr std::string_view own_name = "gatehouse";
constexpr std::string_view prefix = "gatehouse-";
constexpr std::size_t longest_file = 64 * 1024;

/// Where it is mounted; empty when it is not. proc_pid_mountinfo(5): the type stands behind " - ".
std::string mount_point() {
  std::istringstream lines(sys::read_file("/proc/self/mountinfo", 16 << 20));
  for (std::string line; std::getline(lines, line);) {
    if (line.find(" - cgroup2 ") == std::string::npos) continue;
    std::istringstream fields(line);
    std::string field;
    for (int i = 0; i < 5; ++i) fields >> field;
    return field;
  }
  return {};
}

bool write(const std::string& path, std::string_view text) {
  const sys::Fd file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  return file && ::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

bool hand_on(const std::string& group) { return write(group + "/cgroup.subtree_control", "+memory +pids"); }

/// Us and all that we have started. Who has ended meanwhile need not come along.
void move_ours(const std::string& group) {
  std::vector<pid_t> ours = descendants_of(::getpid());
  ours.push_back(::getpid());
  for (const pid_t process : ours) write(group + "/cgroup.procs", std::to_string(process));
}

/// The group below which sandboxes get theirs, with its controllers handed on; empty: it cannot be had.
std::string founded_group() {
  const std::string group = own_control_group();
  if (sys::base_name(group) == own_name) return sys::parent_of(group);
  if (hand_on(group)) return group;
  if (errno != EBUSY) return {};
  const std::string beside = fmt::format("{}/{}", group, own_name);
  if (::mkdir(beside.c_str(), 0755) != 0 && errno != EEXIST) return {};
  move_ours(beside);
  if (hand_on(group)) return group;
  move_ours(group);
  ::rmdir(beside.c_str());
  return {};
}

/// Where somebody is left in one it stays.
void sweep(const std::string& group) {
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(group, ignored)) {
    const std::string name = entry.path().filename().string();
    pid_t pid = 0;
    if (!name.starts_with(prefix)) continue;
    std::from_chars(name.data() + prefix.size(), name.data() + name.size(), pid);
    if (pid > 0 && ::kill(pid, 0) != 0 && errno == ESRCH) ::rmdir(entry.path().c_str());
  }
}

/// As it was before the first sandbox came, when there is none any more.
void give_back(const std::string& group) {
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(group, ignored))
    if (entry.path().filename().string().starts_with(prefix)) return;
  const std::string beside = fmt::format("{}/{}", group, own_name);
  if (::access(beside.c_str(), F_OK) != 0 || !write(group + "/cgroup.subtree_control", "-memory -pids"))
    return;
  move_ours(group);
  ::rmdir(beside.c_str());
}

std::uint64_t count_of(const std::string& path, std::string_view name) {
  try {
    return sys::number_behind(sys::read_file(path, longest_file), name);
  } catch (const sys::Error&) {
    return 0;
  }
}

}  // namespace

std::string own_control_group() {
  const std::string mounted = mount_point();
  if (mounted.empty()) throw sys::Error(sys::Kind::unsupported, "not mounted");
  std::istringstream lines(sys::read_file("/proc/self/cgroup", 1 << 20));
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with("0::")) return sys::normal_path(mounted + line.substr(3));
  throw sys::Error(sys::Kind::unsupported, "we are in none");
}

std::optional<ControlGroup> ControlGroup::make(const Limits& limits) {
  static int made = 0;
  try {
    const std::string founded = founded_group();
    if (founded.empty()) return std::nullopt;
    sweep(founded);
    const std::string path = fmt::format("{}/{}{}-{}", founded, prefix, ::getpid(), ++made);
    if (::mkdir(path.c_str(), 0755) != 0) return std::nullopt;
    ControlGroup group(path);
    if (!write(path + "/memory.max", std::to_string(limits.memory_bytes))) return std::nullopt;
    write(path + "/memory.swap.max", "0");  // where swap is not counted there is no such file
    // One less than setrlimit(2) was told, which would refuse first, and tell nobody.
    if (limits.processes > 1 && !write(path + "/pids.max", std::to_string(limits.processes - 1)))
      return std::nullopt;
    return group;
  } catch (const sys::Error&) {
    return std::nullopt;
  }
}

ControlGroup::ControlGroup(ControlGroup&& other) noexcept : path_(std::exchange(other.path_, {})) {}

ControlGroup::~ControlGroup() {
  if (path_.empty()) return;
  ::rmdir(path_.c_str());
  give_back(sys::parent_of(path_));
}

bool ControlGroup::take(pid_t process) const {
  return write(path_ + "/cgroup.procs", std::to_string(process));
}

bool ControlGroup::memory_reached() {
  const std::uint64_t count = count_of(path_ + "/memory.events", "\noom_kill ");
  return count > std::exchange(ended_, count);
}

bool ControlGroup::processes_reached() {
  const std::uint64_t count = count_of(path_ + "/pids.events", "max ");
  return count > std::exchange(refused_, count);
}

}  // namespace sandbox
