#include "sandbox/gate/resolver.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <vector>

#include "sandbox/destination.h"
#include "sandbox/gate/memory.h"
#include "sandbox/launcher/own_root.h"
#include "sandbox/sys/error.h"
#include "sandbox/sys/path.h"

namespace sandbox {
namespace {

constexpr int max_links = 40;  // include/linux/namei.h, MAXSYMLINKS
constexpr std::size_t most_steps = 200'000;
constexpr ino_t proc_root_inode = 1;  // include/linux/proc_fs.h, PROC_ROOT_INO

sys::Fd checked(sys::Fd fd) {
  if (!fd) throw CallerError{errno};
  return fd;
}

bool on_proc(int fd) {
  struct statfs filesystem {};
  return ::fstatfs(fd, &filesystem) == 0 && filesystem.f_type == PROC_SUPER_MAGIC;
}

struct stat stat_of(int fd) {
  struct stat result {};
  if (::fstat(fd, &result) != 0) throw CallerError{errno};
  return result;
}

bool same_file(int one, int other) {
  const struct stat a = stat_of(one);
  const struct stat b = stat_of(other);
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

std::string link_text(int link) {
  std::array<char, PATH_MAX> buffer{};
  const ssize_t count = ::readlinkat(link, "", buffer.data(), buffer.size());
  if (count < 0) throw CallerError{errno};
  return {buffer.data(), static_cast<std::size_t>(count)};
}

void take_step(std::size_t& steps) {
  if (steps == 0) throw Unjudgeable{"its words are paths that would have to be followed for too long"};
  --steps;
}

/// Where nothing on the way can mean something else to us than to the task.
sys::Fd open_by_kernel(int start, const std::string& path) {
  const sys::Lookup lookup{path.front() == '/' ? sys::Reach::in_root : sys::Reach::beneath, true, false};
  return sys::try_open_at(start, path, O_PATH, lookup);
}

/// Pushes the components, so that the first is at the back.
void push_components(std::vector<std::string>& todo, std::string_view path) {
  while (!path.empty()) {
    const std::size_t slash = path.rfind('/');
    const std::string_view component = slash == std::string_view::npos ? path : path.substr(slash + 1);
    if (!component.empty()) todo.emplace_back(component);
    path = slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
  }
}

}  // namespace

sys::Fd root_of(const Task& task) {
  sys::Fd root = task.link("root");
  if (!root) throw sys::SysError(errno, "opening the root of process {}", task.tid());
  return root;
}

FollowLinks links_of(pid_t tid) {
  return [tid, steps = most_steps](const std::string& path) mutable -> std::optional<std::string> {
    try {
      const Task task(tid);
      const sys::Fd root = root_of(task);
      return Resolver(task, root).destination(path, steps);
    } catch (const CallerError&) {
      return std::nullopt;
    } catch (const sys::SysError&) {  // it is gone, and will start nothing
      return std::nullopt;
    }
  };
}

std::optional<std::string> destination_here(const std::string& path) {
  const Task task(::getpid());
  const sys::Fd root = root_of(task);
  std::size_t steps = most_steps;
  try {
    return Resolver(task, root, Resolver::Magic::refused).destination(path, steps);
  } catch (const CallerError&) {
    return std::nullopt;
  } catch (const Unjudgeable& unjudgeable) {
    throw sys::Error(sys::Kind::unsupported, unjudgeable.reason);
  }
}

/// Empty where it is the root, which each exec has open.
sys::Fd Resolver::start_of(int directory, const std::string& path) const {
  if (path.empty()) throw CallerError{ENOENT};
  if (path.front() == '/') return {};
  return directory == AT_FDCWD ? checked(task_.link("cwd")) : descriptor(directory);
}

sys::Fd Resolver::open(int directory, const std::string& path, bool follow_last) const {
  const sys::Fd start = start_of(directory, path);
  const int from = start ? start.get() : root_.get();
  if (follow_last)
    if (sys::Fd found = open_by_kernel(from, path)) return found;
  return walk(from, path, {follow_last}).here;
}

std::string Resolver::destination(const std::string& path, std::size_t& steps) const {
  const sys::Fd start = start_of(AT_FDCWD, path);
  const int from = start ? start.get() : root_.get();
  take_step(steps);
  if (const sys::Fd found = open_by_kernel(from, path)) return path_inside(sys::path_of(found.get()));
  const Walked walked = walk(from, path, {true, true, &steps});
  std::string destination = path_inside(sys::path_of(walked.here.get()));
  for (const std::string& name : walked.missing)
    destination.append(destination == "/" ? "" : "/").append(name);
  return destination;
}

sys::Fd Resolver::descriptor(int number) const {
  sys::Fd copy = task_.descriptor(number);
  if (!copy) throw CallerError{errno == EPERM ? EACCES : EBADF};
  return copy;
}

sys::Fd Resolver::open_parent(const std::string& path) const {
  return sys::try_open_at(root_.get(), sys::parent_of(path), O_PATH, {sys::Reach::in_root, true, false});
}

Resolver::Walked Resolver::walk(int start, const std::string& path, Walk how) const {
  std::vector<std::string> todo;
  push_components(todo, path);
  Walked walked{sys::duplicate(start)};
  sys::Fd& here = walked.here;
  for (int links = 0; !todo.empty();) {
    const std::string name = std::move(todo.back());
    todo.pop_back();
    if (how.steps != nullptr) take_step(*how.steps);
    if (name == ".") continue;
    if (!walked.missing.empty()) {
      if (name == "..")
        walked.missing.pop_back();
      else
        walked.missing.push_back(name);
      continue;
    }
    if (name == ".." && is_root(here.get())) continue;
    sys::Fd next(::openat(here.get(), name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
    if (!next && how.goes_past_missing && (errno == ENOENT || errno == ENOTDIR)) {
      walked.missing.push_back(name);
      continue;
    }
    if (!next && errno == EACCES) {
      here = own_descriptor(here.get(), name);
      continue;
    }
    if (!next) throw CallerError{errno};
    const bool last = todo.empty();
    if (!S_ISLNK(stat_of(next.get()).st_mode) || (last && !how.follows_last)) {
      here = std::move(next);
      continue;
    }
    if (++links > max_links) throw CallerError{ELOOP};
    if (on_proc(next.get())) {
      if (stat_of(here.get()).st_ino == proc_root_inode && (name == "self" || name == "thread-self")) {
        push_components(todo, self_number(name == "thread-self"));
        continue;
      }
      if (sys::Fd target = follow_magic(here.get(), name)) {
        here = std::move(target);
        continue;
      }
    }
    const std::string text = link_text(next.get());
    if (text.starts_with('/')) here = sys::duplicate(root_.get());
    push_components(todo, text);
  }
  return walked;
}

bool Resolver::is_root(int directory) const { return same_file(directory, root_.get()); }

/// Links of /proc that lead to an object and not to a name; nothing when it is none of them.
sys::Fd Resolver::follow_magic(int parent, const std::string& name) const {
  const std::string directory = sys::base_name(sys::path_of(parent));
  if (name != "exe" && name != "root" && name != "cwd" && directory != "fd" && directory != "map_files")
    return {};
  if (magic_ == Magic::refused) throw CallerError{ELOOP};
  sys::Fd target(::openat(parent, name.c_str(), O_PATH | O_CLOEXEC));
  if (target || errno != EACCES) return checked(std::move(target));
  return own_descriptor(parent, name);
}

/// The descriptors of a task that is not dumpable: only its own are reachable, by pidfd_getfd(2).
sys::Fd Resolver::own_descriptor(int directory, const std::string& name) const {
  const std::string path = sys::path_of(directory);
  const bool is_own = path.ends_with(fmt::format("/proc/{}/fd", task_.own_process_number())) ||
                      path.ends_with(fmt::format("/task/{}/fd", task_.own_number()));
  if (!is_own || !on_proc(directory) || name.empty() ||
      name.find_first_not_of("0123456789") != std::string::npos || magic_ == Magic::refused)
    throw CallerError{EACCES};
  return descriptor(std::atoi(name.c_str()));
}

/// What the text of /proc/self is to the task.
std::string Resolver::self_number(bool thread) const {
  const pid_t process = task_.own_process_number();
  const pid_t self = task_.own_number();
  return thread ? fmt::format("{}/task/{}", process, self) : fmt::format("{}", process);
}

}  // namespace sandbox
