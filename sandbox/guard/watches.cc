#include "sandbox/guard/watches.h"

#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "sandbox/guard/entry.h"
#include "sandbox/sys/error.h"

namespace sandbox {
namespace {

constexpr std::uint32_t names_change = IN_CREATE | IN_MOVED_TO | IN_DELETE | IN_MOVED_FROM | IN_ONLYDIR;
constexpr std::uint32_t content_changes = IN_MODIFY | IN_CLOSE_WRITE;
constexpr std::uint32_t leaves = IN_DELETE | IN_MOVED_FROM;
constexpr std::size_t most_watches = 16'384;  // a program can make repositories as long as it runs

}  // namespace

Watches::Watches() : inotify_(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK)) {
  if (!inotify_) throw sys::SysError(errno, "starting to watch directories");
}

void Watches::add_directory(int dir, const std::string& key, Handler handler) {
  add(dir, names_change, key, std::move(handler));
}

void Watches::add_file(int file, const std::string& key, Handler handler) {
  add(file, content_changes, key, std::move(handler));
}

void Watches::add(int fd, std::uint32_t mask, const std::string& key, Handler handler) {
  const std::string path = sys::proc_path(fd);
  int watch = -1;
  if (handlers_.size() < most_watches) {
    watch = ::inotify_add_watch(inotify_.get(), path.c_str(), mask | IN_MASK_ADD);
    if (watch < 0 && errno == EACCES && make_accessible(fd))
      watch = ::inotify_add_watch(inotify_.get(), path.c_str(), mask | IN_MASK_ADD);
  }
  if (watch < 0)
    complete_ = false;
  else
    handlers_[watch][key] = std::move(handler);
}

bool Watches::has_events() const {
  pollfd waited{inotify_.get(), POLLIN, 0};
  return ::poll(&waited, 1, 0) > 0;
}

bool Watches::read() {
  alignas(inotify_event) std::array<char, 65536> buffer{};
  const ssize_t count = ::read(inotify_.get(), buffer.data(), buffer.size());
  if (count < 0 && errno != EAGAIN && errno != EINTR) throw sys::SysError(errno, "reading directory changes");
  bool whole = true;
  inotify_event event{};
  for (ssize_t at = 0; at < count; at += static_cast<ssize_t>(sizeof event + event.len)) {
    std::memcpy(&event, buffer.data() + at, sizeof event);
    if ((event.mask & IN_Q_OVERFLOW) != 0) whole = false;
    const auto found = handlers_.find(event.wd);
    if (found == handlers_.end()) continue;
    if ((event.mask & IN_IGNORED) != 0) {
      handlers_.erase(found);
      continue;
    }
    const std::string name = event.len > 0 ? buffer.data() + at + sizeof event : "";
    for (const auto& [key, handler] : found->second) handler(name, (event.mask & leaves) != 0);
  }
  return whole;
}

}  // namespace sandbox
