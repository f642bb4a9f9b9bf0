#pragma once
/// What the owner (`programs:`) or we know about a program: where it lies and how it reads its words.

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "config/frozen.h"
#include "config/node.h"

namespace policy {

enum class Style {
  gnu,          ///< `-rf` is `-r -f`, `--opt=v`, long options may be shortened, options also behind words
  single_dash,  ///< `-name v`, `-opt=v`, and `--opt` is `-opt`: terraform, go, find
  words,        ///< no options at all
  letters,      ///< gnu, but a first word without '-' is letters, their values behind it: tar
};

using Names = std::set<std::string, std::less<>>;

/// Commands of a built-in program: they are many, and each is read when it is first asked for.
struct BuiltInCommands {
  config::FrozenTree program;
  config::FrozenTree commands;
};

/// How the words behind a name are read: the program's, or that of one of its commands. An option that is not
/// listed here is read as what stands around it lists it: `git -c` is also `git clone -c`, but `git log -c`
/// is a flag.
struct Command {
  Names value_options;     ///< take a value: the rest of their word, or the next word
  Names attached_options;  ///< only the rest of their word; when among the above, too, maybe the next word
  Names flags;             ///< take none
  Names last_options;      ///< what stands behind them and their value is words: `python3 -m`
  bool early_options = false;      ///< options of its commands may stand in front of them: kubectl
  std::size_t options_end_at = 0;  ///< the word that ends the options, from 1; 0: they stand anywhere
  /// Where there are any, other commands are not known.
  std::map<std::string, Command, std::less<>> commands;
  std::optional<BuiltInCommands> built_in;

  [[nodiscard]] bool has_commands() const { return built_in || !commands.empty(); }
  [[nodiscard]] const Command* find(std::string_view name) const;
};

/// "Known" decides what is made of an option that is not listed: with a known grammar it takes no value;
/// otherwise the word behind it may be its value.
struct Grammar : Command {
  Style style = Style::gnu;
  bool known = false;
  /// Options that rules name, so that they are no shortened form of others; whether they take a value is not
  /// said.
  Names named;
  /// What this one is laid over, and whose word counts where this one says nothing.
  std::shared_ptr<const Grammar> under;
};

struct Program {
  std::vector<std::string> paths;  ///< absolute: where it may lie besides the search path
  std::vector<std::string> runs;   ///< names of the programs that it is made of
  bool writable_ok = false;        ///< it is itself also where the sandbox could have written it
  Grammar grammar;
};

/// What a `programs:` entry says, and which parts of the grammar it says.
struct ProgramEntry {
  std::string name;
  Program program;
  bool states_grammar = false;
  bool states_style = false;
  std::string like;  ///< the program whose words it reads alike
  config::Place like_place;
};

/// Lists are joined, what `over` states replaces what was there. `like` is the program that it names, if any;
/// null throws config::BadInput then.
void lay_over(Program& under, const ProgramEntry& over, const Program* like);

/// By name. A name of the owner's is laid over the built-in one.
class ProgramTable {
 public:
  /// Throws config::BadInput where the program that it is like is not known.
  void add(const ProgramEntry& entry);
  /// A rule asks for the value of this option, so it takes one.
  void add_value_option(const std::string& name, const std::string& option);
  void add_value_option_of_unknown(const std::string& option);
  /// A rule names this option, so it is no shortened form of another one.
  void add_named(const std::string& name, const std::string& option);

  [[nodiscard]] const Program* find(std::string_view name) const;
  /// Of a program that nobody described.
  [[nodiscard]] const Grammar& unknown_grammar() const { return unknown_; }

 private:
  Program& entry(const std::string& name);
  std::map<std::string, Program, std::less<>> programs_;
  Grammar unknown_;
};

/// Binaries that are many programs and ask argv[0], or the word behind it, which one to be.
bool is_multicall_name(std::string_view base_name);

}  // namespace policy
