#include "shelltool/setup/login_exports.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <string_view>

#include "sandbox/sys/error.h"
#include "sandbox/sys/fd.h"
#include "sandbox/sys/path.h"

namespace shelltool {
namespace {

using namespace std::chrono_literals;

// Whatever a profile prints, it stands before the first of these and after the second.
constexpr std::string_view before_exports = "gatehouse-login-exports", after_exports = "gatehouse-login-end";
constexpr std::string_view failed = "failed";
constexpr std::chrono::seconds longest = 24h, longest_after_failure = 1h;
constexpr std::size_t max_bytes = 1024 * 1024;

constexpr std::array shells = {"sh", "bash", "dash", "zsh", "ksh", "mksh", "ash", "fish"};
constexpr const char* system_files[] = {"/etc/profile",         "/etc/profile.d",  "/etc/environment",
                                        "/etc/zshenv",          "/etc/zsh/zshenv", "/etc/zsh/zprofile",
                                        "/etc/fish/config.fish"};
constexpr const char* user_files[] = {
    ".profile",  ".bash_profile", ".bash_login", ".bashrc", ".zshenv",
    ".zprofile", ".zlogin",       ".zshrc",      ".kshrc",  ".config/fish/config.fish"};

std::string version_of(const std::string& path) {
  struct stat facts {};
  if (::stat(path.c_str(), &facts) != 0) return "-";
  return fmt::format("{}:{}:{}.{}", facts.st_ino, facts.st_size, facts.st_mtim.tv_sec, facts.st_mtim.tv_nsec);
}

/// What the exports depend on, as far as can be told without running the shell.
std::string profile_version(const Account& account) {
  std::string version = account.shell + " " + account.home;
  for (const char* path : system_files) version.append(" ").append(version_of(path));
  for (const char* name : user_files) version.append(" ").append(version_of(account.home + "/" + name));
  return version;
}

std::string directory_of(const Places& places) { return places.cache + "/login"; }
std::string file_of(const Places& places, const Account& account) {
  return fmt::format("{}/{}", directory_of(places), account.uid);
}

bool is_the_shells_own(const std::string& name) {
  constexpr std::array own = {"_", "PWD", "OLDPWD", "SHLVL", "TERM", "COLUMNS", "LINES"};
  return std::find(own.begin(), own.end(), name) != own.end();
}

Variables variables_in(std::string_view text) {
  Variables variables;
  while (!text.empty()) {
    const std::string_view entry = text.substr(0, text.find('\0'));
    text.remove_prefix(std::min(entry.size() + 1, text.size()));
    const std::size_t equals = entry.find('=');
    if (equals == 0 || equals == std::string_view::npos) continue;
    const std::string name(entry.substr(0, equals));
    if (!is_the_shells_own(name)) variables.emplace(name, entry.substr(equals + 1));
  }
  return variables;
}

}  // namespace

std::optional<Variables> kept_login_exports(const Places& places, const Account& account) {
  const sys::Fd file(
      ::open(file_of(places, account).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  struct stat facts {};
  if (!file || ::fstat(file.get(), &facts) != 0 || !S_ISREG(facts.st_mode) || facts.st_uid != ::geteuid())
    return {};
  const std::string text = sys::read_all(file.get(), max_bytes, "the kept environment");
  const std::string version = profile_version(account);
  if (!text.starts_with(version + '\0')) return {};
  const std::string_view rest = std::string_view(text).substr(version.size() + 1);
  const auto age = std::chrono::seconds(::time(nullptr) - facts.st_mtim.tv_sec);
  if (age < 0s || age > (rest == failed ? longest_after_failure : longest)) return {};
  return variables_in(rest);
}

bool can_keep_login_exports(const Places& places) {
  try {
    make_private_directory(directory_of(places));
    return true;
  } catch (const sys::Error&) {
    return false;
  }
}

void keep_login_exports(const Places& places, const Account& account,
                        const std::optional<Variables>& exports) {
  std::string text = profile_version(account) + '\0';
  if (!exports) text += failed;
  for (const auto& [name, value] : exports.value_or(Variables()))
    text.append(name + "=" + value).push_back('\0');
  const std::string path = file_of(places, account), draft = fmt::format("{}.{}", path, ::getpid());
  const sys::Fd file = sys::open_file(draft, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0600);
  sys::write_all(file.get(), text, draft);
  if (std::rename(draft.c_str(), path.c_str()) != 0)
    throw sys::SysError(errno, "renaming {} to {}", draft, path);
}

std::vector<std::string> login_shell_command(const Account& account) {
  const std::string name = sys::base_name(account.shell);
  if (!account.shell.starts_with('/') || std::find(shells.begin(), shells.end(), name) == shells.end())
    return {};
  return {account.shell, "-l", "-c",
          fmt::format("printf '\\n{}\\n'; env -0; printf '\\n{}\\n'", before_exports, after_exports)};
}

std::optional<Variables> parse_login_exports(const std::string& output) {
  const std::string opening = fmt::format("\n{}\n", before_exports),
                    closing = fmt::format("\n{}\n", after_exports);
  const std::size_t begin = output.find(opening), end = output.rfind(closing);
  if (begin == std::string::npos || end == std::string::npos || end < begin + opening.size())
    return std::nullopt;
  return variables_in(std::string_view(output).substr(begin + opening.size(), end - begin - opening.size()));
}

}  // namespace shelltool
