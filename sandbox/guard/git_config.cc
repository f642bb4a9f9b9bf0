#include "sandbox/guard/git_config.h"

#include <algorithm>

namespace sandbox {
namespace {

constexpr int end_of_file = -1;

bool is_space(int c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_letter(int c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_key_character(int c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '-'; }
char lower(int c) { return static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c); }

/// The functions carry the names that they have in git's config.c and follow it line by line.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}
  GitConfig read();

 private:
  int next();
  void skip_line();
  bool base_variable();
  bool extended_base_variable(int c);
  bool value(std::optional<std::string>& result);
  bool parse_value(std::string& result);
  void entry(int first);
  void bad_line();

  std::string_view bytes_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
  std::size_t line_begin_ = 0;
  bool line_has_header_ = false;
  int last_ = '\n';
  std::string stem_;  // "section." or "section.subsection."
  GitConfig config_;
};

/// The next byte, "\r\n" as one; end_of_file behind the last, which ends a line as a newline does.
int Reader::next() {
  if (last_ == '\n') {
    line_begin_ = at_;
    line_has_header_ = false;
  }
  if (at_ >= bytes_.size()) return last_ = end_of_file;
  int c = static_cast<unsigned char>(bytes_[at_++]);
  if (c == '\r' && at_ < bytes_.size() && bytes_[at_] == '\n') {
    c = '\n';
    ++at_;
  }
  if (c == '\n') ++line_;
  return last_ = c;
}

void Reader::skip_line() {
  while (last_ != '\n' && last_ != end_of_file) next();
}

void Reader::bad_line() {
  config_.bad_lines.push_back(last_ == '\n' ? line_ - 1 : line_);
  skip_line();
}

/// [section] or [section.subsection]; the "[" was read.
bool Reader::base_variable() {
  stem_.clear();
  for (;;) {
    const int c = next();
    if (c == ']') return true;
    if (is_space(c)) return extended_base_variable(c);
    if (!is_key_character(c) && c != '.') return false;
    stem_ += lower(c);
  }
}

/// The "subsection"] of [section "subsection"].
bool Reader::extended_base_variable(int c) {
  do {
    if (c == '\n' || c == end_of_file) return false;
    c = next();
  } while (is_space(c));
  if (c != '"') return false;
  stem_ += '.';
  for (;;) {
    c = next();
    if (c == '"') break;
    if (c == '\\') c = next();
    if (c == '\n' || c == end_of_file) return false;
    stem_ += static_cast<char>(c);
  }
  return next() == ']';
}

/// What stands behind "=". False where git refuses: an unknown escape, a quote that its line does not close.
bool Reader::parse_value(std::string& result) {
  bool quoted = false, comment = false;
  std::size_t kept = 0;  // without the blanks that may turn out to be trailing
  for (;;) {
    int c = next();
    if (c == '\n' || c == end_of_file) {
      result.resize(kept);
      return !quoted;
    }
    if (comment) continue;
    if (is_space(c) && !quoted) {
      if (!result.empty()) result += static_cast<char>(c);
      continue;
    }
    if (!quoted && (c == ';' || c == '#')) {
      comment = true;
      continue;
    }
    if (c == '"') {
      quoted = !quoted;
      kept = result.size();
      continue;
    }
    if (c == '\\') {
      c = next();
      if (c == end_of_file) continue;
      if (c == '\n') {
        last_ = '\\';  // the entry's line goes on
        kept = result.size();
        continue;
      }
      if (c == 't')
        c = '\t';
      else if (c == 'b')
        c = '\b';
      else if (c == 'n')
        c = '\n';
      else if (c != '\\' && c != '"')
        return false;
    }
    result += static_cast<char>(c);
    kept = result.size();
  }
}

/// The rest of a key and its value; stem_ and the key so far are in the last entry.
bool Reader::value(std::optional<std::string>& result) {
  int c = last_;
  while (c == ' ' || c == '\t') c = next();
  if (c == '\n' || c == end_of_file) return true;
  if (c != '=') return false;
  result.emplace();
  return parse_value(*result);
}

void Reader::entry(int first) {
  ConfigEntry entry;
  entry.begin = at_ - 1;
  entry.line_begin = line_begin_;
  entry.shares_line = line_has_header_;
  entry.name = stem_ + "." + lower(first);
  for (int c = next(); is_key_character(c); c = next()) entry.name += lower(c);
  if (!value(entry.value)) bad_line();
  entry.end = at_;
  if (last_ == '\n') entry.end -= at_ >= 2 && bytes_[at_ - 2] == '\r' ? 2 : 1;
  entry.raw = bytes_.substr(entry.begin, entry.end - entry.begin);
  entry.name.resize(std::min(entry.name.size(), entry.name.find('\0')));
  std::transform(entry.name.begin(), entry.name.begin() + static_cast<std::ptrdiff_t>(entry.name.find('.')),
                 entry.name.begin(), lower);
  const auto key = entry.name.begin() + static_cast<std::ptrdiff_t>(entry.name.rfind('.'));
  std::transform(key, entry.name.end(), key, lower);
  if (entry.value) entry.value->resize(std::min(entry.value->size(), entry.value->find('\0')));
  config_.entries.push_back(std::move(entry));
}

GitConfig Reader::read() {
  if (bytes_.starts_with("\xef\xbb\xbf")) at_ = 3;
  for (;;) {
    const int c = next();
    if (c == end_of_file) return std::move(config_);
    if (is_space(c)) continue;
    if (c == '#' || c == ';') {
      skip_line();
    } else if (c == '[') {
      if (base_variable())
        line_has_header_ = true;
      else
        bad_line();
    } else if (is_letter(c)) {
      entry(c);
    } else {
      bad_line();
    }
  }
}

}  // namespace

std::string ConfigEntry::section() const { return name.substr(0, name.find('.')); }

std::string ConfigEntry::subsection() const {
  const std::size_t first = name.find('.'), last = name.rfind('.');
  return first == last ? std::string() : name.substr(first + 1, last - first - 1);
}

std::string ConfigEntry::key() const { return name.substr(name.rfind('.') + 1); }

GitConfig read_git_config(std::string_view bytes) { return Reader(bytes).read(); }

std::string edited(std::string_view bytes, std::vector<ConfigEdit> edits) {
  std::sort(edits.begin(), edits.end(),
            [](const ConfigEdit& a, const ConfigEdit& b) { return a.entry.begin < b.entry.begin; });
  std::string result;
  std::size_t at = 0;
  for (const ConfigEdit& edit : edits) {
    std::size_t begin = edit.entry.begin, end = edit.entry.end;
    if (!edit.replacement && !edit.entry.shares_line) {
      begin = edit.entry.line_begin;
      if (end < bytes.size() && bytes[end] == '\r') ++end;
      if (end < bytes.size()) ++end;
    }
    result.append(bytes.substr(at, begin - at));
    if (edit.replacement) result += *edit.replacement;
    at = end;
  }
  return result.append(bytes.substr(std::min(at, bytes.size())));
}

}  // namespace sandbox
