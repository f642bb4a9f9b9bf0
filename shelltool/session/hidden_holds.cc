#include "shelltool/session/hidden_holds.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>

#include <algorithm>

#include "sandbox/guard/entry.h"
#include "sandbox/sys/error.h"
#include "sandbox/sys/path.h"
#include "sandbox/sys/text.h"
#include "shelltool/setup/hidden.h"
#include "shelltool/setup/package_settings.h"

namespace shelltool {

using HoldFor = sandbox::Supervisor::HoldFor;

using sandbox::Held;

namespace {

constexpr int most_rounds = 100;  // of 64 KiB of changes
constexpr int most_looks = 3;     // in a row: a command could go on making directories

}  // namespace

HiddenHolds::HiddenHolds(const Plan& plan)
    : plan_(plan), files_(there_of(plan.made.spec.hide, plan.made.spec.held)) {}

HiddenHolds::Files HiddenHolds::there_of(const std::vector<std::string>& hidden, std::vector<Held> held) {
  Files files;
  for (Held& file : held) files.emplace(file.path, File{file});
  for (const std::string& path : hidden) files.emplace(path, File{{path, Held::As::hidden, {}}});
  for (auto& [path, file] : files)
    if (const auto there = sandbox::entry_at(AT_FDCWD, path))
      file.device = there->device, file.inode = there->inode, file.since_ns = there->since_ns();
  std::erase_if(files, [](const auto& entry) { return entry.second.inode == 0; });
  return files;
}

HiddenHolds::Files HiddenHolds::find() const {
  const MadeSpec& made = plan_.made;
  const auto hidden = hidden_paths(plan_.config, made.identity, made.offered, made.spec.writable);
  return there_of(hidden,
                  package_settings(plan_.config, made.identity, made.offered, made.spec.writable, hidden));
}

std::vector<Held> HiddenHolds::held() const {
  const std::vector<std::string>& hide = plan_.made.spec.hide;
  std::vector<Held> held;
  for (const auto& [path, file] : files_)
    if (file.held.as == Held::As::replaced || std::find(hide.begin(), hide.end(), path) == hide.end())
      held.push_back(file.held);
  return held;
}

void HiddenHolds::begin_watching() {
  try {
    watches_ = std::make_unique<sandbox::Watches>();
  } catch (const sys::SysError&) {
    return;  // none is left
  }
  watch();
}

void HiddenHolds::hear_changes() {
  if (!watches_ || !watches_->complete()) is_due_ = true;
  if (!watches_) return;
  pollfd changes{watches_->fd(), POLLIN, 0};
  for (int round = 0; round < most_rounds; ++round) {
    if (::poll(&changes, 1, 0) <= 0) return;
    if (!watches_->read()) is_due_ = true;
  }
}

/// From now on it counts as watched.
bool HiddenHolds::is_unwatched(int place, const std::string& path) {
  const sandbox::Entry entry = sandbox::entry_of(place);
  const std::pair now(entry.inode, entry.since_ns());
  return std::exchange(watched_[path], now) != now;
}

bool HiddenHolds::watch() {
  if (!watches_) return false;
  const MadeSpec& made = plan_.made;
  bool is_more = false;
  Looked looked;
  for (const std::string& path :
       hideable_paths(plan_.config, made.identity, made.offered, made.spec.writable))
    is_more = watch_way_to(path, looked) || is_more;
  for (const std::string& path : package_setting_paths(made.identity, made.offered)) {
    is_more = watch_way_to(path, looked) || is_more;
    if (const auto real = sys::real_path(path)) is_more = watch_text_of(*real) || is_more;
  }
  for (const auto& [path, file] : files_)
    is_more = watch_way_to(path, looked) || is_more;  // where links lead to
  return is_more;
}

/// Every directory of it that is there, in HOME or else the last: each can be put in another's place.
bool HiddenHolds::watch_way_to(const std::string& path, Looked& looked) {
  const std::string& home = plan_.made.identity.account.home;
  bool is_watched = false, is_more = false;
  for (std::string at = path; at != "/";) {
    const std::string directory = sys::parent_of(at);
    if (is_watched && !sys::is_within(directory, home)) break;
    const std::string name = at.substr(directory == "/" ? 1 : directory.size() + 1);
    at = directory;
    const bool is_new = names_[directory].insert(name).second;
    const auto [look, is_first] = looked.try_emplace(directory);
    if (is_first) look->second = watch_directory(directory);
    if (look->second == Look::absent) continue;
    is_watched = true;
    is_more = is_more || is_new || (is_first && look->second == Look::fresh);
  }
  return is_more;
}

HiddenHolds::Look HiddenHolds::watch_directory(const std::string& directory) {
  const sys::Fd place(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!place) return Look::absent;
  if (!is_unwatched(place.get(), directory)) return Look::known;
  watches_->add_directory(place.get(), directory, [this, directory](const std::string& changed, bool) {
    if (names_[directory].contains(changed)) is_due_ = true;
  });
  return Look::fresh;
}

bool HiddenHolds::watch_text_of(const std::string& path) {
  const sys::Fd file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!file || !is_unwatched(file.get(), path)) return false;
  watches_->add_file(file.get(), path, [this](const std::string&, bool) { is_due_ = true; });
  return true;
}

std::vector<std::string> HiddenHolds::follow(sandbox::Supervisor& supervisor, const IsOthers& is_others) {
  std::vector<std::string> sentences;
  hear_changes();
  if (!std::exchange(is_due_, false)) return sentences;
  watch();
  bool is_more = true;  // what changed before it was watched is not heard of
  for (int look_number = 0; is_more && look_number < most_looks; ++look_number) {
    sentences = look(supervisor, is_others);
    is_more = watch();
  }
  is_due_ = is_due_ || is_more;
  return sentences;
}

std::vector<std::string> HiddenHolds::look(sandbox::Supervisor& supervisor, const IsOthers& is_others) {
  Files now = find();
  std::erase_if(now, [&](const auto& entry) { return is_others(entry.first); });
  sandbox::HoldOrder change;
  for (const auto& [path, file] : now) {
    const auto known = files_.find(path);
    if (known == files_.end() || known->second != file) change.held.push_back(file.held);
  }
  for (const auto& [path, file] : files_)
    if (!now.contains(path) && !is_others(path)) change.let_go.push_back(path);
  std::vector<std::string> sentences;
  if (change.held.empty() && change.let_go.empty()) return sentences;
  for (const sandbox::NotHeld& failure : supervisor.hold(change, HoldFor::hiding)) {
    is_due_ =
        (!failure.for_good && now.erase(failure.path) > 0) || is_due_;  // the next time it is tried again
    sentences.push_back(fmt::format("not hidden: {}: {}", sys::visible(failure.path), failure.why));
  }
  files_ = std::move(now);
  return sentences;
}

}  // namespace shelltool
