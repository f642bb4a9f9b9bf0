#pragma once
/// The commands that stand in plain view in a piece of shell text or a command line: an early answer, and
/// what examples are made of. It is no boundary: what it does not see is judged when it starts.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace policy {

struct ShellCommand {
  std::vector<std::string> argv;
  std::vector<std::string> assignments;  ///< NAME=value in front of it
  std::string directory;                 ///< where `cd` led before it; empty: where the text began
  std::string unclear;                   ///< why it cannot be told what starts; empty when it can
  std::string untold;                    ///< what more it starts or is given than stands here; else empty
  bool is_named = true;                  ///< false: it is not even clear which program argv[0] is
  std::optional<std::size_t> starter;    ///< the index of the command that starts it: timeout, sh -c
  std::vector<std::size_t> expanded;     ///< the indices of words that the shell makes others of
  bool is_lost = false;                  ///< it cannot be told where a `cd` before it led
};

/// `home` is what `~` stands for. Text that cannot be read is one unclear command.
std::vector<ShellCommand> commands_in_text(std::string_view text, std::string_view home);
/// The command itself first, then those inside it.
std::vector<ShellCommand> commands_in(const std::vector<std::string>& argv, std::string_view home);

}  // namespace policy
