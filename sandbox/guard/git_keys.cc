#include "sandbox/guard/git_keys.h"

#include <strings.h>

#include <array>
#include <string_view>

namespace sandbox {
namespace {

/// How the value of a key makes it harmless.
enum class Unless {
  never,
  boolean,          ///< pager.log=false, core.fsmonitor=true (git's own daemon)
  no_shell,         ///< does not begin with "!"
  plain_alias,      ///< see is_plain_alias
  plain_transport,  ///< a URL that is not ext::COMMAND or fd::NUMBER
};

/// `subsection`: '-' has none, '+' has one, '*' either. A key of "*" is any key.
struct Row {
  std::string_view section;
  char subsection;
  std::string_view key;
  Danger danger;
  Unless unless = Unless::never;
};

constexpr Danger starts = Danger::starts_program;
constexpr Danger redirects = Danger::redirects;

constexpr std::array rows{
    Row{"core", '-', "hookspath", starts},
    Row{"core", '-', "fsmonitor", starts, Unless::boolean},
    Row{"core", '-', "sshcommand", starts},
    Row{"core", '-', "pager", starts},
    Row{"core", '-', "editor", starts},
    Row{"core", '-', "askpass", starts},
    Row{"core", '-', "gitproxy", starts},
    Row{"core", '-', "alternaterefscommand", starts},
    Row{"core", '-', "virtualfilesystem", starts, Unless::boolean},
    Row{"core", '-', "worktree", redirects},
    Row{"alias", '*', "*", starts, Unless::plain_alias},
    Row{"browser", '+', "cmd", starts},
    Row{"browser", '+', "path", starts},
    Row{"credential", '*', "*", starts},
    Row{"diff", '-', "external", starts},
    Row{"diff", '+', "command", starts},
    Row{"diff", '+', "textconv", starts},
    Row{"difftool", '+', "cmd", starts},
    Row{"difftool", '+', "path", starts},
    Row{"filter", '+', "clean", starts},
    Row{"filter", '+', "smudge", starts},
    Row{"filter", '+', "process", starts},
    Row{"fetch", '+', "skiplist", redirects},
    Row{"fsck", '-', "skiplist", redirects},
    Row{"gc", '-', "recentobjectshook", starts},
    Row{"gpg", '*', "program", starts},
    Row{"gpg", '+', "defaultkeycommand", starts},
    Row{"guitool", '+', "cmd", starts},
    Row{"hook", '*', "*", starts},
    Row{"http", '*', "cookiefile", redirects},
    Row{"http", '*', "curloptresolve", redirects},
    Row{"http", '*', "proxy", redirects},
    Row{"http", '*', "savecookies", redirects},
    Row{"http", '*', "sslbackend", redirects},
    Row{"http", '*', "sslcainfo", redirects},
    Row{"http", '*', "sslcapath", redirects},
    Row{"http", '*', "sslverify", redirects},
    Row{"imap", '*', "tunnel", starts},
    Row{"include", '-', "path", redirects},
    Row{"includeif", '+', "path", redirects},
    Row{"init", '-', "templatedir", starts},
    Row{"instaweb", '-', "*", starts},
    Row{"interactive", '-', "difffilter", starts},
    Row{"lfs", '+', "args", starts},
    Row{"lfs", '+', "clean", starts},
    Row{"lfs", '+', "path", starts},
    Row{"lfs", '+', "smudge", starts},
    Row{"man", '*', "cmd", starts},
    Row{"man", '*', "path", starts},
    Row{"merge", '+', "driver", starts},
    Row{"mergetool", '+', "cmd", starts},
    Row{"mergetool", '+', "path", starts},
    Row{"pager", '*', "*", starts, Unless::boolean},
    Row{"protocol", '*', "allow", redirects},
    Row{"remote", '+', "proxy", redirects},
    Row{"remote", '+', "pushurl", redirects, Unless::plain_transport},
    Row{"remote", '+', "receivepack", starts},
    Row{"remote", '+', "uploadpack", starts},
    Row{"remote", '+', "url", redirects, Unless::plain_transport},
    Row{"remote", '+', "vcs", starts},
    Row{"sendemail", '*', "cccmd", starts},
    Row{"sendemail", '*', "headercmd", starts},
    Row{"sendemail", '*', "sendmailcmd", starts},
    Row{"sendemail", '*', "smtpserver", starts},
    Row{"sendemail", '*', "tocmd", starts},
    Row{"sequence", '-', "editor", starts},
    Row{"submodule", '+', "update", starts, Unless::no_shell},
    Row{"submodule", '+', "url", redirects, Unless::plain_transport},
    Row{"tar", '+', "command", starts},
    Row{"trailer", '+', "cmd", starts},
    Row{"trailer", '+', "command", starts},
    Row{"uploadpack", '-', "packobjectshook", starts},
    Row{"url", '+', "insteadof", redirects},
    Row{"url", '+', "pushinsteadof", redirects},
    Row{"web", '-', "browser", starts},
};

/// git_parse_maybe_bool() of git's parse.c, and numbers.
bool is_boolean(const std::string& value) {
  constexpr std::array words{"", "true", "yes", "on", "false", "no", "off"};
  for (const char* word : words)
    if (::strcasecmp(value.c_str(), word) == 0) return true;
  return value.find_first_not_of("0123456789") == std::string::npos;
}

/// An alias is read like a command line: with `-c` or `--exec-path` before the command, or an option like
/// `rebase --exec`, it starts a program as well as `!` does. Plain is a command that only looks or moves,
/// with words that name no program and no output file.
bool is_plain_alias(const std::string& value) {
  constexpr std::array<std::string_view, 20> commands{
      "add",       "blame",    "branch",   "checkout",   "cherry", "commit", "describe",
      "diff",      "log",      "ls-files", "merge-base", "reflog", "reset",  "restore",
      "rev-parse", "shortlog", "show",     "stash",      "status", "switch"};
  const std::string_view text = value;
  const std::string_view first = text.substr(0, text.find_first_of(" \t"));
  bool known = false;
  for (const std::string_view command : commands) known = known || first == command;
  // Quotes and backslashes could spell the options below another way.
  if (!known || text.find_first_of("\"'\\\n\r") != std::string_view::npos) return false;
  for (const std::string_view option : {" --ou", " --ext", " --textc", " -O", "\t-"})
    if (text.find(option) != std::string_view::npos) return false;
  return true;
}

bool is_plain_transport(const std::string& value) {
  return ::strncasecmp(value.c_str(), "ext::", 5) != 0 && ::strncasecmp(value.c_str(), "fd::", 4) != 0;
}

bool is_harmless(Unless unless, const std::optional<std::string>& value) {
  switch (unless) {
    case Unless::never:
      return false;
    case Unless::boolean:
      return !value || is_boolean(*value);
    case Unless::no_shell:
      return !value || !value->starts_with('!');
    case Unless::plain_alias:
      return !value || is_plain_alias(*value);
    case Unless::plain_transport:
      return !value || is_plain_transport(*value);
  }
  return false;
}

bool fits(const Row& row, const std::string& section, bool has_subsection, const std::string& key) {
  if (row.section != section || (row.key != "*" && row.key != key)) return false;
  return row.subsection == '*' || has_subsection == (row.subsection == '+');
}

}  // namespace

std::optional<Danger> danger_of(const ConfigEntry& entry) {
  const std::string section = entry.section(), key = entry.key();
  const bool has_subsection = entry.name.find('.') != entry.name.rfind('.');
  for (const Row& row : rows)
    if (fits(row, section, has_subsection, key) && !is_harmless(row.unless, entry.value)) return row.danger;
  return std::nullopt;
}

}  // namespace sandbox
