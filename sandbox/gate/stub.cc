#include "sandbox/gate/stub.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cerrno>
#include <string_view>

#include "sandbox/sys/error.h"

namespace sandbox {
namespace {

constexpr unsigned char program[] = {
#include "stub.inc"
};

#ifndef MFD_EXEC
constexpr unsigned MFD_EXEC = 0x10;  // Linux 6.3
#endif

sys::Fd make_file() {
  constexpr const char* name = "gatehouse-stub";
  sys::Fd file(::memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_EXEC));
  if (!file && errno == EINVAL) file = sys::Fd(::memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING));
  return file;
}

}  // namespace

Stub::Stub() : file_(make_file()) {
  if (!file_) throw sys::SysError(errno, "making the file of a stub");
  sys::write_all(file_.get(), {reinterpret_cast<const char*>(program), sizeof program}, "a stub");
  constexpr int all = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
  struct stat status {};
  if (::fcntl(file_.get(), F_ADD_SEALS, all) != 0 || ::fstat(file_.get(), &status) != 0)
    throw sys::SysError(errno, "sealing the file of a stub");
  device_ = status.st_dev;
  inode_ = status.st_ino;
}

}  // namespace sandbox
