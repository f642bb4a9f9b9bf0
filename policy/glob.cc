#include "policy/glob.h"

#include <array>
#include <cctype>

#include "sandbox/sys/error.h"

namespace policy {
namespace {

using Bytes = std::bitset<256>;

[[noreturn]] void refuse(std::string_view pattern, std::string_view cause) {
  throw sys::Error(sys::Kind::invalid, "reading the glob '{}': {}", pattern, cause);
}

std::size_t index_of(char byte) { return static_cast<unsigned char>(byte); }

bool add_class(std::string_view name, Bytes& bytes) {
  struct Class {
    std::string_view name;
    int (*contains)(int);
  };
  static constexpr std::array<Class, 12> classes{{{"alnum", ::isalnum},
                                                  {"alpha", ::isalpha},
                                                  {"blank", ::isblank},
                                                  {"cntrl", ::iscntrl},
                                                  {"digit", ::isdigit},
                                                  {"graph", ::isgraph},
                                                  {"lower", ::islower},
                                                  {"print", ::isprint},
                                                  {"punct", ::ispunct},
                                                  {"space", ::isspace},
                                                  {"upper", ::isupper},
                                                  {"xdigit", ::isxdigit}}};
  for (const Class& each : classes) {
    if (each.name != name) continue;
    for (int byte = 0; byte < 128; ++byte)
      if (each.contains(byte) != 0) bytes.set(static_cast<std::size_t>(byte));
    return true;
  }
  return false;
}

/// Reads one set; `at` stands behind its '[' and is left behind its ']'.
class SetReader {
 public:
  SetReader(std::string_view pattern, std::size_t& at) : pattern_(pattern), at_(at) {}

  Bytes read() {
    const bool negated = peek() == '!' || peek() == '^';
    if (negated) ++at_;
    bool first = true;
    while (first || peek() != ']') {
      first = false;
      read_member();
    }
    ++at_;
    return negated ? ~bytes_ : bytes_;
  }

 private:
  [[nodiscard]] char peek() const {
    if (at_ >= pattern_.size()) refuse(pattern_, "'[' without its ']'");
    return pattern_[at_];
  }

  char next() {
    const char byte = peek();
    ++at_;
    return byte;
  }

  char next_literal() {
    const char byte = next();
    return byte == '\\' ? next() : byte;
  }

  void read_member() {
    if (peek() == '[' && pattern_.substr(at_ + 1, 1) == ":" && read_class()) return;
    if (peek() == '-' && range_start_ && pattern_.substr(at_ + 1, 1) != "]") {
      ++at_;
      const std::size_t last = index_of(next_literal());
      if (last < *range_start_) refuse(pattern_, "a range that runs backwards");
      for (std::size_t byte = *range_start_; byte <= last; ++byte) bytes_.set(byte);
      range_start_.reset();
      return;
    }
    range_start_ = index_of(next_literal());
    bytes_.set(*range_start_);
  }

  /// "[:digit:]"; false where the ']' that follows does not close a class, and '[' is just a byte.
  bool read_class() {
    const std::size_t begin = at_ + 2;
    const std::size_t end = pattern_.find(']', begin);
    if (end == std::string_view::npos) refuse(pattern_, "'[' without its ']'");
    if (end == begin || pattern_[end - 1] != ':') return false;
    const std::string_view name = pattern_.substr(begin, end - 1 - begin);
    if (!add_class(name, bytes_)) refuse(pattern_, "an unknown class of characters");
    at_ = end + 1;
    range_start_.reset();
    return true;
  }

