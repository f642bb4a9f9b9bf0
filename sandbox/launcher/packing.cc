#include "sandbox/launcher/packing.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>

namespace sandbox {

sys::Fd make_memory(const char* what) {
  sys::Fd file(::memfd_create("gatehouse", MFD_CLOEXEC));
  if (!file) throw sys::SysError(errno, "making room for {}", what);
  return file;
}

sys::Fd in_memory(std::string_view bytes, const char* what) {
  sys::Fd file = make_memory(what);
  sys::write_all(file.get(), bytes, what);
  if (::lseek(file.get(), 0, SEEK_SET) != 0) throw sys::SysError(errno, "rewinding {}", what);
  return file;
}

}  // namespace sandbox
