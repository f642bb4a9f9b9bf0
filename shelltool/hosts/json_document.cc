#include "shelltool/hosts/json_document.h"

#include <algorithm>

#include "config/text.h"
#include "mcp/error.h"

namespace shelltool {
namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

bool is_of_a_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' || c == '-' ||
         c == '.';
}

class Reader {
 public:
  Reader(std::string_view text, const std::string& file, bool lenient)
      : text_(text), file_(file), lenient_(lenient) {}

  JsonPart read() {
    if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;
    pass_space();
    JsonPart root;
    root.kind = JsonPart::Kind::object;
    root.begin = root.end = at_;
    if (at_ == text_.size()) return root;
    if (text_[at_] != '{') fail("expected '{': the settings are an object");
    root = read_value(1);
    pass_space();
    if (at_ < text_.size()) fail("something stands behind the end of the settings");
    return root;
  }

 private:
  [[noreturn]] void fail(const std::string& sentence) const { fail_at(at_, sentence); }
  [[noreturn]] void fail_at(std::size_t at, const std::string& sentence) const {
    throw config::BadInput(place_of(text_, at, file_), sentence);
  }

  void pass_space() {
    const std::size_t begin = at_;
    at_ = skip_space(text_, at_);
    const std::size_t comment = text_.substr(begin, at_ - begin).find('/');
    if (!lenient_ && comment != std::string_view::npos)
      fail_at(begin + comment, "a comment, which JSON does not have");
  }

  char need_char() {
    pass_space();
    if (at_ == text_.size()) fail("the text ends in the middle of a value");
    return text_[at_];
  }

  JsonPart read_value(std::size_t depth) {
    if (depth > mcp::max_depth) fail(fmt::format("nested deeper than {} levels", mcp::max_depth));
    const char c = need_char();
    if (c == '{' || c == '[') return read_container(depth);
    JsonPart part;
    part.begin = at_;
    part.scalar = c == '"' ? read_string() : read_word();
    part.end = at_;
    return part;
  }

  JsonPart read_container(std::size_t depth) {
    JsonPart part;
    part.begin = at_;
    part.kind = text_[at_] == '{' ? JsonPart::Kind::object : JsonPart::Kind::array;
    const char closing = part.kind == JsonPart::Kind::object ? '}' : ']';
    ++at_;
    for (bool first = true; need_char() != closing; first = false) {
      if (!first) {
        if (text_[at_] != ',') fail(fmt::format("expected ',' or '{}'", closing));
        const std::size_t comma = at_++;
        if (need_char() == closing) {
          if (!lenient_) fail_at(comma, fmt::format("a comma before '{}'", closing));
          break;
        }
      }
      part.children.push_back(read_child(part.kind, depth));
    }
    part.end = ++at_;
    return part;
  }

  JsonChild read_child(JsonPart::Kind kind, std::size_t depth) {
    JsonChild child;
    child.begin = at_;
    if (kind == JsonPart::Kind::object) {
      if (text_[at_] != '"') fail("expected a key in quotes");
      child.key = read_string().get<std::string>();
      if (need_char() != ':') fail("expected ':' behind the key");
      ++at_;
    }
    child.value = read_value(depth + 1);
    return child;
  }

  mcp::Json read_string() {
    const std::size_t begin = at_;
    for (++at_; at_ < text_.size() && text_[at_] != '"' && text_[at_] != '\n'; ++at_)
      if (text_[at_] == '\\') ++at_;
    if (at_ >= text_.size() || text_[at_] != '"') fail_at(begin, "the string has no end");
    return parse(begin, ++at_);
  }

  mcp::Json read_word() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && is_of_a_word(text_[at_])) ++at_;
    if (at_ == begin) fail("expected a value");
    return parse(begin, at_);
  }

  [[nodiscard]] mcp::Json parse(std::size_t begin, std::size_t end) const {
    const std::string_view word = text_.substr(begin, end - begin);
    try {
      return mcp::parse(word);
    } catch (const mcp::Error&) {
      fail_at(begin, fmt::format("{} is no JSON", config::shown(word)));
    }
  }

  std::string_view text_;
  const std::string& file_;
  bool lenient_;
  std::size_t at_ = 0;
};

}  // namespace

const JsonChild* JsonPart::find(std::string_view key) const {
  if (kind != Kind::object) return nullptr;
  const auto found = std::find_if(children.rbegin(), children.rend(),
                                  [&](const JsonChild& child) { return child.key == key; });
  return found == children.rend() ? nullptr : &*found;
}

mcp::Json JsonPart::value() const {
  if (kind == Kind::scalar) return scalar;
  mcp::Json whole = kind == Kind::object ? mcp::Json::object() : mcp::Json::array();
  for (const JsonChild& child : children) {
    if (kind == Kind::object) {
      whole[child.key] = child.value.value();
    } else {
      whole.push_back(child.value.value());
    }
  }
  return whole;
}

JsonPart read_json_document(std::string_view text, const std::string& file, bool lenient) {
  return Reader(text, file, lenient).read();
}

std::size_t skip_space(std::string_view text, std::size_t at) {
  for (;;) {
    while (at < text.size() && is_space(text[at])) ++at;
    if (text.substr(at, 2) == "//") {
      at = std::min(text.find('\n', at), text.size());
    } else if (text.substr(at, 2) == "/*") {
      const std::size_t end = text.find("*/", at + 2);
      at = end == std::string_view::npos ? text.size() : end + 2;
    } else {
      return at;
    }
  }
}

config::Place place_of(std::string_view text, std::size_t at, const std::string& file) {
  const std::string_view before = text.substr(0, at);
  const std::size_t newline = before.rfind('\n');
  const std::size_t line_begin = newline == std::string_view::npos ? 0 : newline + 1;
  return {file, 1 + static_cast<int>(std::count(before.begin(), before.end(), '\n')),
          1 + static_cast<int>(at - line_begin)};
}

}  // namespace shelltool
