#pragma once
/// Shell text cut into words and operators, as sh and bash read it, without running anything.

#include <string>
#include <string_view>
#include <vector>

namespace policy {

struct ShellToken {
  enum class Kind { word, separator, open, close, end };
  Kind kind = Kind::end;
  std::string text;     ///< of a word, quotes and escapes taken away; of a separator, as written
  bool quoted = false;  ///< some part of it was: it is no keyword
  bool glob = false;    ///< the shell replaces it by the names of files that it matches
  std::string dynamic;  ///< why its value is known only when it runs; empty for a fixed word
};

class ShellLexer {
 public:
  /// `home` is what `~` stands for.
  ShellLexer(std::string_view text, std::string_view home) : text_(text), home_(home) {}

  /// Redirections and comments are left out. Throws sys::Error(invalid) on text without its closing quote,
  /// and on what is nested too deep.
  ShellToken next();
  /// The texts of `$(…)`, backquotes and `<(…)` met so far, which run too.
  [[nodiscard]] const std::vector<std::string>& substitutions() const { return substitutions_; }

 private:
  [[nodiscard]] char peek(std::size_t ahead = 0) const;
  [[nodiscard]] bool at_end() const { return at_ >= text_.size(); }
  void skip_blanks();
  bool skip_redirection();
  void skip_heredocs();
  ShellToken read_operator();
  ShellToken read_word();
  void read_single_quoted(ShellToken& word);
  void read_double_quoted(ShellToken& word);
  void read_ansi_quoted(ShellToken& word);
  void read_dollar(ShellToken& word);
  void read_backquoted(ShellToken& word);
  void read_tilde(ShellToken& word);
  std::string read_nested(char open, char close);

  struct Heredoc {
    std::string end;
    bool indented = false;
  };

  std::string_view text_;
  std::string_view home_;
  std::size_t at_ = 0;
  int nesting_ = 0;
  std::vector<std::string> substitutions_;
  std::vector<Heredoc> heredocs_;
};

}  // namespace policy
