#include "sandbox/gate/built.h"

#include <sys/stat.h>

#include <cerrno>
#include <climits>

#include "sandbox/gate/memory.h"
#include "sandbox/sys/error.h"

namespace sandbox {

Built read_built(pid_t pid, bool with_environment) {
  const Task task(pid);
  const TaskStat stat = task.stat();
  const sys::Fd image = task.link("exe");
  struct stat facts {};
  if (!image || ::fstat(image.get(), &facts) != 0)
    throw sys::SysError(errno, "opening the image of process {}", pid);
  const Memory memory(pid);
  Built built;
  built.device = facts.st_dev;
  built.inode = facts.st_ino;
  built.fingerprint = stat.fingerprint;
  built.args = memory.bytes(stat.arg_start, stat.arg_end - stat.arg_start);
  if (with_environment) built.env = memory.bytes(stat.env_start, stat.env_end - stat.env_start);
  // Linux fs/exec.c copies the file name first, and the stack grows down: it lies behind the environment.
  built.name = memory.path(stat.env_end, PATH_MAX + sizeof "/dev/fd/-2147483648/");
  return built;
}

bool is_as_judged(const Built& built, const Expected& expected, const std::vector<std::string>& env,
                  bool with_environment) {
  if (built.device != expected.device || built.inode != expected.inode) return false;
  if (built.args != expected.args || built.name != expected.name) return false;
  if (!with_environment) return true;
  std::string judged;
  for (const std::string& entry : env) judged.append(entry).push_back('\0');
  return built.env == judged;
}

}  // namespace sandbox
