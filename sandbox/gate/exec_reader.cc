#include "sandbox/gate/exec_reader.h"

#include <fcntl.h>
#include <sys/syscall.h>

#include <cerrno>
#include <climits>

#include "sandbox/gate/memory.h"
#include "sandbox/gate/outer.h"
#include "sandbox/gate/resolver.h"
#include "sandbox/gate/task.h"
#include "sandbox/launcher/own_root.h"
#include "sandbox/sys/error.h"

namespace sandbox {
namespace {

/// The arguments of execve(2) and execveat(2), under one roof.
struct Call {
  int directory = AT_FDCWD;
  std::string path;
  std::uint64_t path_address = 0, argv = 0, env = 0;
  int flags = 0;
};

Call call_of(const Notification& notification, const Memory& memory) {
  const auto& args = notification.args;
  if (notification.syscall == SYS_execve)
    return {AT_FDCWD, memory.path(args[0], PATH_MAX), args[0], args[1], args[2], 0};
  if (notification.syscall != SYS_execveat) throw CallerError{ENOSYS};
  Call call{static_cast<int>(args[0]), memory.path(args[1], PATH_MAX), args[1], args[2], args[3],
            static_cast<int>(args[4])};
  if ((call.flags & ~(AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW)) != 0) throw CallerError{EINVAL};
  return call;
}

/// Linux fs/exec.c, alloc_bprm(): the name that the new image knows itself by.
std::string name_of(const Call& call) {
  if (call.directory == AT_FDCWD || call.path.starts_with('/')) return call.path;
  if (call.path.empty()) return fmt::format("/dev/fd/{}", call.directory);
  return fmt::format("/dev/fd/{}/{}", call.directory, call.path);
}

sys::Fd open_called(const Call& call, const Resolver& resolver) {
  if (!call.path.empty())
    return resolver.open(call.directory, call.path, (call.flags & AT_SYMLINK_NOFOLLOW) == 0);
  if ((call.flags & AT_EMPTY_PATH) == 0) throw CallerError{ENOENT};
  // An empty path with AT_FDCWD is the directory itself, which is no program.
  if (call.directory == AT_FDCWD) throw CallerError{EACCES};
  return resolver.descriptor(call.directory);
}

std::vector<std::string> split(const std::string& args) {
  std::vector<std::string> words;
  for (std::size_t begin = 0; begin < args.size();) {
    const std::size_t end = std::min(args.find('\0', begin), args.size());
    words.push_back(args.substr(begin, end - begin));
    begin = end + 1;
  }
  return words;
}

}  // namespace

void ExecReader::read(const Notification& notification, ExecRead& read) {
  const Task task(notification.tid);
  place(task, read.event);
  const Memory memory(notification.tid);
  const Call call = call_of(notification, memory);
  if (call.path == outer_name) throw OuterCalled();
  read.argv_address = call.argv;
  read.empty_address = call.path_address + call.path.size();
  const Resolver resolver(task, root_for(task));
  sys::Fd file = open_called(call, resolver);
  Program program = ImageReader(resolver, known_, heads_, author_of(task))
                        .read(name_of(call), std::move(file), memory.strings(call.argv));
  read.event.images = std::move(program.images);
  read.expected = std::move(program.expected);
  if (read.has_environment) read.event.env = memory.strings(call.env);
}

ExecRead ExecReader::read_found(pid_t pid, const ExecEvent& approved, const std::string& name,
                                const std::string& args) {
  const Task task(pid);
  const Resolver resolver(task, root_for(task));
  const ImageReader reader(resolver, known_, heads_, author_of(task));
  ExecRead found;
  ExecEvent& event = found.event;
  event.pid = pid;
  event.caller = approved.caller;
  event.top = approved.top;
  event.turn = approved.turn;
  event.cwd = path_inside(task.link_path("cwd"));
  event.follow_links = links_of(pid);
  const sys::Fd image = task.link("exe");
  if (!image) throw sys::SysError(errno, "opening the image of process {}", pid);
  event.images.push_back({name, reader.describe(image.get()), split(args)});
  found.expected.loaded = reader.add_loaded(event.images);
  try {  // the script, where the image is its interpreter
    File named = reader.describe(resolver.open(AT_FDCWD, name).get());
    if (named.inode != event.images.front().file.inode || named.device != event.images.front().file.device)
      event.images.push_back({name, std::move(named), split(args)});
  } catch (const CallerError&) {  // the name is gone by now, or was never a path
  }
  return found;
}

ExecEvent ExecReader::running(pid_t tid) const {
  ExecEvent event;
  place(Task(tid), event);
  const std::shared_ptr<const Ancestor> program = std::move(event.caller);
  if (!program) return event;
  event.images = {program->image};
  event.caller = program->parent;
  event.top = !event.caller || (options_.shell && !event.caller->parent);
  return event;
}

const sys::Fd& ExecReader::root_for(const Task& task) {
  if (!root_ || !options_.one_root) root_ = root_of(task);
  return root_;
}

Author ExecReader::author_of(const Task& task) {
  if (options_.one_root) return {options_.uid};
  std::string mounts = task.link_path("ns/mnt");
  if (mounts_.empty()) mounts_ = mounts;
  return {options_.uid, mounts != mounts_};
}

void ExecReader::place(const Task& task, ExecEvent& event) const {
  event.pid = task.tid();
  const Fingerprint fingerprint = task.fingerprint();
  event.caller = lineage_.find(fingerprint);
  if (!event.caller && fingerprint.vector == Fingerprint::Pair() &&
      fingerprint.strings == Fingerprint::Pair())
    throw CallerError{EACCES};  // nobody can say what it is
  if (!event.caller) event.caller = options_.caller;
  const bool by_shell = options_.shell && event.caller && !event.caller->parent;
  event.top = !event.caller || by_shell;
  if (event.caller)
    event.turn = event.caller->turn;
  else
    event.turn = options_.turn_of ? options_.turn_of(task.parent()) : 1;
  event.cwd = path_inside(task.link_path("cwd"));
  event.follow_links = links_of(event.pid);
}

}  // namespace sandbox
