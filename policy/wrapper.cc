#include "policy/wrapper.h"

#include <algorithm>

#include "policy/program.h"
#include "sandbox/sys/path.h"

namespace policy {
namespace {

using Argv = std::vector<std::string>;

struct Wrapper {
  std::string_view name;
  std::string_view value_options;      ///< separated and enclosed by blanks
  std::size_t operands = 0;            ///< words between the options and the command
  bool assignments = false;            ///< NAME=value may stand before the command
  std::string_view text_options = {};  ///< their value is shell text
};

constexpr Wrapper wrappers[] = {
    {"builtin", ""},
    {"chroot", "", 1},
    {"chrt", " -T -P -D ", 1},
    {"command", ""},
    {"dbus-run-session", ""},
    {"doas", " -u -C ", 0, true},
    {"env", " -u --unset -C --chdir ", 0, true, " -S --split-string "},
    {"exec", " -a "},
    {"fakeroot", " -l -s -i -b "},
    {"flock", " -w --timeout -E --conflict-exit-code ", 1, false, " -c --command "},
    {"ionice", " -c --class -n --classdata -p -P -u "},
    {"linux32", ""},
    {"linux64", ""},
    {"nice", " -n --adjustment "},
    {"nohup", ""},
    {"pkexec", " --user "},
    {"prlimit", " -p --pid -o --output "},
    {"run0", " -u --user -g --group -D --chdir ", 0, true},
    {"runuser", " -u --user -g --group -G --supp-group -s --shell -w ", 0, false,
     " -c --command --session-command "},
    {"script", " -E -I -O -B -T -o --echo --log-in --log-out --log-io --log-timing --output-limit ", 0, false,
     " -c --command "},
    {"setpriv", ""},
    {"setsid", ""},
    {"stdbuf", " -i --input -o --output -e --error "},
    {"strace", " -o -e -s -u -E -a -b -I -O -P -S -X "},
    {"su", " -s --shell -g --group -G --supp-group -w ", 0, false, " -c --command --session-command "},
    {"sudo",
     " -u --user -g --group -h --host -p --prompt -C --close-from -D --chdir -R --chroot -r --role -t --type "
     "-T --command-timeout -U --other-user ",
     0, true},
    {"taskset", "", 1},
    {"time", " -f --format -o --output "},
    {"timeout", " -k --kill-after -s --signal ", 1},
    {"unbuffer", ""},
    {"unshare", " -S --setuid -G --setgid -R --root -w --wd "},
    {"watch", " -n --interval -q --equexit "},
    {"xargs",
     " -a --arg-file -d --delimiter -E -I -L -n --max-args -P --max-procs -s --max-chars "
     "--process-slot-var "},
    {"xvfb-run", " -n -s -e -f -p -w "},
};

/// Their words are not a command but the user and his shell's arguments.
bool names_user(std::string_view name) { return name == "su" || name == "script"; }

constexpr std::string_view shells = " sh bash dash zsh ksh mksh ash rbash ";

bool lists(std::string_view list, std::string_view word) {
  return !word.empty() && list.find(" " + std::string(word) + " ") != std::string_view::npos;
}

Argv from(const Argv& argv, std::size_t at) {
  return at < argv.size() ? Argv(argv.begin() + static_cast<std::ptrdiff_t>(at), argv.end()) : Argv();
}

bool is_assignment(const std::string& word) {
  const std::size_t equals = word.find('=');
  return equals != std::string::npos && equals > 0;
}

std::string joined(const Argv& argv) {
  std::string text;
  for (const std::string& word : argv) text += (text.empty() ? "" : " ") + word;
  return text;
}

/// One word that begins with '-': which option takes the next word, if any, or carries a value itself.
struct OptionWord {
  std::string last;                  ///< the option that takes a value: the word itself, or its last letter
  std::optional<std::string> value;  ///< when it stands in the same word
};

OptionWord option_word(const std::string& word, const Wrapper& wrapper) {
  const auto takes = [&](std::string_view name) {
    return lists(wrapper.value_options, name) || lists(wrapper.text_options, name);
  };
  if (word.starts_with("--")) {
    const std::size_t equals = word.find('=');
    if (equals != std::string::npos) return {word.substr(0, equals), word.substr(equals + 1)};
    return {takes(word) ? word : "", std::nullopt};
  }
  for (std::size_t letter = 1; letter < word.size(); ++letter) {
    const std::string name = std::string("-") + word[letter];
    if (!takes(name)) continue;
    if (letter + 1 == word.size()) return {name, std::nullopt};
    return {name, word.substr(letter + 1)};
  }
  return {};
}

std::vector<Wrapped> unwrap_with(const Wrapper& wrapper, const Argv& argv) {
  std::vector<Wrapped> found;
  std::size_t at = 1;
  const auto read_options = [&] {
    for (; at < argv.size() && argv[at].size() > 1 && argv[at].front() == '-'; ++at) {
      if (argv[at] == "--") return static_cast<void>(++at);
      OptionWord option = option_word(argv[at], wrapper);
      if (!option.last.empty() && !option.value && at + 1 < argv.size()) option.value = argv[++at];
      if (lists(wrapper.text_options, option.last) && option.value) found.push_back({{}, *option.value});
    }
  };
  read_options();
  for (std::size_t skipped = 0; skipped < wrapper.operands && at < argv.size(); ++skipped) ++at;
  read_options();
  while (wrapper.assignments && at < argv.size() && is_assignment(argv[at])) ++at;
  if (names_user(wrapper.name)) {
    if (at < argv.size()) ++at;
    read_options();
    return found;
  }
  if (at < argv.size() && found.empty()) found.push_back({from(argv, at), std::nullopt});
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
  if (name == "eval") return {{{}, joined(from(argv, 1))}};
  for (const Wrapper& wrapper : wrappers) {
    if (wrapper.name != name) continue;
    std::vector<Wrapped> found = unwrap_with(wrapper, argv);
    if (name == "watch")
      for (Wrapped& each : found) each = {{}, joined(each.argv)};
    return found;
  }
  return {};
}

}  // namespace policy
