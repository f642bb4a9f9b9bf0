#include "shelltool/hosts/toml_document.h"

#include <algorithm>
#include <map>
#include <set>

#include "config/text.h"
#include "mcp/error.h"
#include "shelltool/hosts/json_document.h"

namespace shelltool {
namespace {

using mcp::Json;
using Path = std::vector<std::string>;

bool is_of_a_bare_key(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

class Reader {
 public:
  Reader(std::string_view text, const std::string& file) : text_(text), file_(file) {}

  TomlDocument read() {
    if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;
    document_.tables.emplace_back();
    for (pass_lines(); at_ < text_.size(); pass_lines()) {
      if (text_[at_] == '[') {
        read_header();
      } else {
        read_statement();
      }
      pass_blanks();
      if (at_ < text_.size() && !at_newline()) fail("expected the end of the line");
    }
    return std::move(document_);
  }

 private:
  [[noreturn]] void fail(const std::string& sentence) const { fail_at(at_, sentence); }
  [[noreturn]] void fail_at(std::size_t at, const std::string& sentence) const {
    throw config::BadInput(place_of(text_, at, file_), sentence);
  }

  [[nodiscard]] bool at_newline() const { return text_[at_] == '\n' || text_.substr(at_, 2) == "\r\n"; }

  /// Spaces, and a comment up to the end of its line.
  void pass_blanks() {
    at_ = std::min(text_.find_first_not_of(" \t", at_), text_.size());
    if (at_ < text_.size() && text_[at_] == '#') at_ = std::min(text_.find('\n', at_), text_.size());
  }
  void pass_lines() {
    for (pass_blanks(); at_ < text_.size() && at_newline(); pass_blanks()) at_ = text_.find('\n', at_) + 1;
  }

  void need(char c) {
    if (at_ == text_.size() || text_[at_] != c) fail(fmt::format("expected '{}'", c));
    ++at_;
  }

  Path read_key_path() {
    Path path;
    for (;;) {
      at_ = std::min(text_.find_first_not_of(" \t", at_), text_.size());
      const char c = at_ < text_.size() ? text_[at_] : '\n';
      if (c == '"' || c == '\'') {
        path.push_back(read_string().get<std::string>());
      } else {
        const std::size_t begin = at_;
        while (at_ < text_.size() && is_of_a_bare_key(text_[at_])) ++at_;
        if (at_ == begin) fail("expected a key");
        path.emplace_back(text_.substr(begin, at_ - begin));
      }
      at_ = std::min(text_.find_first_not_of(" \t", at_), text_.size());
      if (at_ == text_.size() || text_[at_] != '.') return path;
      ++at_;
    }
  }

  void read_header() {
    TomlTable table;
    table.begin = at_++;
    const bool is_array = at_ < text_.size() && text_[at_] == '[';
    if (is_array) ++at_;
    table.path = read_key_path();
    need(']');
    if (is_array) need(']');
    table.end = at_;
    if (is_array) {
      table.path.push_back(std::to_string(arrays_[table.path]++));
    } else if (!headers_.insert(table.path).second) {
      fail_at(table.begin, fmt::format("the table [{}] stands twice", name_of(table.path)));
    }
    document_.tables.push_back(std::move(table));
  }

  void read_statement() {
    TomlKey key;
    key.table = document_.tables.size() - 1;
    key.begin = at_;
    key.path = document_.tables.back().path;
    const Path own = read_key_path();
    key.path.insert(key.path.end(), own.begin(), own.end());
    need('=');
    at_ = std::min(text_.find_first_not_of(" \t", at_), text_.size());
    key.value_begin = at_;
    key.value = read_value(1);
    key.end = at_;
    if (!keys_.insert(key.path).second) fail_at(key.begin, fmt::format("{} stands twice", name_of(key.path)));
    document_.keys.push_back(std::move(key));
  }

  Json read_value(std::size_t depth) {
    if (depth > mcp::max_depth) fail(fmt::format("nested deeper than {} levels", mcp::max_depth));
    const char c = at_ < text_.size() ? text_[at_] : '\n';
    if (c == '"' || c == '\'') return read_string();
    if (c == '[') return read_list(depth);
    if (c == '{') return read_inline_table(depth);
    const std::size_t begin = at_;
    at_ = std::min(text_.find_first_of(",]}#\r\n", at_), text_.size());
    std::string word(text_.substr(begin, at_ - begin));
    word.erase(word.find_last_not_of(" \t") + 1);
    at_ = begin + word.size();
    if (word.empty()) fail("expected a value");
    if (word == "true" || word == "false") return word == "true";
    if (word.find_first_not_of("0123456789") == std::string::npos && word.size() < 18)
      return std::stoll(word);
    if (word.find_first_not_of("0123456789abcdefinoxABCDEFTZ+-_.: ") != std::string::npos)
      fail_at(begin, fmt::format("{} is no value", config::shown(word)));
    return Json{{"spelled", word}};  // a float, a date: never equal to a value of ours
  }

  Json read_list(std::size_t depth) {
    Json list = Json::array();
    need('[');
    for (pass_lines(); at_ < text_.size() && text_[at_] != ']'; pass_lines()) {
      list.push_back(read_value(depth + 1));
      pass_lines();
      if (at_ < text_.size() && text_[at_] == ']') break;
      need(',');
    }
    need(']');
    return list;
  }

  Json read_inline_table(std::size_t depth) {
    Json table = Json::object();
    need('{');
    for (pass_lines(); at_ < text_.size() && text_[at_] != '}'; pass_lines()) {
      const Path path = read_key_path();
      need('=');
      pass_lines();
      Json* place = &table;
      for (const std::string& key : path) place = &(*place)[key];
      *place = read_value(depth + 1);
      pass_lines();
      if (at_ < text_.size() && text_[at_] == '}') break;
      need(',');
    }
    need('}');
    return table;
  }

  Json read_string() {
    const std::size_t begin = at_;
    const char quote = text_[at_];
    const std::string three(3, quote);
    const bool is_long = text_.substr(at_, 3) == three;
    const std::size_t width = is_long ? 3 : 1;
    for (at_ += width; at_ < text_.size(); ++at_) {
      if (quote == '"' && text_[at_] == '\\') {
        ++at_;
      } else if (!is_long && text_[at_] == '\n') {
        break;
      } else if (text_.substr(at_, width) == three.substr(0, width)) {
        at_ += width;
        for (int extra = 0; is_long && extra < 2 && at_ < text_.size() && text_[at_] == quote; ++extra) ++at_;
        return decoded(begin, width, quote);
      }
    }
    fail_at(begin, "the string has no end");
  }

  [[nodiscard]] Json decoded(std::size_t begin, std::size_t width, char quote) const {
    const std::string_view whole = text_.substr(begin, at_ - begin);
    const std::string inner(whole.substr(width, whole.size() - 2 * width));
    if (quote == '\'' || inner.find('\\') == std::string::npos) return inner;
    try {
      return mcp::parse("\"" + inner + "\"");
    } catch (const mcp::Error&) {
      return inner;  // an escape that JSON does not have
    }
  }

  static std::string name_of(const Path& path) {
    std::string name;
    for (const std::string& key : path) name += (name.empty() ? "" : ".") + key;
    return name;
  }

  std::string_view text_;
  const std::string& file_;
  std::size_t at_ = 0;
  TomlDocument document_;
  std::set<Path> headers_, keys_;
  std::map<Path, std::size_t> arrays_;
};

}  // namespace

TomlDocument read_toml_document(std::string_view text, const std::string& file) {
  return Reader(text, file).read();
}

}  // namespace shelltool
