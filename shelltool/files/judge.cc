#include "shelltool/files/judge.h"

#include <cerrno>

#include "shelltool/files/file_error.h"

namespace shelltool::files {

void require(const Judge& judge, const std::vector<Touch>& touches) {
  std::string denials, last_rule;
  for (const Ruling& ruling : judge(touches)) {
    if (ruling.allowed || ruling.rule == last_rule) continue;
    denials += (denials.empty() ? "" : "\n") + ruling.denial;
    last_rule = ruling.rule;
  }
  if (!denials.empty()) throw FileError("denied", "{}", denials);
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

}  // namespace shelltool::files
