#pragma once
/// Programs that start the program that their words name.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace policy {

/// What a command line carries inside it.
struct Wrapped {
  std::vector<std::string> argv;              ///< the command that it starts, or
  std::optional<std::string> text;            ///< the shell text that it runs
  std::vector<std::string> assignments = {};  ///< NAME=value that it sets for the command
  bool more_words = false;                    ///< the command is given more words than stand here
};

/// Each command that stands in the words of this one: `timeout 9 git push`, `sh -c 'git push'`,
/// `find . -exec rm {} ;`. Empty for a program that is none of them.
std::vector<Wrapped> unwrap(const std::vector<std::string>& argv);

/// Some of its words may name the program that it starts: env, xargs, sudo.
bool starts_its_words(std::string_view name);

/// The shell texts among NAME=value words that the program runs: `GIT_SSH_COMMAND='ssh -v' git fetch`.
std::vector<std::string> command_texts(const std::vector<std::string>& assignments);

}  // namespace policy
