#include "shelltool/setup/held_files.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>

#include <algorithm>
#include <climits>
#include <utility>

#include "sandbox/sys/error.h"
#include "sandbox/sys/path.h"
#include "sandbox/sys/text.h"

namespace shelltool {
namespace {

using policy::EventKind;
using sandbox::Entry;
using sandbox::Held;

constexpr std::size_t most_names = 200'000;
constexpr std::size_t most_files = 1'000;  // each is a mount
constexpr int most_rounds = 100;           // of 64 KiB of changes: all has to be looked at then

/// As a rule would name it, and where it lies.
struct Place {
  std::string named, real;
  [[nodiscard]] Place child(const std::string& name) const {
    return {named == "/" ? "/" + name : named + "/" + name, real == "/" ? "/" + name : real + "/" + name};
  }
};

/// Without those that lie in others.
std::vector<std::string> starts_of(std::vector<std::string> places,
                                   const std::vector<std::string>& workspaces) {
  if (std::erase(places, "/") > 0) places.insert(places.end(), workspaces.begin(), workspaces.end());
  std::sort(places.begin(), places.end());
  std::vector<std::string> starts;
  for (std::string& place : places)
    if (starts.empty() || !sys::is_within(place, starts.back())) starts.push_back(std::move(place));
  return starts;
}

/// The first rule that denies it. What only the defaults deny is left to the sandbox: all files would be
/// meant. What builtin:base denies, too: there it is hidden, or protected, unless the settings say otherwise.
std::string denial_of(const policy::RuleSet& rules, const policy::State& state, EventKind kind,
                      const Place& place) {
  const policy::FileEvent event{kind, {place.named, place.real}, "shell"};
  for (const policy::Matched& matched : rules.decide(event, state).matched)
    if (matched.verdict == policy::Verdict::deny && matched.place.file != policy::base_name)
      return matched.rule;
  return {};
}

}  // namespace

class HeldFiles::Search {
 public:
  Search(HeldFiles& files, const policy::RuleSet& rules, const policy::State& state)
      : files_(files), rules_(rules), state_(state) {
    for (const EventKind kind : {EventKind::read, EventKind::write}) {
      std::vector<std::string> places = rules.denied_places(kind);
      (kind == EventKind::read ? reads_ : writes_) = !places.empty();
      places_.insert(places_.end(), places.begin(), places.end());
    }
  }

  std::vector<HeldFile> run() {
    for (const std::string& start : starts_of(places_, files_.workspaces_)) look_again_from(start);
    keep_targets();
    files_.is_whole_ = !is_too_much();
    if (!files_.is_whole_)
      files_.left_out_.push_back(
          fmt::format("not every file that rules deny is held: there are more than {} names, or {} files",
                      most_names, most_files));
    std::vector<HeldFile> found;
    for (auto& [path, file] : found_) found.push_back(std::move(file));
    return found;
  }

 private:
  [[nodiscard]] bool is_too_much() const { return names_ > most_names || found_.size() > most_files; }

  /// Where no directory has changed it is as it was.
  void look_again_from(const std::string& start) {
    const auto quiet = files_.quiet_.find(start);
    if (quiet != files_.quiet_.end()) {
      for (const HeldFile& file : quiet->second.found) keep(file);
      names_ += quiet->second.names;
      return;
    }
    const std::map<std::string, HeldFile> others = std::exchange(found_, {});
    const std::size_t names_before = names_;
    is_quiet_ = true;
    look_from(start);
    if (is_quiet_ && !is_too_much() && files_.watches_ != nullptr && files_.watches_->complete()) {
      Quiet& now = files_.quiet_[start];
      now.names = names_ - names_before;
      for (const auto& [path, file] : found_) now.found.push_back(file);
    }
    for (const auto& [path, file] : others) keep(file);
  }

