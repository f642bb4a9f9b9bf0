#include "shelltool/files/trash.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>
#include <utility>

#include "sandbox/guard/quarantine.h"
#include "sandbox/sys/path.h"
#include "sandbox/sys/text.h"
#include "shelltool/files/file_error.h"
#include "shelltool/files/rename.h"
#include "shelltool/files/true_name.h"

namespace shelltool::files {
namespace {

constexpr const char* origin_name = ".origin";
constexpr time_t kept_for = time_t{30} * 24 * 3600;

std::string stamp() {
  const time_t now = ::time(nullptr);
  struct tm parts {};
  ::gmtime_r(&now, &parts);
  std::array<char, 32> text{};
  ::strftime(text.data(), text.size(), "%Y%m%d-%H%M%S", &parts);
  return text.data();
}

bool write_small(const sys::Fd& directory, const char* name, const std::string& text) {
  const sys::Fd file(
      ::openat(directory.get(), name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file) return errno == EEXIST;
  return ::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

/// Empty where there can be none by that name, or it is another user's.
sys::Fd trash_called(const sys::Fd& parent, const std::string& name) {
  if (::mkdirat(parent.get(), name.c_str(), 0700) != 0 && errno != EEXIST) return {};
  sys::Fd trash =
      sys::try_open_at(parent.get(), name, O_RDONLY | O_DIRECTORY, {sys::Reach::beneath, false, false});
  struct stat status {};
  if (!trash || ::fstat(trash.get(), &status) != 0 || status.st_uid != ::geteuid()) return {};
  return write_small(trash, ".gitignore", "*\n") ? std::move(trash) : sys::Fd();
}

sys::Fd trash_in(const std::string& directory) {
  const sys::Fd parent =
      sys::try_open_at(AT_FDCWD, directory, O_PATH | O_DIRECTORY, {sys::Reach::anywhere, false, false});
  if (!parent) return {};
  sys::Fd trash = trash_called(parent, trash_name);
  return trash ? std::move(trash) : trash_called(parent, fmt::format("{}-{}", trash_name, ::geteuid()));
}

void remove_old_in(const sys::Fd& trash) {
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(::fdopendir(sys::duplicate(trash.get()).release()),
                                                   ::closedir);
  std::vector<std::string> old;
  while (stream) {
    const dirent* entry = ::readdir(stream.get());
    if (entry == nullptr) break;
    struct stat status {};
    const bool is_entry =
        entry->d_name[0] != '.' && ::fstatat(trash.get(), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0;
    if (is_entry && status.st_mtim.tv_sec < ::time(nullptr) - kept_for) old.emplace_back(entry->d_name);
  }
  for (const std::string& name : old) sandbox::remove_tree(trash.get(), name);
}

/// Empty with errno when it is still there.
std::string move_into(const sys::Fd& trash, const sys::Fd& parent, const std::string& path,
                      const std::function<void(const std::string&)>& before) {
  std::uint64_t random = 0;  // nobody looks for a number that is free: thousands may be deleted in a second
  if (::getrandom(&random, sizeof random, 0) != sizeof random) return {};
  const std::string id = fmt::format("{}-{:016x}", stamp(), random);
  if (::mkdirat(trash.get(), id.c_str(), 0700) != 0) return {};
  const sys::Fd entry =
      sys::try_open_at(trash.get(), id, O_PATH | O_DIRECTORY, {sys::Reach::beneath, false, false});
  const std::string name = sys::base_name(path), to = name == origin_name ? "origin" : name;
  int error = EIO;
  if (entry && write_small(entry, origin_name, path)) {
    const std::string place = sys::path_of(entry.get()) + "/" + to;
    before(place);
    error = rename_to_new(parent, name, entry, to);
    if (error == 0) return place;
  }
  sandbox::remove_tree(trash.get(), id);
  errno = error;
  return {};
}

}  // namespace

bool is_trash_name(std::string_view name) {
  const std::string_view plain = trash_name;
  return name == plain ||
         (name.size() > plain.size() + 1 && name.starts_with(plain) && name[plain.size()] == '-' &&
          name.find_first_not_of("0123456789", plain.size() + 1) == name.npos);
}

bool is_in_trash(const std::string& path) {
  std::string above = sys::parent_of(path);
  while (above != "/" && !is_trash_name(sys::base_name(above))) above = sys::parent_of(above);
  return above != "/";
}

void remove_old(const std::string& place) {
  const sys::Fd entry = held_parent(sys::parent_of(place));
  const sys::Fd trash =
      sys::try_open_at(entry.get(), ".", O_RDONLY | O_DIRECTORY, {sys::Reach::beneath, false, false});
  if (trash) remove_old_in(trash);
}

void leave_trash(const sys::Fd& trash, const std::string& id) {
  const sys::Fd entry =
      sys::try_open_at(trash.get(), id, O_PATH | O_DIRECTORY, {sys::Reach::beneath, false, false});
  if (!entry) return;
  ::unlinkat(entry.get(), origin_name, 0);
  ::unlinkat(trash.get(), id.c_str(), AT_REMOVEDIR);
}

std::string move_to_trash(const std::string& path, const std::vector<std::string>& roots,
                          const std::function<void(const std::string& place)>& before) {
  std::vector<std::string> places;
  for (const std::string& root : roots)
    if (sys::is_within(path, root) && path != root && (places.empty() || root.size() > places.front().size()))
      places = {root};
  places.push_back(sys::parent_of(path));
  const sys::Fd parent = held_parent(path);
  int error = EACCES;
  for (const std::string& place : places) {
    const sys::Fd trash = trash_in(place);
    if (!trash) continue;
    const std::string moved = move_into(trash, parent, path, before);
    if (moved.empty()) {
      error = errno;
      continue;
    }
    return moved;
  }
  throw_errno(error, "moving {} to the trash", sys::visible(path));
}

bool move_from_trash(const std::string& place, const std::string& path) {
  const sys::Fd entry = held_parent(place), parent = held_parent(path);
  const int error = rename_to_new(entry, sys::base_name(place), parent, sys::base_name(path));
  if (error != 0 && error != ENOENT) return false;
  const std::string directory = sys::parent_of(place);
  leave_trash(held_parent(directory), sys::base_name(directory));
  return error == 0;
}

}  // namespace shelltool::files
