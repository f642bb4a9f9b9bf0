/// What a session keeps its commands from, by mounts: files that rules deny, and unix sockets of the host.

#include <unistd.h>

#include <algorithm>

#include "shelltool/session/session.h"
#include "shelltool/setup/held_files.h"

namespace shelltool {

/// What builtin:base denies of files the sandbox keeps in any case, so that where no other rules are they are
/// read while the sandbox is built.
void Session::hold_files() {
  const std::vector<std::string> files = rules_files_of(plan_).paths();
  if (std::none_of(files.begin(), files.end(),
                   [](const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }))
    return;
  read_rules();
  holds_.emplace(held_files_of(plan_), rules_->rules(), plan_.state());
  plan_.made.spec.held = holds_->held();
  const std::vector<std::string>& left_out = holds_->left_out();
  plan_.made.notes.insert(plan_.made.notes.end(), left_out.begin(), left_out.end());
}

void Session::hold_sockets() {
  sockets_.emplace(plan_.made.spec);
  const std::vector<sandbox::Held> held = sockets_->held();
  plan_.made.spec.held.insert(plan_.made.spec.held.end(), held.begin(), held.end());
}

std::vector<sandbox::Held> Session::held_by_now() const {
  std::vector<sandbox::Held> held = holds_ ? holds_->held() : std::vector<sandbox::Held>();
  const std::vector<sandbox::Held> sockets = sockets_ ? sockets_->held() : std::vector<sandbox::Held>();
  held.insert(held.end(), sockets.begin(), sockets.end());
  return held;
}

/// What a rule hides anyway is its affair alone.
void Session::follow_sockets() {
  if (!sockets_ || supervisor_->tier() != sandbox::Tier::a) return;
  const auto is_ruled = [this](const std::string& path) { return holds_ && holds_->files().contains(path); };
  for (std::string& sentence : sockets_->follow(spec(), *supervisor_, is_ruled))
    news_.push_back(std::move(sentence));
}

/// Without mounts nothing holds, which the notes say.
void Session::follow_files() {
  if (!holds_ || supervisor_->tier() != sandbox::Tier::a) return;
  for (std::string& sentence : holds_->follow(rules_->rules(), state(), *supervisor_))
    news_.push_back(std::move(sentence));
}

}  // namespace shelltool
