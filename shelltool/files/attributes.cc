#include "shelltool/files/attributes.h"

#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sandbox/sys/packing.h"

namespace shelltool::files {
namespace {

using Attributes = std::map<std::string, std::string>;

/// Nothing where they cannot all be read. A file system without them has none.
std::optional<Attributes> attributes_of(const std::string& path) {
  const ssize_t room = ::listxattr(path.c_str(), nullptr, 0);
  if (room < 0 && errno == ENOTSUP) return Attributes();
  if (room < 0) return std::nullopt;
  std::string names(static_cast<std::size_t>(room), '\0');
  const ssize_t length = ::listxattr(path.c_str(), names.data(), names.size());
  if (length < 0) return std::nullopt;
  names.resize(static_cast<std::size_t>(length));
  Attributes attributes;
  for (std::size_t at = 0; at < names.size();) {
    const std::string name = names.c_str() + at;
    at += name.size() + 1;
    const ssize_t size = ::getxattr(path.c_str(), name.c_str(), nullptr, 0);
    if (size < 0) return std::nullopt;
    std::string value(static_cast<std::size_t>(size), '\0');
    if (::getxattr(path.c_str(), name.c_str(), value.data(), value.size()) != size) return std::nullopt;
    attributes.emplace(name, std::move(value));
  }
  return attributes;
}

bool copy_extended(const std::string& from, const std::string& to) {
  const std::optional<Attributes> wanted = attributes_of(from), given = attributes_of(to);
  if (!wanted || !given) return false;
  for (const auto& [name, value] : *given)  // an ACL that every file in the directory gets
    if (!wanted->contains(name) && ::removexattr(to.c_str(), name.c_str()) != 0) return false;
  for (const auto& [name, value] : *wanted) {
    const auto same = given->find(name);
    if (same != given->end() && same->second == value) continue;
    if (::setxattr(to.c_str(), name.c_str(), value.data(), value.size(), 0) != 0) return false;
  }
  return true;
}

/// chattr(1). Those of the file system's own business (extents, inline data) cannot be set, and need not be.
bool copy_flags(const Pinned& from, int to) {
  constexpr int settable = FS_SECRM_FL | FS_UNRM_FL | FS_COMPR_FL | FS_SYNC_FL | FS_NODUMP_FL |
                           FS_NOATIME_FL | FS_NOCOW_FL | FS_NOCOMP_FL | FS_JOURNAL_DATA_FL | FS_NOTAIL_FL |
                           FS_APPEND_FL | FS_IMMUTABLE_FL | FS_PROJINHERIT_FL;
  int wanted = 0, given = 0;
  if (::ioctl(to, FS_IOC_GETFLAGS, &given) != 0) return true;  // there are none here
  const sys::Fd file = from.open(0);
  if (::ioctl(file.get(), FS_IOC_GETFLAGS, &wanted) != 0) return false;
  if (((wanted ^ given) & settable) == 0) return true;
  given = (given & ~settable) | (wanted & settable);
  return ::ioctl(to, FS_IOC_SETFLAGS, &given) == 0;
}

bool is_own(const std::string& name) {
  return name.starts_with("user.") || name == "system.posix_acl_access";
}

}  // namespace

std::string own_attributes(const Pinned& file) {
  std::vector<std::string> words;
  for (const auto& [name, value] : attributes_of(sys::proc_path(file.place.get())).value_or(Attributes()))
    if (is_own(name)) words.push_back(name), words.push_back(value);
  return words.empty() ? std::string() : sys::packed(std::move(words));
}

bool give_attributes(const std::string& packed, const sys::Fd& place) {
  const auto words = sys::unpacked<std::vector<std::string>>(packed);
  const std::string path = sys::proc_path(place.get());
  for (std::size_t i = 0; i + 1 < words.size(); i += 2) {
    const std::string& value = words[i + 1];
    if (::setxattr(path.c_str(), words[i].c_str(), value.data(), value.size(), 0) != 0) return false;
  }
  return true;
}

bool copy_attributes(const Pinned& from, int to) {
  struct stat made {};
  if (::fstat(to, &made) != 0) return false;
  const struct stat& wanted = from.status;
  if ((made.st_uid != wanted.st_uid || made.st_gid != wanted.st_gid) &&
      ::fchown(to, made.st_uid == wanted.st_uid ? static_cast<uid_t>(-1) : wanted.st_uid, wanted.st_gid) != 0)
    return false;
  if (!copy_extended(sys::proc_path(from.place.get()), sys::proc_path(to))) return false;
  // Last: the kernel clears set-id bits when the owner changes, and an ACL carries the group's.
  if (::fchmod(to, wanted.st_mode & 07777U) != 0 || ::fstat(to, &made) != 0) return false;
  return made.st_uid == wanted.st_uid && made.st_gid == wanted.st_gid && made.st_mode == wanted.st_mode &&
         copy_flags(from, to);
}

}  // namespace shelltool::files
