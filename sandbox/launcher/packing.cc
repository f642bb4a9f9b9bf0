#include "sandbox/launcher/packing.h"

#include <sys/mman.h>

#include <cerrno>

namespace sandbox {

sys::Fd make_memory(const char* what) {
  sys::Fd file(::memfd_create("gatehouse", MFD_CLOEXEC));
  if (!file) throw sys::SysError(errno, "making room for {}", what);
  return file;
}

}  // namespace sandbox
