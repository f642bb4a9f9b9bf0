#include "policy/program_text.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "policy/word_list.h"
#include "sandbox/sys/path.h"

namespace policy {
namespace {

using Argv = std::vector<std::string>;

/// Names begin so: "python3.11" is python. The text is the value of an option; what is no long one may stand
/// in one word with other letters: "perl -ne".
struct Language {
  std::string_view name;
  std::string_view text_options;  ///< separated and enclosed by blanks
};

constexpr Language languages[] = {
    {"python", " -c "},
    {"pypy", " -c "},
    {"node", " -e -p --eval --print "},
    {"bun", " -e --eval "},
    {"perl", " -e -E "},
    {"ruby", " -e "},
    {"php", " -r "},
    {"lua", " -e "},
    {"Rscript", " -e "},
    {"gdb", " -ex -iex --eval-command "},
    {"lldb", " -o --one-line "},
    {"vim", " -c --cmd "},
    {"nvim", " -c --cmd "},
    {"vi", " -c "},
    {"ex", " -c "},
    {"emacs", " --eval --execute "},
    {"make", " --eval "},
};

bool gives_text(const std::string& word, std::string_view options) {
  if (word.size() < 2 || word.front() != '-') return false;
  if (lists(options, word.substr(0, word.find('=')))) return true;
  return word[1] != '-' && word.size() > 2 && lists(options, std::string("-") + word.back());
}

const Language* language_of(std::string_view name) {
  for (const Language& language : languages) {
    if (!name.starts_with(language.name)) continue;
    const std::string_view version = name.substr(language.name.size());
    if (version.find_first_not_of("0123456789.") == std::string_view::npos) return &language;
  }
  return nullptr;
}

/// "sh", "sh -s -- x", "sh -x": no file and no text, so the commands come from the input.
bool reads_commands(const Argv& argv) {
  for (std::size_t at = 1; at < argv.size(); ++at) {
    const std::string& word = argv[at];
    if (word.empty() || word == "-s") return true;
    if (word.size() < 2 || (word.front() != '-' && word.front() != '+')) return false;
    if (word.starts_with("--") && word.size() > 2) return false;
    if (word.find('c') != std::string::npos || word.find('i') != std::string::npos) return false;
    if (word.find('s') != std::string::npos) return true;
    if (word.back() == 'o' || word.back() == 'O') ++at;
  }
  return true;
}

bool has(const Argv& argv, std::string_view part) {
  return std::any_of(argv.begin() + 1, argv.end(),
                     [&](const std::string& word) { return word.find(part) != std::string::npos; });
}

/// GNU sed's command e, behind an address or a separator, and s///e.
bool sed_executes(const Argv& argv) {
  return std::any_of(argv.begin() + 1, argv.end(), [](const std::string& word) {
    const std::size_t at = word.find_first_not_of("0123456789,$ ;");
    if (at == std::string::npos || word.front() == '-') return false;
    return word.compare(at, 2, "e ") == 0 || word.substr(at) == "e" ||
           (word[at] == 's' && (word.ends_with("/e") || word.ends_with("/ge")));
  });
}

bool makefile_is_input(const Argv& argv) {
  for (std::size_t at = 1; at < argv.size(); ++at)
    if (argv[at] == "-f-" || (argv[at] == "-f" && at + 1 < argv.size() && argv[at + 1] == "-")) return true;
  return false;
}

}  // namespace

std::string untold_text(const std::vector<std::string>& argv) {
  if (argv.empty()) return {};
  const std::string name = sys::base_name(argv.front());
  const std::string input = "it runs what comes from its input";
  const std::string text = "what its program text starts is judged when it starts";
  if (lists(shells, name)) return reads_commands(argv) ? input : "";
  if (name == "make" && makefile_is_input(argv)) return input;
  if (name.ends_with("awk") && (has(argv, "system") || has(argv, "|") || has(argv, "getline"))) return text;
  if (name == "sed" && sed_executes(argv)) return text;
  if (const Language* language = language_of(name))
    for (const std::string& word : argv)
      if (gives_text(word, language->text_options)) return text;
  return {};
}

}  // namespace policy
