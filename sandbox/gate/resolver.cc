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

#include "sandbox/gate/memory.h"
#include "sandbox/launcher/own_root.h"
#include "sandbox/sys/destination.h"
#include "sandbox/sys/error.h"
#include "sandbox/sys/path.h"

namespace sandbox {
namespace {

constexpr int max_links = 40;         // include/linux/namei.h, MAXSYMLINKS
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

std::optional<std::string> destination_for(pid_t tid, const std::string& path) {
  try {
    const Task task(tid);
    const sys::Fd root = root_of(task);
    const Resolver resolver(task, root);
    const auto destination =
        sys::destination_of(path, [&](const std::string& place, bool follow_last) -> sys::Fd {
          try {
            return resolver.open(AT_FDCWD, place, follow_last);
          } catch (const CallerError& error) {
            errno = error.error_number;
            return {};
          }
        });
    return destination ? std::optional(path_inside(*destination)) : std::nullopt;
  } catch (const sys::SysError&) {  // it is gone, and will start nothing
    return std::nullopt;
  }
}

sys::Fd Resolver::open(int directory, const std::string& path, bool follow_last) const {
  if (path.empty()) throw CallerError{ENOENT};
  const bool absolute = path.front() == '/';
  sys::Fd start;
  if (!absolute) start = directory == AT_FDCWD ? checked(task_.link("cwd")) : descriptor(directory);
  const int from = absolute ? root_.get() : start.get();
  if (follow_last) {
    // The kernel walks for us where nothing can mean something else to us than to the task.
    const sys::Lookup lookup{absolute ? sys::Reach::in_root : sys::Reach::beneath, true, false};
    if (sys::Fd found = sys::try_open_at(from, path, O_PATH, lookup)) return found;
  }
  return walk(from, path, follow_last);
}

sys::Fd Resolver::descriptor(int number) const {
  sys::Fd copy = task_.descriptor(number);
  if (!copy) throw CallerError{errno == EPERM ? EACCES : EBADF};
  return copy;
}

sys::Fd Resolver::open_parent(const std::string& path) const {
  return sys::try_open_at(root_.get(), sys::parent_of(path), O_PATH, {sys::Reach::in_root, true, false});
}

sys::Fd Resolver::walk(int start, const std::string& path, bool follow_last) const {
  std::vector<std::string> todo;
  push_components(todo, path);
  sys::Fd here = sys::duplicate(start);
  for (int links = 0; !todo.empty();) {
    const std::string name = std::move(todo.back());
    todo.pop_back();
    if (name == "." || (name == ".." && is_root(here.get()))) continue;
    sys::Fd next = checked(sys::Fd(::openat(here.get(), name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC)));
    const bool last = todo.empty();
    if (!S_ISLNK(stat_of(next.get()).st_mode) || (last && !follow_last)) {
      here = std::move(next);
      continue;
    }
    if (++links > max_links) throw CallerError{ELOOP};
    if (on_proc(next.get())) {
      if (stat_of(here.get()).st_ino == proc_root_inode && (name == "self" || name == "thread-self")) {
        push_components(todo, self_number(name == "thread-self"));
        continue;
      }
      if (sys::Fd target = follow_magic(here.get(), name, next.get())) {
        here = std::move(target);
        continue;
      }
    }
    const std::string text = link_text(next.get());
    if (text.starts_with('/')) here = sys::duplicate(root_.get());
    push_components(todo, text);
  }
  return here;
}

bool Resolver::is_root(int directory) const { return same_file(directory, root_.get()); }

/// Links of /proc that lead to an object and not to a name; nothing when it is none of them.
sys::Fd Resolver::follow_magic(int parent, const std::string& name, int link) const {
  const std::string directory = sys::base_name(sys::path_of(parent));
  if (name != "exe" && name != "root" && name != "cwd" && directory != "fd" && directory != "map_files")
    return {};
  sys::Fd target(::openat(parent, name.c_str(), O_PATH | O_CLOEXEC));
  if (target || errno != EACCES || directory != "fd") return checked(std::move(target));
  // The descriptors of a task that is not dumpable: only its own are reachable, by pidfd_getfd(2).
  const std::string owner = sys::path_of(link);
  const std::string own = fmt::format("/{}/fd/{}", task_.own_process_number(), name);
  if (!owner.ends_with(own)) throw CallerError{EACCES};
  return descriptor(std::atoi(name.c_str()));
}

/// What the text of /proc/self is to the task.
std::string Resolver::self_number(bool thread) const {
  const pid_t process = task_.own_process_number();
  const pid_t self = task_.own_number();
  return thread ? fmt::format("{}/task/{}", process, self) : fmt::format("{}", process);
}

}  // namespace sandbox
