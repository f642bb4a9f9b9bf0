#include "shelltool/account.h"

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <sstream>
#include <vector>

#include "config/text.h"
#include "sandbox/sys/error.h"
#include "sandbox/sys/fd.h"

namespace shelltool {
namespace {

constexpr const char* no_home = "/tmp";  // private, and writable for everybody

/// Calls getpwuid_r or getpwnam_r with a buffer that is large enough.
template <class Find>
std::optional<Account> account_from(Find find) {
  std::vector<char> buffer(4096);
  passwd entry{};
  passwd* found = nullptr;
  while (find(&entry, buffer.data(), buffer.size(), &found) == ERANGE && buffer.size() < (1U << 20))
    buffer.resize(buffer.size() * 2);
  if (found == nullptr) return std::nullopt;
  Account account;
  account.uid = entry.pw_uid;
  account.gid = entry.pw_gid;
  account.name = entry.pw_name;
  account.home = entry.pw_dir;
  account.shell = entry.pw_shell;
  return account;
}

/// True when this user namespace has the id; user_namespaces(7), "uid_map".
bool is_mapped(const char* map_file, unsigned id) {
  std::istringstream map(sys::read_file(map_file, 1 << 20));
  unsigned long inside = 0, outside = 0, count = 0;
  while (map >> inside >> outside >> count) {
    if (id >= inside && id - inside < count) return true;
  }
  return false;
}

sandbox::User same_ids(uid_t uid, gid_t gid) {
  sandbox::User user;
  user.uid = user.inside_uid = uid;
  user.gid = user.inside_gid = gid;
  return user;
}

Identity as_caller(const Caller& caller) {
  Identity identity;
  identity.user = same_ids(caller.uid, caller.gid);
  identity.account.uid = caller.uid;
  identity.account.gid = caller.gid;
  identity.account.name = value_of(caller.variables, "USER");
  identity.account.home = home_of(caller);
  identity.account.shell = value_of(caller.variables, "SHELL");
  return identity;
}

Identity as_other(Account account) {
  Identity identity;
  identity.user = same_ids(account.uid, account.gid);
  if (!account.home.starts_with('/') || account.home == "/") account.home = no_home;
  identity.account = std::move(account);
  identity.is_caller = false;
  return identity;
}

Identity as_stand_in(const Caller& caller) {
  Identity identity = as_caller(caller);
  const bool can_map =
      is_mapped("/proc/self/uid_map", root_stand_in) && is_mapped("/proc/self/gid_map", root_stand_in);
  if (!can_map) return identity;
  identity.user.uid = root_stand_in;
  identity.user.gid = root_stand_in;
  identity.user.map_ids = true;
  if (identity.account.home != "/") identity.user.readable = {identity.account.home};
  return identity;
}

Identity as_owner(const std::string& workspace, const Caller& caller) {
  struct stat status {};
  if (::stat(workspace.c_str(), &status) != 0) throw sys::SysError(errno, "looking at {}", workspace);
  if (status.st_uid == 0) return as_stand_in(caller);
  if (auto account = find_account(status.st_uid)) return as_other(std::move(*account));
  Account nameless;
  nameless.uid = status.st_uid;
  nameless.gid = status.st_gid;
  return as_other(std::move(nameless));
}

}  // namespace

Variables variables_of(const char* const* environment) {
  Variables variables;
  for (; *environment != nullptr; ++environment) {
    const std::string_view variable = *environment;
    const std::size_t equals = variable.find('=');
    if (equals != std::string_view::npos && equals > 0)
      variables.emplace(variable.substr(0, equals), variable.substr(equals + 1));
  }
  return variables;
}

std::string value_of(const Variables& variables, const std::string& name) {
  const auto found = variables.find(name);
  return found == variables.end() ? "" : found->second;
}

std::optional<Account> find_account(uid_t uid) {
  return account_from([&](passwd* entry, char* buffer, std::size_t size, passwd** found) {
    return ::getpwuid_r(uid, entry, buffer, size, found);
  });
}

std::optional<Account> find_account(const std::string& name) {
  return account_from([&](passwd* entry, char* buffer, std::size_t size, passwd** found) {
    return ::getpwnam_r(name.c_str(), entry, buffer, size, found);
  });
}

Caller this_process() { return {::geteuid(), ::getegid(), variables_of(environ)}; }

std::string home_of(const Caller& caller) {
  const std::string home = value_of(caller.variables, "HOME");
  if (home.starts_with('/')) return home;
  const auto account = find_account(caller.uid);
  return account && account->home.starts_with('/') ? account->home : no_home;
}

Identity choose_identity(const std::string& sandbox_user, const std::string& workspace,
                         const Caller& caller) {
  if (caller.uid != 0 || sandbox_user == "self") return as_caller(caller);
  if (sandbox_user == "owner") return as_owner(workspace, caller);
  auto account = find_account(sandbox_user);
  if (!account)
    throw sys::Error(sys::Kind::invalid, "sandbox.user: there is no user {} on this machine",
                     config::shown(sandbox_user));
  return account->uid == 0 ? as_caller(caller) : as_other(std::move(*account));
}

}  // namespace shelltool