  void look_from(const std::string& start) {
    const auto real = sys::real_path(start);
    const auto entry = real ? sandbox::entry_at(AT_FDCWD, *real) : std::nullopt;
    is_quiet_ = is_quiet_ && entry && entry->kind == Entry::Kind::directory && start == *real;
    if (!entry) return;
    const Place place{start, *real};
    if (entry->kind == Entry::Kind::directory) {
      const sandbox::Roots roots({*real});
      enter(roots, place, denials_of(place), false);
    } else {
      take(place, entry->kind, denials_of(place));
    }
  }

  [[nodiscard]] Denials denials_of(const Place& place) const {
    return {reads_ ? denial_of(rules_, state_, EventKind::read, place) : std::string(),
            writes_ ? denial_of(rules_, state_, EventKind::write, place) : std::string()};
  }

  /// `is_read_only`: it lies in what is.
  void enter(const sandbox::Roots& roots, const Place& place, const Denials& denials, bool is_read_only) {
    if (denials.any()) take(place, Entry::Kind::directory, denials);
    if (!denials.reading.empty() || is_too_much()) return;
    is_read_only = is_read_only || !denials.writing.empty();
    const bool opens_closed = files_.may_change_ && is_in_workspace(place.real);
    const Look* look = files_.looks_.look(roots, place.real, opens_closed,
                                          [&](const auto& reading) { return look_at(place, reading); });
    const bool is_too_long = look == nullptr && place.real.size() >= PATH_MAX;
    if (is_too_long || (look != nullptr && !look->is_listed))
      files_.left_out_.push_back(fmt::format("what rules deny below {} is not held: {}",
                                             sys::visible(place.real.substr(0, 200)),
                                             is_too_long ? "its path is too long" : "it cannot be listed"));
    if (look == nullptr) return;
    watch(roots, place.real, *look);
    names_ += look->names;
    for (const Child& child : look->children) {
      Denials denied = child.denials;
      if (is_read_only) denied.writing.clear();
      if (child.kind == Entry::Kind::directory)
        enter(roots, place.child(child.name), denied, is_read_only);
      else if (denied.any())
        take(place.child(child.name), child.kind, denied);
    }
  }

  [[nodiscard]] Look look_at(const Place& place, const sandbox::DirectoryReading& reading) {
    const auto& names = reading.names;
    Look look;
    look.is_local = reading.is_local;
    look.itself = {reading.directory.inode, reading.directory.born_ns};
    if (!names) return look;
    look.is_listed = true;
    look.names = names->size();
    if (names_ + look.names > most_names) return look;
    for (const sandbox::Listed& listed : *names) {
      Denials denials = denials_of(place.child(listed.name));
      if (denials.any() || listed.kind == Entry::Kind::directory)
        look.children.push_back({listed.name, listed.kind, std::move(denials)});
    }
    return look;
  }

  /// What changed before it was watched shows at the next look only.
  void watch(const sandbox::Roots& roots, const std::string& path, const Look& look) {
    is_quiet_ = is_quiet_ && look.is_local && look.is_listed && files_.watches_ != nullptr;
    if (files_.watches_ == nullptr || !look.is_local) return;
    const auto known = files_.watched_.find(path);
    if (known != files_.watched_.end() && known->second == look.itself) return;
    is_quiet_ = false;
    const sys::Fd directory = roots.open_directory(path);
    if (!directory) return;
    files_.watches_->add_directory(directory.get(), "",
                                   [&files = files_](const std::string&, bool) { files.quiet_.clear(); });
    files_.watched_[path] = look.itself;
  }

  [[nodiscard]] bool is_in_workspace(const std::string& path) const {
    return std::any_of(files_.workspaces_.begin(), files_.workspaces_.end(),
                       [&](const std::string& workspace) { return sys::is_within(path, workspace); });
  }

  [[nodiscard]] bool contains_workspace(const std::string& path) const {
    return std::any_of(files_.workspaces_.begin(), files_.workspaces_.end(),
                       [&](const std::string& workspace) { return sys::is_within(workspace, path); });
  }

