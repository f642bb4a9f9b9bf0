#include "sandbox/sys/packing.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>

namespace sys {

Fd make_memory(const char* what) {
  Fd file(::memfd_create("gatehouse", MFD_CLOEXEC));
  if (!file) throw SysError(errno, "making room for {}", what);
  return file;
}

Fd in_memory(std::string_view bytes, const char* what) {
  Fd file = make_memory(what);
  write_all(file.get(), bytes, what);
  if (::lseek(file.get(), 0, SEEK_SET) != 0) throw SysError(errno, "rewinding {}", what);
  return file;
}

}  // namespace sys
