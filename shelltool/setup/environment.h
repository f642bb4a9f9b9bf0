#pragma once
/// The first environment of a command: built up from an allow list, never copied.

#include <string>
#include <vector>

#include "config/config.h"
#include "shelltool/setup/account.h"

namespace shelltool {

/// PATH where nobody says another.
inline constexpr const char* usual_path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// "K=V" as --env takes it; throws sys::Error when it is not of that form.
std::pair<std::string, std::string> parse_variable(const std::string& text);

/// The name of a variable that probably holds a secret: TOKEN, SECRET, PASSWORD, KEY and their like.
bool looks_secret(const std::string& name);

struct EnvironmentSources {
  const Variables& offered;  ///< the caller's
  const Variables& login;    ///< what the user's login shell exports
  std::string caller_home;
  const Identity& identity;
  const config::Config& config;
  std::string cwd;
  std::vector<std::string> extra;  ///< --env K=V, the later wins
  bool has_network = false;        ///< proxies are passed
};

/// In order, the later wins: what the login shell exports, what the list and `env.pass` allow of the offered
/// (of PATH the caller's part comes first), the identity, PAGER=cat and GIT_TERMINAL_PROMPT=0, `env.set`,
/// `extra`. What looks secret comes through only where `env.pass` spells its name out. As another user, what
/// lies in the caller's home stays behind.
Variables first_environment(const EnvironmentSources& sources);

/// NAME=value, sorted.
std::vector<std::string> strings_of(const Variables& variables);

}  // namespace shelltool
