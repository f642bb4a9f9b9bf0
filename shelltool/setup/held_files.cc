#include "shelltool/setup/held_files.h"

#include <fcntl.h>
#include <fmt/core.h>

#include <algorithm>
#include <climits>
#include <utility>

#include "sandbox/sys/path.h"
#include "sandbox/sys/text.h"

namespace shelltool {
namespace {

using policy::EventKind;
using sandbox::Entry;
using sandbox::Held;

constexpr std::size_t most_names = 200'000;
constexpr std::size_t most_files = 1'000;  // each is a mount

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
    for (const std::string& start : starts_of(places_, files_.workspaces_)) look_from(start);
    if (is_too_much())
      files_.left_out_.push_back(
          fmt::format("not every file that rules deny is held: there are more than {} names, or {} files",
                      most_names, most_files));
    std::vector<HeldFile> found;
    for (auto& [path, file] : found_) found.push_back(std::move(file));
    return found;
  }

 private:
  [[nodiscard]] bool is_too_much() const { return names_ > most_names || found_.size() > most_files; }

  void look_from(const std::string& start) {
    const auto real = sys::real_path(start);
    const auto entry = real ? sandbox::entry_at(AT_FDCWD, *real) : std::nullopt;
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

  /// `is_read_only`: what is in it is already.
  void enter(const sandbox::Roots& roots, const Place& place, Denials denials, bool is_read_only) {
    if (is_read_only) denials.writing.clear();
    if (denials.any()) take(place, Entry::Kind::directory, denials);
    if (!denials.reading.empty() || is_too_much()) return;
    is_read_only = is_read_only || !denials.writing.empty();
    const bool opens_closed = files_.may_change_ && is_in_workspace(place.real);
    const Look* look = files_.looks_.look(roots, place.real, opens_closed,
                                          [&](const auto& names) { return look_at(place, names); });
    const bool is_too_long = look == nullptr && place.real.size() >= PATH_MAX;
    if (is_too_long || (look != nullptr && !look->is_listed))
      files_.left_out_.push_back(fmt::format("what rules deny below {} is not held: {}",
                                             sys::visible(place.real.substr(0, 200)),
                                             is_too_long ? "its path is too long" : "it cannot be listed"));
    if (look == nullptr) return;
    names_ += look->names;
    for (const Child& child : look->children) {
      if (child.kind == Entry::Kind::directory)
        enter(roots, place.child(child.name), child.denials, is_read_only);
      else
        take(place.child(child.name), child.kind, child.denials);
    }
  }

  [[nodiscard]] Look look_at(const Place& place, const std::optional<std::vector<sandbox::Listed>>& names) {
    Look look;
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

  /// A link that a command made must not hide from the next one what it needs outside the workspaces.
  void take_target(const Place& link, const Denials& denials) {
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
  }

  void add(const std::string& path, Held::As as, const std::string& rule) {
    const auto entry = sandbox::entry_at(AT_FDCWD, path);
    if (!entry) return;
    HeldFile file{{path, as}, rule, entry->device, entry->inode};
    const auto known = found_.find(path);
    if (known == found_.end())
      found_.emplace(path, std::move(file));
    else if (as == Held::As::hidden)
      known->second = std::move(file);
  }

  HeldFiles& files_;
  const policy::RuleSet& rules_;
  const policy::State& state_;
  bool reads_ = false, writes_ = false;
  std::vector<std::string> places_;
  std::map<std::string, HeldFile> found_;
  std::size_t names_ = 0;
};

std::vector<HeldFile> HeldFiles::find(const policy::RuleSet& rules, const policy::State& state) {
  left_out_.clear();
  std::vector<HeldFile> found = Search(*this, rules, state).run();
  looks_.forget_the_rest();
  is_first_ = false;
  return found;
}

HeldFiles held_files_of(const Plan& plan) {
  return {plan.workspace.roots, plan.made.spec.mode == sandbox::Mode::workspace_write};
}

}  // namespace shelltool
