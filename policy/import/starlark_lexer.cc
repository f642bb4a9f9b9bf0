#include "policy/import/starlark_lexer.h"

#include <fmt/core.h>

#include <charconv>

#include "config/text.h"

namespace policy {
namespace {

using config::BadInput;

constexpr std::string_view escapes = "abfnrtv\\'\"";
constexpr std::string_view meanings = "\a\b\f\n\r\t\v\\'\"";

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_of_a_name(char c) {
  return is_digit(c) || c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

void append_utf8(std::string& text, unsigned code) {
  const auto tail = [&](unsigned shift) {
    text.push_back(static_cast<char>(0x80U | (code >> shift & 0x3FU)));
  };
  if (code < 0x80) {
    text.push_back(static_cast<char>(code));
  } else if (code < 0x800) {
    text.push_back(static_cast<char>(0xC0U | code >> 6U));
    tail(0);
  } else if (code < 0x10000) {
    text.push_back(static_cast<char>(0xE0U | code >> 12U));
    tail(6);
    tail(0);
  } else {
    text.push_back(static_cast<char>(0xF0U | code >> 18U));
    tail(12);
    tail(6);
    tail(0);
  }
}

}  // namespace

std::string shown(const StarlarkToken& token) {
  switch (token.kind) {
    case StarlarkToken::Kind::name:
      return "the name " + config::shown(token.text);
    case StarlarkToken::Kind::string:
      return "the string " + config::shown(token.text);
    case StarlarkToken::Kind::symbol:
      return config::shown(token.text);
    case StarlarkToken::Kind::line_end:
      return "the end of the line";
    case StarlarkToken::Kind::end:
      break;
  }
  return "the end of the file";
}

char StarlarkLexer::peek(std::size_t ahead) const {
  return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
}

config::Place StarlarkLexer::here() const { return {file_, line_, static_cast<int>(at_ - line_begin_) + 1}; }

void StarlarkLexer::step(std::size_t count) {
  for (; count > 0 && at_ < text_.size(); --count) {
    if (text_[at_++] != '\n') continue;
    ++line_;
    line_begin_ = at_;
  }
}

void StarlarkLexer::skip_blanks() {
  for (;;) {
    if (peek() == ' ' || peek() == '\t' || peek() == '\r' || (peek() == '\n' && depth_ > 0)) {
      step(1);
    } else if (peek() == '\\' && peek(1) == '\n') {
      step(2);
    } else if (peek() == '#') {
      while (at_ < text_.size() && peek() != '\n') step(1);
    } else {
      return;
    }
  }
}

StarlarkToken StarlarkLexer::next() {
  skip_blanks();
  const char c = peek();
  if (at_ >= text_.size()) return {StarlarkToken::Kind::end, "", here()};
  if (c == '"' || c == '\'') return read_string(false);
  if (is_of_a_name(c) && !is_digit(c)) return read_name();
  return read_symbol();
}

StarlarkToken StarlarkLexer::read_name() {
  StarlarkToken token{StarlarkToken::Kind::name, "", here()};
  for (; is_of_a_name(peek()); step(1)) token.text.push_back(peek());
  if (peek() != '"' && peek() != '\'') return token;
  if (token.text != "r")
    throw BadInput(token.place,
                   fmt::format("a string with {} in front: only plain strings and r\"…\" are read",
                               config::shown(token.text)));
  StarlarkToken raw = read_string(true);
  raw.place = token.place;
  return raw;
}

StarlarkToken StarlarkLexer::read_string(bool is_raw) {
  StarlarkToken token{StarlarkToken::Kind::string, "", here()};
  const char quote = peek();
  const bool is_long = peek(1) == quote && peek(2) == quote;
  const std::string end(is_long ? 3 : 1, quote);
  step(end.size());
  while (text_.substr(at_, end.size()) != end) {
    if (at_ >= text_.size() || (peek() == '\n' && !is_long))
      throw BadInput(token.place, "this string has no end");
    if (peek() == '\\' && !is_raw) {
      read_escape(token.text);
      continue;
    }
    if (peek() == '\\') {  // a raw string keeps it, and what stands behind it
      token.text.push_back(peek());
      step(1);
    }
    token.text.push_back(peek());
    step(1);
  }
  step(end.size());
  return token;
}

void StarlarkLexer::read_escape(std::string& value) {
  const config::Place place = here();
  const char letter = peek(1);
  const std::size_t simple = escapes.find(letter);
  if (letter == '\n') {
    step(2);
  } else if (letter != '\0' && simple != std::string_view::npos) {
    value.push_back(meanings[simple]);
    step(2);
  } else if (letter == 'x' || letter == 'u' || letter == 'U') {
    step(2);
    read_code(value, letter == 'x' ? 2 : letter == 'u' ? 4 : 8);
  } else {
    throw BadInput(
        place, fmt::format("the escape {} is none that is read here", config::shown(text_.substr(at_, 2))));
  }
}

void StarlarkLexer::read_code(std::string& value, std::size_t digits) {
  const std::string_view word = text_.substr(at_, digits);
  unsigned code = 0;
  const auto read = std::from_chars(word.data(), word.data() + word.size(), code, 16);
  const bool is_character = code > 0 && code < 0x110000 && (code < 0xD800 || code > 0xDFFF);
  if (word.size() != digits || read.ptr != word.data() + digits || !is_character ||
      (digits == 2 && code > 0x7F))
    throw BadInput(here(), fmt::format("expected {} hexadecimal digits of a character, found {}", digits,
                                       config::shown(word)));
  append_utf8(value, code);
  step(digits);
}

StarlarkToken StarlarkLexer::read_symbol() {
  StarlarkToken token{StarlarkToken::Kind::symbol, std::string(1, peek()), here()};
  constexpr std::string_view known = "()[],=+;\n";
  if (known.find(peek()) == std::string_view::npos) {
    const std::size_t length = std::max<std::size_t>(1, sys::utf8_length(text_.substr(at_)));
    throw BadInput(token.place, fmt::format("expected a call with literal strings and lists; found {}",
                                            config::shown(text_.substr(at_, length))));
  }
  if (peek() == '\n') token.kind = StarlarkToken::Kind::line_end;
  if (peek() == '(' || peek() == '[') ++depth_;
  if ((peek() == ')' || peek() == ']') && depth_ > 0) --depth_;
  step(1);
  return token;
}

}  // namespace policy
