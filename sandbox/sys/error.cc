#include "sandbox/sys/error.h"

#include <cerrno>
#include <cstring>

namespace sys {
namespace {

Kind kind_of(int error_number) {
  switch (error_number) {
    case ENOENT:
    case ENOTDIR:
    case ESRCH:
      return Kind::not_found;
    case EACCES:
    case EPERM:
    case EROFS:
      return Kind::denied;
    case ENOSYS:
    case EOPNOTSUPP:
      return Kind::unsupported;
    default:
      return Kind::io;
  }
}

}  // namespace

std::string error_text(int error_number) {
  const char* text = ::strerrordesc_np(error_number);
  return text != nullptr ? text : fmt::format("error {}", error_number);
}

SysError::SysError(int error_number, const std::string& doing)
    : Error(kind_of(error_number), doing + ": " + error_text(error_number)), error_number_(error_number) {}

}  // namespace sys
