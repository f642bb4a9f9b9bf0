#pragma once
/// Users as passwd(5) knows them, and the one that a command runs as.

#include <sys/types.h>

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "config/config.h"
#include "sandbox/spec.h"

namespace shelltool {

/// Environment variables; values are bytes.
using Variables = std::map<std::string, std::string, std::less<>>;
/// From NAME=value strings as a process gets them; the first of two equal names counts, as for getenv(3).
Variables variables_of(const char* const* environment);
/// Empty when it is not set.
std::string value_of(const Variables& variables, std::string_view name);

struct Account {
  uid_t uid = 0;
  gid_t gid = 0;
  std::string name, home, shell;
};
std::optional<Account> find_account(uid_t uid);
std::optional<Account> find_account(const std::string& name);

/// Who a command is, and what its HOME, USER and SHELL say.
struct Identity {
  sandbox::User user;
  Account account;        ///< `home` is absolute, links as written; "/tmp" when there is none to use
  bool is_caller = true;  ///< the caller's own ids and home; root's command as another user is not
};

/// A real uid and gid that no system gives to anybody, for what root runs in its own workspace: real uid 0
/// writes /proc/sys and has no process limit, whatever capabilities it lacks. 65530 lies between systemd's
/// dynamic users and nobody (65534, which NFS and services share), inside the 65,536 ids that rootless
/// containers map. See uid ranges in systemd's UIDS-GIDS.md.
inline constexpr uid_t root_stand_in = 65530;

struct Caller {
  uid_t uid = 0;
  gid_t gid = 0;
  Variables variables;
};
Caller this_process();

/// HOME when it is an absolute path, else the account's.
std::string home_of(const Caller& caller);

/// An ordinary user's command is that user. Root's is, for `sandbox.user: owner`, the owner of the workspace,
/// and root_stand_in where that is root; "self" is root itself; a name is that user. Throws sys::Error for an
/// unknown name.
Identity choose_identity(const std::string& sandbox_user, const std::string& workspace, const Caller& caller);

}  // namespace shelltool
