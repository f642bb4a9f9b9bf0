#include "policy/wrapper.h"

#include <algorithm>

#include "policy/built_in.h"
#include "policy/word_list.h"
#include "policy/words.h"
#include "sandbox/sys/path.h"

namespace policy {
namespace {

using Argv = std::vector<std::string>;

/// How a program's options stand before the command is known as that of any program.
struct Wrapper {
  std::string_view name;
  std::size_t operands = 0;            ///< words between the options and the command
  bool assignments = false;            ///< NAME=value may stand before the command
  std::string_view text_options = {};  ///< their value is shell text; separated and enclosed by blanks
};

constexpr Wrapper wrappers[] = {
    {"builtin"},
    {"chroot", 1},
    {"chrt", 1},
    {"command"},
    {"dbus-run-session"},
    {"doas", 0, true},
    {"env", 0, true, " -S --split-string "},
    {"exec"},
    {"fakeroot"},
    {"flock", 1, false, " -c --command "},
    {"ionice"},
    {"linux32"},
    {"linux64"},
    {"nice"},
    {"nohup"},
    {"parallel"},
    {"pkexec"},
    {"prlimit"},
    {"run0", 0, true},
    {"runuser", 0, false, " -c --command --session-command "},
    {"script", 0, false, " -c --command "},
    {"setpriv"},
    {"setsid"},
    {"stdbuf"},
    {"strace"},
    {"su", 0, false, " -c --command --session-command "},
    {"sudo", 0, true},
    {"taskset", 1},
    {"time"},
    {"timeout", 1},
    {"unbuffer"},
    {"unshare"},
    {"watch"},
    {"xargs"},
    {"xvfb-run"},
};

/// Their words are not a command but the user and his shell's arguments.
bool names_user(std::string_view name) { return name == "su" || name == "script"; }

constexpr std::string_view command_variables =
    " GIT_SSH_COMMAND GIT_EDITOR GIT_SEQUENCE_EDITOR GIT_PAGER GIT_EXTERNAL_DIFF GIT_ASKPASS SSH_ASKPASS "
    "EDITOR VISUAL "
    "PAGER MANPAGER RSYNC_RSH ";

Argv from(const Argv& argv, std::size_t at) {
  return at < argv.size() ? Argv(argv.begin() + static_cast<std::ptrdiff_t>(at), argv.end()) : Argv();
}

bool is_assignment(std::string_view word) {
  const std::size_t equals = word.find('=');
  return equals != std::string_view::npos && equals > 0;
}

std::string joined(const Argv& argv) {
  std::string text;
  for (const std::string& word : argv) text += (text.empty() ? "" : " ") + word;
  return text;
}

std::vector<Wrapped> unwrap_with(const Wrapper& wrapper, const Argv& argv) {
  const Program* const program = built_in_program(wrapper.name);
  const Words words = read_words(argv, 1, program == nullptr ? Grammar() : program->grammar);
  std::vector<Wrapped> found;
  for (const Option& option : words.options)
    if (option.value && lists(wrapper.text_options, option.name))
      found.push_back({{}, std::string(*option.value)});
  if (!found.empty() || names_user(wrapper.name)) return found;
  std::size_t skipped = 0;
  Argv assignments;
  for (const Positional& word : words.positionals) {
    if (skipped < wrapper.operands) {
      ++skipped;
    } else if (wrapper.assignments && is_assignment(word.text)) {
      assignments.emplace_back(word.text);
    } else {
      const auto begin = std::find_if(
          argv.begin(), argv.end(), [&](const std::string& each) { return each.data() == word.text.data(); });
      return {{Argv(begin, argv.end()), std::nullopt, std::move(assignments)}};
    }
  }
  return found;
}

/// "sh -ec 'text' name": the text is the first word that is no option.
std::vector<Wrapped> unwrap_shell(const Argv& argv) {
  bool is_text = false;
  for (std::size_t at = 1; at < argv.size(); ++at) {
    const std::string& word = argv[at];
    const bool option = word.size() > 1 && (word.front() == '-' || word.front() == '+');
    if (!option) return is_text ? std::vector<Wrapped>{{{}, word}} : std::vector<Wrapped>();
    if (word == "--") continue;
    if (word.starts_with("--")) {
      if (word == "--rcfile" || word == "--init-file") ++at;
      continue;
    }
    is_text = is_text || (word.front() == '-' && word.find('c') != std::string::npos);
    if (word.back() == 'o' || word.back() == 'O') ++at;
  }
  return {};
}

/// "-exec COMMAND ;" and its like, each.
std::vector<Wrapped> unwrap_find(const Argv& argv) {
  std::vector<Wrapped> found;
  for (std::size_t at = 1; at < argv.size(); ++at) {
    if (!lists(" -exec -execdir -ok -okdir ", argv[at])) continue;
    Argv command;
    while (++at < argv.size() && argv[at] != ";" &&
           !(argv[at] == "+" && !command.empty() && command.back() == "{}"))
      command.push_back(argv[at]);
    if (!command.empty()) found.push_back({std::move(command), std::nullopt});
  }
  return found;
}

/// "tar --to-command=TEXT" and the actions at its checkpoints.
std::vector<Wrapped> unwrap_tar(const Argv& argv) {
  std::vector<Wrapped> found;
  for (const std::string& word : argv)
    for (const std::string_view option : {"--checkpoint-action=exec=", "--to-command=", "--info-script="})
      if (word.starts_with(option)) found.push_back({{}, word.substr(option.size())});
  return found;
}

/// "ld-linux.so.2 --library-path /lib PROGRAM ARG…".
std::vector<Wrapped> unwrap_loader(const Argv& argv) {
  std::size_t at = 1;
  for (; at < argv.size() && argv[at].starts_with('-'); ++at)
    if (lists(" --library-path --preload --argv0 --inhibit-rpath --audit --glibc-hwcaps-prepend ", argv[at]))
      ++at;
  if (at >= argv.size()) return {};
  return {{from(argv, at), std::nullopt}};
}

/// What stands behind ":::" is not the command's own, and neither is what comes from the input.
void mark_more_words(std::vector<Wrapped>& found) {
  for (Wrapped& each : found) {
    const auto end = std::find_if(each.argv.begin(), each.argv.end(),
                                  [](const std::string& word) { return word.starts_with(":::"); });
    each.argv.erase(end, each.argv.end());
    each.more_words = true;
  }
}

/// "gatehouse exec … -- COMMAND".
std::vector<Wrapped> unwrap_gatehouse(const Argv& argv) {
  const auto dashes = std::find(argv.begin(), argv.end(), "--");
  if (argv.size() < 2 || argv[1] != "exec" || dashes == argv.end() || dashes + 1 == argv.end()) return {};
  return {{Argv(dashes + 1, argv.end()), std::nullopt}};
}

}  // namespace

std::vector<Wrapped> unwrap(const std::vector<std::string>& argv) {
  if (argv.empty()) return {};
  const std::string name = sys::base_name(argv.front());
  if (is_multicall_name(name)) return argv.size() > 1 ? unwrap(from(argv, 1)) : std::vector<Wrapped>();
  if (lists(shells, name)) return unwrap_shell(argv);
  if (name == "find") return unwrap_find(argv);
  if (name == "gatehouse") return unwrap_gatehouse(argv);
  if (name == "tar") return unwrap_tar(argv);
  if (name.starts_with("ld-linux") || name.starts_with("ld-musl")) return unwrap_loader(argv);
  if (name == "eval") return {{{}, joined(from(argv, 1))}};
  for (const Wrapper& wrapper : wrappers) {
    if (wrapper.name != name) continue;
    std::vector<Wrapped> found = unwrap_with(wrapper, argv);
    if (name == "xargs" || name == "parallel") mark_more_words(found);
    if (name == "watch")
      for (Wrapped& each : found) each = {{}, joined(each.argv)};
    return found;
  }
  return {};
}

bool starts_its_words(std::string_view name) {
  return std::any_of(std::begin(wrappers), std::end(wrappers),
                     [&](const Wrapper& wrapper) { return wrapper.name == name; });
}

std::vector<std::string> command_texts(const std::vector<std::string>& assignments) {
  std::vector<std::string> texts;
  for (const std::string& word : assignments) {
    const std::size_t equals = word.find('=');
    if (equals != std::string::npos && lists(command_variables, word.substr(0, equals)))
      texts.push_back(word.substr(equals + 1));
  }
  return texts;
}

}  // namespace policy
