#include "sandbox/launcher/limits.h"

#include <sys/resource.h>

#include <algorithm>
#include <cerrno>

#include "sandbox/sys/error.h"

namespace sandbox {
namespace {

void set_limit(__rlimit_resource which, rlim_t value, const char* name) {
  rlimit limit{};
  if (::getrlimit(which, &limit) != 0) throw sys::SysError(errno, "reading the limit of {}", name);
  limit.rlim_max = std::min(limit.rlim_max, value);
  limit.rlim_cur = limit.rlim_max;
  if (::setrlimit(which, &limit) != 0) throw sys::SysError(errno, "limiting {}", name);
}

}  // namespace

void set_limits(const Limits& limits) {
  set_limit(RLIMIT_CORE, 0, "core files");
  if (limits.processes != 0) set_limit(RLIMIT_NPROC, limits.processes, "processes");
  if (limits.file_bytes != 0) set_limit(RLIMIT_FSIZE, limits.file_bytes, "file sizes");
  if (limits.open_files != 0) set_limit(RLIMIT_NOFILE, limits.open_files, "open files");
}

}  // namespace sandbox