  std::string_view pattern_;
  std::size_t& at_;
  Bytes bytes_;
  std::optional<std::size_t> range_start_;
};

/// The position behind the component that begins at `begin`: its '/', or the end.
std::size_t component_end(std::string_view pattern, std::size_t begin) {
  std::size_t at = begin;
  while (at < pattern.size() && pattern[at] != '/') {
    const char byte = pattern[at++];
    if (byte == '\\') {
      ++at;
    } else if (byte == '[') {
      SetReader(pattern, at).read();
    }
  }
  return std::min(at, pattern.size());
}

std::vector<std::string_view> components_of(std::string_view path) {
  std::vector<std::string_view> components;
  for (std::size_t begin = 0;;) {
    const std::size_t end = path.find('/', begin);
    components.push_back(path.substr(begin, end - begin));
    if (end == std::string_view::npos) return components;
    begin = end + 1;
  }
}

}  // namespace

WordGlob::WordGlob(std::string_view pattern) : text_(pattern) {
  std::string text;
  for (std::size_t at = 0; at < pattern.size();) {
    Token token;
    const char byte = pattern[at++];
    if (byte == '*') {
      if (!tokens_.empty() && tokens_.back().kind == Token::Kind::star) continue;
      token.kind = Token::Kind::star;
    } else if (byte == '?') {
      token.kind = Token::Kind::any;
    } else if (byte == '[') {
      token.kind = Token::Kind::set;
      token.set = sets_.size();
      sets_.push_back(SetReader(pattern, at).read());
    } else {
      if (byte == '\\' && at == pattern.size()) refuse(pattern, "'\\' at its end");
      const char literal = byte == '\\' ? pattern[at++] : byte;
      token.byte = static_cast<unsigned char>(literal);
      text.push_back(literal);
    }
    tokens_.push_back(token);
  }
  if (text.size() == tokens_.size()) literal_ = std::move(text);
}

bool WordGlob::accepts(const Token& token, char byte) const {
  switch (token.kind) {
    case Token::Kind::byte:
      return token.byte == static_cast<unsigned char>(byte);
    case Token::Kind::set:
      return sets_[token.set].test(index_of(byte));
    case Token::Kind::any:
      return true;
    case Token::Kind::star:
      return false;
  }
  return false;
}

bool WordGlob::matches(std::string_view word) const {
  if (literal_) return *literal_ == word;
  constexpr std::size_t none = std::string_view::npos;
  std::size_t token = 0;
  std::size_t star =
      none;  // going back to the last star is enough: earlier ones matched as little as they could
  std::size_t star_at = 0;
  for (std::size_t at = 0; at < word.size();) {
    if (token < tokens_.size() && tokens_[token].kind == Token::Kind::star) {
      star = token++;
      star_at = at;
    } else if (token < tokens_.size() && accepts(tokens_[token], word[at])) {
      ++token;
      ++at;
    } else if (star != none) {
      if (star + 1 == tokens_.size()) return true;
      token = star + 1;
      at = ++star_at;
    } else {
      return false;
    }
  }
  while (token < tokens_.size() && tokens_[token].kind == Token::Kind::star) ++token;
  return token == tokens_.size();
}

PathGlob::PathGlob(std::string_view pattern) {
  for (std::size_t begin = 0;;) {
    const std::size_t end = component_end(pattern, begin);
    const std::string_view name = pattern.substr(begin, end - begin);
    parts_.push_back(Part{name == "**", WordGlob(name)});
    if (end == pattern.size()) return;
    begin = end + 1;
  }
}

/// Going back to the last `**` is enough, as with the stars of a word.
std::string PathGlob::stem() const {
  std::string stem;
  for (const Part& part : parts_) {
    if (part.any_depth || !part.name.literal()) break;
    if (&part != &parts_.front()) stem += '/';
    stem += *part.name.literal();
  }
  return stem.empty() ? "/" : stem;
}

bool PathGlob::follow(std::string_view path, bool may_end_early) const {
  const std::vector<std::string_view> components = components_of(path);
  constexpr std::size_t none = std::string_view::npos;
  std::size_t part = 0;
  std::size_t deep = none;
  std::size_t deep_at = 0;
  for (std::size_t at = 0; at < components.size();) {
    if (part == parts_.size() && may_end_early) return true;
    if (part < parts_.size() && parts_[part].any_depth) {
      if (part + 1 == parts_.size()) return true;
      deep = part++;
      deep_at = at;
    } else if (part < parts_.size() && parts_[part].name.matches(components[at])) {
      ++part;
      ++at;
    } else if (deep != none) {
      part = deep + 1;
      at = ++deep_at;
    } else {
      return false;
    }
  }
  return part == parts_.size();
}

std::optional<std::string> PathGlob::name() const {
  for (auto part = parts_.rbegin(); part != parts_.rend(); ++part)
    if (part->name.literal() && !part->name.literal()->empty()) return part->name.literal();
  return std::nullopt;
}

std::string glob_quoted(std::string_view text) {
  std::string quoted;
  for (const char byte : text) {
    if (std::string_view("*?[]\\").find(byte) != std::string_view::npos) quoted.push_back('\\');
    quoted.push_back(byte);
  }
  return quoted;
}

}  // namespace policy
