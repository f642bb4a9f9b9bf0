#pragma once
/// The tokens of Starlark, as far as files of literal calls have them.

#include <string>
#include <string_view>

#include "config/node.h"

namespace policy {

struct StarlarkToken {
  enum class Kind { name, string, symbol, line_end, end };
  Kind kind = Kind::end;
  std::string text;  ///< of a string its value, escapes resolved
  config::Place place;
};

/// A token for a person: "the string 'x'", "the end of the line".
std::string shown(const StarlarkToken& token);

/// Every function throws config::BadInput where it meets something else.
class StarlarkLexer {
 public:
  /// Both must outlive the lexer. `text` must be what config::check_text takes.
  StarlarkLexer(std::string_view text, const std::string& file) : text_(text), file_(file) {
    if (text_.starts_with("\xEF\xBB\xBF")) at_ = line_begin_ = 3;
  }

  /// Inside brackets the end of a line is no token.
  StarlarkToken next();

 private:
  [[nodiscard]] char peek(std::size_t ahead = 0) const;
  [[nodiscard]] config::Place here() const;
  void step(std::size_t count);
  void skip_blanks();
  StarlarkToken read_name();
  StarlarkToken read_string(bool is_raw);
  StarlarkToken read_symbol();
  void read_escape(std::string& value);
  void read_code(std::string& value, std::size_t digits);

  std::string_view text_;
  const std::string& file_;
  std::size_t at_ = 0;
  std::size_t line_begin_ = 0;
  int line_ = 1;
  std::size_t depth_ = 0;  ///< open brackets
};

}  // namespace policy
