#pragma once
/// The first environment of a command: built up from an allow list, never copied.

#include <string>
#include <vector>

#include "config/config.h"
#include "shelltool/account.h"

namespace shelltool {

/// "K=V" as --env takes it; throws sys::Error when it is not of that form.
std::pair<std::string, std::string> parse_variable(const std::string& text);

/// The name of a variable that probably holds a secret: TOKEN, SECRET, PASSWORD, KEY and their like.
bool looks_secret(const std::string& name);

/// What the allow list chooses from: the caller's variables, and what the user's login shell exports besides
/// (`env.from: login`), which whoever ran that shell inside a sandbox hands in.
Variables offered_variables(const Caller& caller, const Variables& login_exports);

struct EnvironmentSources {
  const Variables& offered;
  std::string caller_home;
  const Identity& identity;
  const config::Config& config;
  std::string cwd;
  std::vector<std::string> extra;  ///< --env K=V, the later wins
  bool has_network = false;        ///< proxies are passed
};

/// In order, the later wins: what the list and `env.pass` allow of the offered, the identity, PAGER=cat and
/// GIT_TERMINAL_PROMPT=0, `env.set`, `extra`. What looks secret comes through only where
/// `env.pass` spells its name out. As another user, what lies in the caller's home stays behind.
Variables first_environment(const EnvironmentSources& sources);

/// NAME=value, sorted.
std::vector<std::string> strings_of(const Variables& variables);

}  // namespace shelltool