  void take(const Place& place, Entry::Kind kind, const Denials& denials) {
    if (kind == Entry::Kind::link) take_target(place, denials);
    if (kind == Entry::Kind::link && denials.writing.empty()) return;
    if (!denials.reading.empty() && kind != Entry::Kind::link)
      add(place.real, Held::As::hidden, denials.reading);
    else
      add(place.real, Held::As::read_only, denials.writing);
  }

  /// Also where the link is gone: no mount keeps a command from moving it.
  void keep_targets() {
    std::erase_if(files_.targets_, [](const auto& target) {
      const auto entry = sandbox::entry_at(AT_FDCWD, target.first);
      return !entry || entry->device != target.second.device || entry->inode != target.second.inode;
    });
    for (const auto& [path, file] : files_.targets_) keep(file);
  }

  /// A link that a command made must not hide from the next one what it needs outside the workspaces.
  void take_target(const Place& link, const Denials& denials) {
    is_quiet_ = false;  // what it leads to may lie in a directory that is not watched
    const auto target = sys::real_path(link.real);
    if (!target) return;
    if (files_.is_first_ && !contains_workspace(*target)) files_.led_to_.insert(*target);
    const bool is_harmless = is_in_workspace(*target) && !contains_workspace(*target);
    if (!is_harmless && !files_.led_to_.contains(*target)) {
      files_.left_out_.push_back(
          fmt::format("what {} leads to is not held: {}", sys::visible(link.real), sys::visible(*target)));
      return;
    }
    if (!denials.reading.empty())
      add(*target, Held::As::hidden, denials.reading);
    else
      add(*target, Held::As::read_only, denials.writing);
    if (const auto added = found_.find(*target); added != found_.end())
      files_.targets_.insert_or_assign(*target, added->second);
  }

  void add(const std::string& path, Held::As as, const std::string& rule) {
    const auto entry = sandbox::entry_at(AT_FDCWD, path);
    if (!entry) return;
    keep({{path, as, {}}, rule, entry->device, entry->inode, entry->since_ns()});
  }

  void keep(const HeldFile& file) {
    const auto [known, is_new] = found_.emplace(file.held.path, file);
    if (!is_new && file.held.as == Held::As::hidden) known->second = file;
  }

  HeldFiles& files_;
  const policy::RuleSet& rules_;
  const policy::State& state_;
  bool reads_ = false, writes_ = false;
  std::vector<std::string> places_;
  std::map<std::string, HeldFile> found_;
  std::size_t names_ = 0;
  bool is_quiet_ = true;  // the next look from this start need not be made if no watch tells of a change
};

/// Not for the first look: most sandboxes run one command, and to stop watching takes the kernel 10 ms.
void HeldFiles::begin_watching() {
  if (is_first_ || std::exchange(has_tried_to_watch_, true)) return;
  try {
    watches_ = std::make_unique<sandbox::Watches>();
  } catch (const sys::SysError&) {
    // None is left: every directory is looked at each time.
  }
}

void HeldFiles::hear_changes() {
  if (watches_ == nullptr) return;
  pollfd changes{watches_->fd(), POLLIN, 0};
  for (int round = 0; ::poll(&changes, 1, 0) > 0; ++round)
    if (!watches_->read() || round == most_rounds) {
      quiet_.clear();
      return;
    }
}

std::vector<HeldFile> HeldFiles::find(const policy::RuleSet& rules, const policy::State& state) {
  left_out_.clear();
  begin_watching();
  hear_changes();
  const bool is_whole = quiet_.empty();  // every directory is looked at
  std::vector<HeldFile> found = Search(*this, rules, state).run();
  if (is_whole)
    looks_.forget_the_rest();
  else
    looks_.keep_the_rest();
  is_first_ = false;
  return found;
}

HeldFiles held_files_of(const Plan& plan) {
  return {plan.workspace.roots, plan.made.spec.mode == sandbox::Mode::workspace_write};
}

}  // namespace shelltool
