#include "shelltool/session/socket_holds.h"

#include <fcntl.h>
#include <fmt/core.h>

#include <utility>

#include "sandbox/guard/entry.h"
#include "sandbox/sys/text.h"

namespace shelltool {

using HoldFor = sandbox::Supervisor::HoldFor;

SocketHolds::SocketHolds(const sandbox::Spec& spec) {
  for (std::string& path : sockets_.find(spec, 0)) {
    versions_[path] = version_of(path);
    held_.insert(std::move(path));
  }
}

/// A daemon that begins again binds the same name, and the file system may give the same inode.
SocketHolds::Version SocketHolds::version_of(const std::string& path) {
  const auto entry = sandbox::entry_at(AT_FDCWD, path);
  return entry ? Version(entry->device, entry->inode, entry->since_ns()) : Version();
}

std::vector<sandbox::Held> SocketHolds::held() const {
  std::vector<sandbox::Held> all;
  for (const std::string& path : held_) all.push_back({path, sandbox::Held::As::hidden, {}});
  return all;
}

std::vector<std::string> SocketHolds::follow(const sandbox::Spec& spec, sandbox::Supervisor& supervisor,
                                             const std::function<bool(const std::string&)>& is_others) {
  std::set<std::string> wanted;
  for (std::string& path : sockets_.find(spec, supervisor.init()))
    if (!is_others(path)) wanted.insert(std::move(path));
  sandbox::HoldOrder change;
  for (const std::string& path : wanted) {
    const Version now = version_of(path);
    if (std::exchange(versions_[path], now) != now || !held_.contains(path))
      change.held.push_back({path, sandbox::Held::As::hidden, {}});
  }
  std::erase_if(versions_, [&](const auto& version) { return !wanted.contains(version.first); });
  for (const std::string& path : held_)
    if (!wanted.contains(path) && !is_others(path)) change.let_go.push_back(path);
  std::vector<std::string> sentences;
  if (change.held.empty() && change.let_go.empty()) return sentences;
  for (const sandbox::NotHeld& failure : supervisor.hold(change, HoldFor::sockets)) {
    if (!failure.for_good) wanted.erase(failure.path);  // the next time it is tried again
    sentences.push_back(
        fmt::format("the unix socket {} can be reached: {}", sys::visible(failure.path), failure.why));
  }
  held_ = std::move(wanted);
  return sentences;
}

}  // namespace shelltool
