#include "policy/shell_lexer.h"

#include <cctype>

#include "sandbox/sys/error.h"

namespace policy {
namespace {

constexpr int most_nesting = 100;  // of quotes in brackets in quotes: each takes room on the stack

[[noreturn]] void fail(std::string_view what) {
  throw sys::Error(sys::Kind::invalid, "reading shell text: {} is never closed", what);
}

bool is_meta(char byte) { return std::string_view(" \t\n;&|()<>").find(byte) != std::string_view::npos; }
bool is_digit(char byte) { return byte >= '0' && byte <= '9'; }
bool is_name(char byte) { return std::isalnum(static_cast<unsigned char>(byte)) != 0 || byte == '_'; }

void make_dynamic(ShellToken& word, const char* why) {
  if (word.dynamic.empty()) word.dynamic = why;
}

/// Up to `limit` digits of `base` at text[at].
unsigned char read_number(std::string_view text, std::size_t& at, std::size_t limit, int base) {
  int value = 0;
  for (std::size_t count = 0; count < limit && at < text.size(); ++count, ++at) {
    const int byte = std::tolower(static_cast<unsigned char>(text[at]));
    const int digit = byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : byte - '0';
    if (digit < 0 || digit >= base) break;
    value = value * base + digit;
  }
  return static_cast<unsigned char>(value);
}

}  // namespace

char ShellLexer::peek(std::size_t ahead) const {
  return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
}

void ShellLexer::skip_blanks() {
  for (; !at_end(); ++at_) {
    if (peek() == '\\' && peek(1) == '\n') {
      ++at_;
    } else if (peek() != ' ' && peek() != '\t') {
      break;
    }
  }
  if (peek() == '#' && !at_end())
    while (!at_end() && peek() != '\n') ++at_;
}

ShellToken ShellLexer::next() {
  do skip_blanks();
  while (skip_redirection());
  if (at_end()) return {};
  return is_meta(peek()) && !((peek() == '<' || peek() == '>') && peek(1) == '(') ? read_operator()
                                                                                  : read_word();
}

/// "2>&1", "> file", "<<END", "&> file". What it names is no word of the command.
bool ShellLexer::skip_redirection() {
  std::size_t at = at_;
  while (at < text_.size() && is_digit(text_[at])) ++at;
  if (at == at_ && peek() == '&' && peek(1) == '>') ++at;
  if (at >= text_.size() || (text_[at] != '<' && text_[at] != '>')) return false;
  if (at == at_ && peek(1) == '(') return false;
  const std::size_t begin = at;
  while (at < text_.size() && std::string_view("<>&|").find(text_[at]) != std::string_view::npos &&
         at - begin < 3)
    ++at;
  std::string_view symbol = text_.substr(begin, at - begin);
  if (symbol.size() == 3 && symbol != "<<<") symbol.remove_suffix(1);
  at_ = begin + symbol.size();
  bool indented = false;
  if (symbol == "<<" && peek() == '-') indented = ++at_ > 0;
  skip_blanks();
  if (at_end() || (is_meta(peek()) && peek(1) != '(')) return true;
  const ShellToken target = read_word();
  if (symbol == "<<") heredocs_.push_back({target.text, indented});
  return true;
}

/// Stands behind a line's end; their text is data.
void ShellLexer::skip_heredocs() {
  for (const Heredoc& heredoc : heredocs_) {
    for (bool found = false; !found;) {
      if (at_end()) return heredocs_.clear();
      const std::size_t end = std::min(text_.find('\n', at_), text_.size());
      std::string_view line = text_.substr(at_, end - at_);
      while (heredoc.indented && line.starts_with('\t')) line.remove_prefix(1);
      found = line == heredoc.end;
      at_ = std::min(end + 1, text_.size());
    }
  }
  heredocs_.clear();
}

ShellToken ShellLexer::read_operator() {
  ShellToken token;
  const char byte = text_[at_++];
  token.text = std::string(1, byte);
  token.kind = byte == '('   ? ShellToken::Kind::open
               : byte == ')' ? ShellToken::Kind::close
                             : ShellToken::Kind::separator;
  const bool pairs = byte == ';' || byte == '&' || byte == '|';
  if (pairs && (peek() == byte || (byte == '|' && peek() == '&'))) token.text.push_back(text_[at_++]);
  if (byte == '\n') skip_heredocs();
  return token;
}

ShellToken ShellLexer::read_word() {
  ShellToken word;
  word.kind = ShellToken::Kind::word;
  std::size_t braces = 0;
  bool several = false;
  if (peek() == '~') read_tilde(word);
  while (!at_end()) {
    const char byte = peek();
    if ((byte == '<' || byte == '>') && peek(1) == '(' && word.text.empty()) {
      at_ += 2;
      substitutions_.push_back(read_nested('(', ')'));
      make_dynamic(word, "the output of a command");
      continue;
    }
    if (is_meta(byte)) break;
    ++at_;
    switch (byte) {
      case '\'':
        read_single_quoted(word);
        break;
      case '"':
        read_double_quoted(word);
        break;
      case '`':
        read_backquoted(word);
        break;
      case '$':
        read_dollar(word);
        break;
      case '\\':
        word.quoted = true;
        if (peek() != '\n') word.text.push_back(at_end() ? byte : peek());
        ++at_;
        break;
      default:
        word.glob = word.glob || byte == '*' || byte == '?' || byte == '[';
        if (byte == '{') ++braces;
        several = several || (braces > 0 && (byte == ',' || (byte == '.' && peek() == '.')));
        if (byte == '}' && several) make_dynamic(word, "a brace expansion");
        word.text.push_back(byte);
    }
  }
  return word;
}

void ShellLexer::read_tilde(ShellToken& word) {
  if (peek(1) == '/' || peek(1) == '\0' || is_meta(peek(1))) {
    ++at_;
    word.text = home_;
  } else if (is_name(peek(1)) || peek(1) == '+' || peek(1) == '-') {
    make_dynamic(word, "somebody's home directory");
  }
}

void ShellLexer::read_single_quoted(ShellToken& word) {
  word.quoted = true;
  const std::size_t end = text_.find('\'', at_);
  if (end == std::string_view::npos) fail("a quote '");
  word.text.append(text_.substr(at_, end - at_));
  at_ = end + 1;
}

void ShellLexer::read_double_quoted(ShellToken& word) {
  word.quoted = true;
  while (peek() != '"' || at_end()) {
    if (at_end()) fail("a quote \"");
    const char byte = text_[at_++];
    if (byte == '$') {
      read_dollar(word);
    } else if (byte == '`') {
      read_backquoted(word);
    } else if (byte == '\\' && std::string_view("$`\"\\\n").find(peek()) != std::string_view::npos &&
               !at_end()) {
      if (peek() != '\n') word.text.push_back(peek());
      ++at_;
    } else {
      word.text.push_back(byte);
    }
  }
  ++at_;
}

/// $'…': escapes as in C.
void ShellLexer::read_ansi_quoted(ShellToken& word) {
  word.quoted = true;
  while (peek() != '\'' || at_end()) {
    if (at_end()) fail("a quote $'");
    const char byte = text_[at_++];
    if (byte != '\\') {
      word.text.push_back(byte);
      continue;
    }
    constexpr std::string_view letters = "abefnrtvE";
    constexpr std::string_view meanings = "\a\b\x1b\f\n\r\t\v\x1b";
    const char escaped = peek();
    ++at_;
    if (const std::size_t letter = letters.find(escaped); letter != std::string_view::npos) {
      word.text.push_back(meanings[letter]);
    } else if (escaped == 'x') {
      word.text.push_back(static_cast<char>(read_number(text_, at_, 2, 16)));
    } else if (escaped >= '0' && escaped <= '7') {
      --at_;
      word.text.push_back(static_cast<char>(read_number(text_, at_, 3, 8)));
    } else if (escaped == 'u' || escaped == 'U' || escaped == 'c') {
      make_dynamic(word, "a character code that depends on the locale");
    } else {
      word.text.push_back(escaped);
    }
  }
  ++at_;
}

/// Behind a '$'.
void ShellLexer::read_dollar(ShellToken& word) {
  const std::size_t begin = at_ - 1;
  const char byte = peek();
  if (byte == '\'' && !word.quoted) {
    ++at_;
    return read_ansi_quoted(word);
  }
  if (byte == '(') {
    ++at_;
    if (peek() == '(') {
      read_nested('(', ')');
      make_dynamic(word, "arithmetic");
    } else {
      substitutions_.push_back(read_nested('(', ')'));
      make_dynamic(word, "the output of a command");
    }
  } else if (text_.substr(at_, 6) == "{HOME}" || (text_.substr(at_, 4) == "HOME" && !is_name(peek(4)))) {
    at_ += byte == '{' ? 6 : 4;
    word.text.append(home_);
    return;
  } else if (byte == '{') {
    ++at_;
    read_nested('{', '}');
    make_dynamic(word, "a variable");
  } else if (is_name(byte)) {
    if (is_digit(byte))
      ++at_;
    else
      while (is_name(peek())) ++at_;
    make_dynamic(word, "a variable");
  } else if (byte != '\0' && std::string_view("?$!#@*-").find(byte) != std::string_view::npos) {
    ++at_;
    make_dynamic(word, "a variable");
  }
  word.text.append(text_.substr(begin, at_ - begin));
}

void ShellLexer::read_backquoted(ShellToken& word) {
  std::string inner;
  while (peek() != '`' || at_end()) {
    if (at_end()) fail("a backquote");
    if (peek() == '\\' && std::string_view("$`\\").find(peek(1)) != std::string_view::npos && peek(1) != '\0')
      ++at_;
    inner.push_back(peek());
    ++at_;
  }
  ++at_;
  word.text.append("`" + inner + "`");
  substitutions_.push_back(std::move(inner));
  make_dynamic(word, "the output of a command");
}

/// Behind an opening bracket: what stands before the one that closes it, quotes respected.
std::string ShellLexer::read_nested(char open, char close) {
  const std::size_t begin = at_;
  if (++nesting_ > most_nesting)
    throw sys::Error(sys::Kind::invalid, "it is nested deeper than {} levels", most_nesting);
  for (int depth = 1; depth > 0;) {
    if (at_end()) fail(open == '(' ? "$(" : "${");
    const char byte = text_[at_++];
    if (byte == '\\') {
      ++at_;
    } else if (byte == '\'') {
      ShellToken ignored;
      read_single_quoted(ignored);
    } else if (byte == '"') {
      ShellToken ignored;
      const std::size_t kept = substitutions_.size();
      read_double_quoted(ignored);
      substitutions_.resize(kept);
    } else if (byte == open) {
      ++depth;
    } else if (byte == close) {
      --depth;
    }
  }
  --nesting_;
  return std::string(text_.substr(begin, at_ - 1 - begin));
}

}  // namespace policy
