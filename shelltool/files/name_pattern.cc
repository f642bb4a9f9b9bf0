#include "shelltool/files/name_pattern.h"

#include <algorithm>

#include "sandbox/sys/error.h"

namespace shelltool::files {
namespace {

constexpr std::size_t most_alternatives = 1000;

std::string lower(std::string_view text) {
  std::string small(text);
  for (char& byte : small)
    if (byte >= 'A' && byte <= 'Z') byte = static_cast<char>(byte - 'A' + 'a');
  return small;
}

/// Where the alternatives of the '{' at `open` begin, and behind the last one's '}'.
std::vector<std::size_t> marks_of(std::string_view text, std::size_t open) {
  std::vector<std::size_t> marks{open + 1};
  std::size_t depth = 0;
  for (std::size_t at = open; at < text.size(); ++at) {
    if (text[at] == '\\') {
      ++at;
    } else if (text[at] == '{') {
      ++depth;
    } else if (text[at] == ',' && depth == 1) {
      marks.push_back(at + 1);
    } else if (text[at] == '}' && --depth == 0) {
      marks.push_back(at + 1);
      return marks;
    }
  }
  throw sys::Error(sys::Kind::invalid, "reading the glob '{}': '{{' without its '}}'", text);
}

std::size_t first_brace(std::string_view text) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '{') return at;
    if (text[at] == '\\') ++at;
  }
  return std::string_view::npos;
}

void expand(const std::string& text, std::vector<std::string>& expanded) {
  const std::size_t open = first_brace(text);
  if (open == std::string::npos) {
    if (expanded.size() == most_alternatives)
      throw sys::Error(sys::Kind::invalid, "reading a glob: it has more than {} alternatives",
                       most_alternatives);
    expanded.push_back(text);
    return;
  }
  const std::vector<std::size_t> marks = marks_of(text, open);
  for (std::size_t i = 0; i + 1 < marks.size(); ++i)
    expand(
        text.substr(0, open) + text.substr(marks[i], marks[i + 1] - 1 - marks[i]) + text.substr(marks.back()),
        expanded);
}

}  // namespace

std::vector<std::string> without_braces(std::string_view text) {
  constexpr std::size_t longest = 4096;  // of a path: a longer one matches nothing, and braces may be nested
  if (text.size() > longest)
    throw sys::Error(sys::Kind::invalid, "reading a glob: it is longer than {} bytes", longest);
  std::vector<std::string> expanded;
  expand(std::string(text), expanded);
  return expanded;
}

NamePattern::NamePattern(std::string_view text, Case letters) : letters_(letters) {
  if (text.starts_with('!'))
    throw sys::Error(
        sys::Kind::invalid,
        "reading the glob '{}': a leading '!' excludes nothing here; a name that begins with it is "
        "written \\!",
        text);
  for (std::string glob : without_braces(letters == Case::insensitive ? lower(text) : std::string(text))) {
    if (glob.ends_with('/')) {
      is_for_directories_ = true;
      glob.pop_back();
    }
    if (glob.find('/') == std::string::npos) {
      names_.emplace_back(glob);
      continue;
    }
    if (glob.starts_with("./")) glob.erase(0, 1);
    if (glob.starts_with('/')) glob.erase(0, 1);
    paths_.emplace_back(glob);
  }
}

bool NamePattern::matches(std::string_view path, std::string_view name) const {
  if (letters_ == Case::insensitive) {
    const std::string small = lower(path);
    const std::string_view small_name = std::string_view(small).substr(path.size() - name.size());
    return std::any_of(names_.begin(), names_.end(),
                       [&](const auto& glob) { return glob.matches(small_name); }) ||
           std::any_of(paths_.begin(), paths_.end(), [&](const auto& glob) { return glob.matches(small); });
  }
  return std::any_of(names_.begin(), names_.end(), [&](const auto& glob) { return glob.matches(name); }) ||
         std::any_of(paths_.begin(), paths_.end(), [&](const auto& glob) { return glob.matches(path); });
}

}  // namespace shelltool::files
