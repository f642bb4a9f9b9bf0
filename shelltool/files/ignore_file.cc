#include "shelltool/files/ignore_file.h"

#include <algorithm>
#include <utility>

#include "sandbox/sys/error.h"

namespace shelltool::files {
namespace {

/// Without the line's end, and the spaces there that no `\` keeps.
std::string_view pattern_of(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  while (line.ends_with(' ') && !line.ends_with("\\ ")) line.remove_suffix(1);
  return line.starts_with('#') ? std::string_view() : line;
}

void set_ends(IgnoreRule& rule, std::string_view glob) {
  rule.prefix = glob.substr(0, glob.find_first_of("*?[\\"));
  const std::size_t special = glob.find_last_of("*?[]\\/");  // "**/x" is also "x"
  rule.suffix = special == std::string_view::npos ? glob : glob.substr(special + 1);
}

std::optional<IgnoreRule> rule_of(std::string_view line, std::size_t number) {
  IgnoreRule rule;
  std::string_view glob = pattern_of(line);
  rule.text = glob;
  rule.line = number;
  rule.is_negated = glob.starts_with('!');
  if (rule.is_negated) glob.remove_prefix(1);
  rule.is_for_directories = glob.ends_with('/');
  if (rule.is_for_directories) glob.remove_suffix(1);
  if (glob.empty()) return std::nullopt;
  try {
    if (glob.find('/') == std::string_view::npos) {
      rule.name.emplace(glob);
    } else {
      if (glob.starts_with('/')) glob.remove_prefix(1);
      rule.path.emplace(glob);
    }
  } catch (const sys::Error&) {
    return std::nullopt;
  }
  set_ends(rule, glob);
  return rule;
}

bool matches(const IgnoreRule& rule, std::string_view path, std::string_view name) {
  const std::string_view subject = rule.name ? name : path;
  if (!subject.ends_with(rule.suffix) || !subject.starts_with(rule.prefix)) return false;
  return rule.name ? rule.name->matches(name) : rule.path->matches(path);
}

}  // namespace

IgnoreFile::IgnoreFile(std::string place, std::string_view text) : place_(std::move(place)) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  for (std::size_t begin = 0, number = 1; begin < text.size(); ++number) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    if (auto rule = rule_of(text.substr(begin, end - begin), number)) rules_.push_back(std::move(*rule));
    begin = end + 1;
  }
  for (std::uint32_t number = 0; number < rules_.size(); ++number) {
    const std::string& suffix = rules_[number].suffix;
    (suffix.empty() ? without_suffix_ : by_last_byte_[static_cast<unsigned char>(suffix.back())])
        .push_back(number);
  }
}

const IgnoreRule* IgnoreFile::match(std::string_view path, std::string_view name, bool is_directory) const {
  const auto counts = [&](std::uint32_t number) {
    const IgnoreRule& rule = rules_[number];
    return (is_directory || !rule.is_for_directories) && matches(rule, path, name);
  };
  const IgnoreRule* last = nullptr;
  for (const auto* numbers : {&by_last_byte_[static_cast<unsigned char>(name.back())], &without_suffix_}) {
    const auto found = std::find_if(numbers->rbegin(), numbers->rend(), counts);
    if (found != numbers->rend() && (last == nullptr || last < &rules_[*found])) last = &rules_[*found];
  }
  return last;
}

}  // namespace shelltool::files
