#include "shelltool/files/judge.h"

#include <cerrno>
#include <utility>

#include "shelltool/files/file_error.h"

namespace shelltool::files {

void require(const Judge& judge, const std::vector<Touch>& touches) {
  std::vector<Ruling> denied;
  for (Ruling& ruling : judge(touches))
    if (!ruling.allowed && (denied.empty() || denied.back().rule != ruling.rule))
      denied.push_back(std::move(ruling));
  if (denied.empty()) return;
  std::string denials;
  for (const Ruling& ruling : denied) denials += (denials.empty() ? "" : "\n") + ruling.denial;
  throw FileError("denied", "{}", denials);
}

std::string code_of(int error_number) {
  switch (error_number) {
    case ENOENT:
      return "not_found";
    case ENOTDIR:
      return "not_a_directory";
    case EISDIR:
      return "is_a_directory";
    case EACCES:
    case EPERM:
      return "refused";
    case EROFS:
      return "read_only";
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      return "no_space";
    case ELOOP:
      return "link_loop";
    case ENAMETOOLONG:
      return "name_too_long";
    case EEXIST:
      return "exists";
    default:
      return "io";
  }
}

std::vector<bool> readable(const Judge& judge, const std::vector<std::string>& paths) {
  std::vector<Touch> touches;
  for (const std::string& path : paths) touches.push_back({Access::read, path, path});
  std::vector<bool> readable;
  for (const Ruling& ruling : judge(touches)) readable.push_back(ruling.allowed);
  return readable;
}

}  // namespace shelltool::files
