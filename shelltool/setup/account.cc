#include "shelltool/setup/account.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <vector>

#include "config/text.h"
#include "sandbox/sys/error.h"
#include "sandbox/sys/fd.h"
#include "sandbox/sys/process.h"
#include "sandbox/sys/text.h"

namespace shelltool {
namespace {

constexpr std::size_t max_passwd = 16 * 1024 * 1024;
constexpr const char* no_home = "/tmp";  // private, and writable for everybody

/// A line of passwd(5).
std::optional<Account> account_in(std::string_view line) {
  const std::vector<std::string_view> fields = sys::split(line, ':');
  if (fields.size() < 6) return std::nullopt;
  Account account;
  const auto read = [](std::string_view field, auto& number) {
    return std::from_chars(field.data(), field.data() + field.size(), number).ec == std::errc();
  };
  if (!read(fields[2], account.uid) || !read(fields[3], account.gid)) return std::nullopt;
  account.name = fields[0];
  account.home = fields[5];
  if (fields.size() > 6) account.shell = fields[6];
  return account;
}

template <class Matches>
std::optional<Account> first_account(const std::string& text, Matches matches) {
  for (const std::string_view line : sys::split(text, '\n'))
    if (auto account = account_in(line); account && matches(*account)) return account;
  return std::nullopt;
}

/// Other sources than the file are the C library's modules, which only a dynamic program can load.
std::string ask_getent(const std::string& key) {
  sys::Pipe output = sys::make_pipe();
  const sys::Fd nothing = sys::open_file("/dev/null", O_RDWR);
  sys::Child getent = sys::spawn(
      {{"/usr/bin/getent", "passwd", key}, {}, "/", nothing.get(), output.write_end.get(), nothing.get()});
  output.write_end.close();
  std::string line = sys::read_all(output.read_end.get(), max_passwd, "what getent says");
  getent.wait();
  return line;
}

template <class Matches>
std::optional<Account> account_with(const std::string& key, Matches matches) {
  if (auto account = first_account(sys::read_file("/etc/passwd", max_passwd), matches)) return account;
  return first_account(ask_getent(key), matches);
}

/// True when this user namespace has the id; user_namespaces(7), "uid_map".
bool is_mapped(const char* map_file, unsigned id) {
  const std::string map = sys::read_file(map_file, 1 << 20);
  const std::vector<std::string_view> lines = sys::split(map, '\n');
  return std::any_of(lines.begin(), lines.end(), [id](std::string_view line) {
    unsigned long inside = 0, outside = 0, count = 0;
    return std::sscanf(std::string(line).c_str(), "%lu %lu %lu", &inside, &outside, &count) == 3 &&
           id >= inside && id - inside < count;
  });
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

std::string value_of(const Variables& variables, std::string_view name) {
  const auto found = variables.find(name);
  return found == variables.end() ? "" : found->second;
}

std::optional<Account> find_account(uid_t uid) {
  return account_with(fmt::format("{}", uid), [uid](const Account& account) { return account.uid == uid; });
}

std::optional<Account> find_account(const std::string& name) {
  if (name.empty() || name.starts_with('-')) return std::nullopt;
  return account_with(name, [&](const Account& account) { return account.name == name; });
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
