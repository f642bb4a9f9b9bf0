/// What a session keeps its commands from, by mounts: files that rules deny, and unix sockets of the host.

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <iterator>

#include "shelltool/session/session.h"
#include "shelltool/setup/held_files.h"
#include "shelltool/setup/session_profile.h"

namespace shelltool {
namespace {

/// In place of what is held there for another reason.
void add_ruled(std::vector<sandbox::Held>& all, std::vector<sandbox::Held> ruled) {
  std::erase_if(all, [&](const sandbox::Held& held) {
    return std::any_of(ruled.begin(), ruled.end(),
                       [&](const sandbox::Held& other) { return other.path == held.path; });
  });
  std::move(ruled.begin(), ruled.end(), std::back_inserter(all));
}

}  // namespace

/// What builtin:base denies of files the sandbox keeps in any case, so that where no other rules are they are
/// read while the sandbox is built.
void Session::hold_files() {
  const std::vector<std::string> files = rules_files_of(plan_).paths();
  if (std::none_of(files.begin(), files.end(),
                   [](const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }))
    return;
  read_rules();
  holds_.emplace(held_files_of(plan_), rules_->rules(), plan_.state());
  add_ruled(plan_.made.spec.held, holds_->held());
  const std::vector<std::string>& left_out = holds_->left_out();
  plan_.made.notes.insert(plan_.made.notes.end(), left_out.begin(), left_out.end());
}

/// What the sandbox hides by itself is that of builtin:base's denials, too.
void Session::hold_hidden() {
  if (plan_.made.spec.mode != sandbox::Mode::danger_full_access) hidden_.emplace(plan_);
}

void Session::hold_sockets() {
  sockets_.emplace(plan_.made.spec);
  const std::vector<sandbox::Held> held = sockets_->held();
  plan_.made.spec.held.insert(plan_.made.spec.held.end(), held.begin(), held.end());
}

/// What a rule hides anyway is its affair alone.
bool Session::is_ruled(const std::string& path) const { return holds_ && holds_->files().contains(path); }

std::vector<sandbox::Held> Session::ruled_by_now() const {
  return holds_ ? holds_->held() : std::vector<sandbox::Held>();
}

std::vector<sandbox::Held> Session::hidden_by_now() const {
  return hidden_ ? hidden_->held() : std::vector<sandbox::Held>();
}

void Session::follow_sockets() {
  if (!sockets_ || supervisor_->tier() != sandbox::Tier::a) return;
  for (std::string& sentence :
       sockets_->follow(spec(), *supervisor_, [this](const std::string& path) { return is_ruled(path); }))
    news_.push_back(std::move(sentence));
}

/// Where it is told of changes it hears of them at once, but for a session's first moments.
void Session::follow_hidden() {
  if (!hidden_ || supervisor_->tier() != sandbox::Tier::a) return;
  for (std::string& sentence :
       hidden_->follow(*supervisor_, [this](const std::string& path) { return is_ruled(path); }))
    news_.push_back(std::move(sentence));
}

void Session::watch_hidden() {
  if (!hidden_ || hidden_->is_watching()) return;
  hidden_->begin_watching();
  if (hidden_->is_watching())
    hidden_changes_ = reactor_.watch(hidden_->fd(), POLLIN, [this](int) { follow_hidden(); });
}

std::string Session::profile_showing(const std::string& path) const {
  std::vector<config::Profile> profiles;
  if (rules_)
    for (const policy::Profile& profile : rules_->rules().profiles()) profiles.push_back(profile.settings);
  for (config::Profile& profile : builtin_profiles()) profiles.push_back(std::move(profile));
  return shelltool::profile_showing(path, profiles, plan_.made.identity, plan_.caller);
}

/// Without mounts nothing holds, which the notes say.
void Session::follow_files() {
  if (!holds_ || supervisor_->tier() != sandbox::Tier::a) return;
  for (std::string& sentence : holds_->follow(rules_->rules(), state(), *supervisor_))
    news_.push_back(std::move(sentence));
}

}  // namespace shelltool
