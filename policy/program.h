#pragma once
/// What the owner (`programs:`) or we know about a program: where it lies and how it reads its words.

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace policy {

enum class Style {
  gnu,          ///< `-rf` is `-r -f`, `--opt=v`, long options may be shortened, options also behind words
  single_dash,  ///< `-name v`, `-opt=v`, and `--opt` is `-opt`: terraform, go, find
  words,        ///< no options at all
};

using Names = std::set<std::string, std::less<>>;

/// How words are read. "Known" decides what is made of an option that is not listed: with a known grammar it
/// takes no value; otherwise the word behind it may be its value.
struct Grammar {
  Style style = Style::gnu;
  bool known = false;
  /// Options that take a value, before the command, and also behind it when `commands` is empty.
  Names value_options;
  /// Options that are names of their own, though longer ones begin like them ("--force",
  /// "--force-with-lease").
  Names flags;
  /// Those behind a command, by its name. Where this is not empty, other commands are not known.
  std::map<std::string, Names, std::less<>> commands;
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
};

/// By name. A name of the owner's is laid over the built-in one.
class ProgramTable {
 public:
  /// With the built-in programs: those that rules commonly name.
  ProgramTable();
  /// Lists are joined, what the owner's entry states replaces what was there.
  void add(const ProgramEntry& entry);
  /// A rule asks for the value of this option, so it takes one.
  void add_value_option(const std::string& name, const std::string& option);
  void add_value_option_of_unknown(const std::string& option);
  /// A rule names this option, so it is no shortened form of another one.
  void add_flag(const std::string& name, const std::string& option);

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
