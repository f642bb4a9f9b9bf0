#include "policy/file_pattern.h"

#include <algorithm>

#include "sandbox/destination.h"
#include "sandbox/sys/error.h"
#include "sandbox/sys/path.h"

namespace policy {
namespace {

/// The values of the `${name}` that the text begins with, and what follows it.
struct Expansion {
  std::vector<std::string> values;
  std::string_view rest;
};

Expansion expansion_of(std::string_view text, const Surroundings& surroundings) {
  if (text == "~" || text.starts_with("~/")) return {{surroundings.home}, text.substr(1)};
  if (!text.starts_with("${")) return {{""}, text};
  const std::size_t end = text.find('}');
  if (end == std::string_view::npos)
    throw sys::Error(sys::Kind::invalid, "reading '{}': '${{' without its '}}'", text);
  const std::string_view name = text.substr(2, end - 2);
  const std::string_view rest = text.substr(end + 1);
  if (!rest.empty() && rest.front() != '/')
    throw sys::Error(sys::Kind::invalid, "reading '{}': a '/' must stand behind ${{{}}}", text, name);
  if (name == "home") return {{surroundings.home}, rest};
  if (name == "workspaces") return {surroundings.workspaces, rest};
  if (name == "workspace") {
    Expansion first{surroundings.workspaces, rest};
    first.values.resize(std::min<std::size_t>(first.values.size(), 1));
    return first;
  }
  throw sys::Error(
      sys::Kind::invalid,
      "reading '{}': unknown name ${{{}}}; there are ${{workspace}}, ${{workspaces}} and ${{home}}", text,
      name);
}

/// A pattern that cannot match would be a deny that is not there.
void check_components(std::string_view text) {
  for (std::size_t begin = text.starts_with('/') ? 1 : 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find('/', begin), text.size());
    const std::string_view name = text.substr(begin, end - begin);
    if (name.empty() || name == "." || name == "..")
      throw sys::Error(sys::Kind::invalid, "reading '{}': no path has {} in it", text,
                       name.empty()  ? "'//'"
                       : name == "." ? "'.' as a name"
                                     : "'..' as a name");
    begin = end + 1;
  }
}

/// How much of the glob names directories, without wildcards: "/home/u" of "/home/u/*.c".
std::size_t literal_directory(std::string_view glob) {
  const std::size_t wildcard = std::min(glob.find_first_of("*?[\\"), glob.size());
  if (wildcard == glob.size()) return glob.size();
  const std::size_t slash = glob.rfind('/', wildcard);
  return slash == std::string_view::npos ? 0 : slash;
}

/// /proc/self/root/x is x, and /proc/self/cwd/x is x from here.
std::string without_own_links(const std::string& path, const std::string& cwd) {
  for (const std::string_view self : {"/proc/self/", "/proc/thread-self/"}) {
    if (!path.starts_with(self)) continue;
    const std::string rest = path.substr(self.size());
    if (rest == "root" || rest.starts_with("root/")) return sys::normal_path(rest.substr(4));
    if (rest == "cwd" || rest.starts_with("cwd/")) return sys::normal_path(cwd + rest.substr(3));
  }
  return path;
}

}  // namespace

FilePattern::FilePattern(std::string_view text, const Surroundings& surroundings) : text_(text) {
  if (text.empty()) throw sys::Error(sys::Kind::invalid, "reading a glob for files: it is empty");
  if (text.starts_with('!'))
    throw sys::Error(sys::Kind::invalid,
                     "reading '{}': a leading '!' negates nothing here; exceptions stand in 'unless', and a "
                     "file whose name begins with it is written \\!",
                     text);
  is_directory_ = text.ends_with('/');
  const bool is_absolute = text.starts_with('/');
  if (is_directory_) text.remove_suffix(1);
  if (!text.empty()) check_components(text);
  const auto [values, rest] = expansion_of(text, surroundings);
  globs_.emplace_back(rest);  // a bad glob is refused also where there is no workspace to expand it for
  globs_.clear();
  if (rest.size() != text.size() || is_absolute) {
    for (const std::string& value : values) add(value == "/" ? "" : value, rest);
  } else if (text.find('/') == std::string_view::npos || text.starts_with("**/")) {
    globs_.emplace_back(text.starts_with("**") ? std::string(text) : "**/" + std::string(text));
  } else {
    for (const std::string& workspace : surroundings.workspaces)
      add(workspace == "/" ? "" : workspace, "/" + std::string(text));
  }
}

// Links in what is stood for are followed for narrow patterns, too, but not those in a path that is written
// out.
std::vector<std::string> written_out(const std::string& pattern, const Surroundings& surroundings) {
  const bool is_directory = pattern.ends_with('/');
  const std::string_view text = std::string_view(pattern).substr(0, pattern.size() - (is_directory ? 1 : 0));
  if (text.empty() || text.starts_with('/') || text.starts_with("**/")) return {pattern};
  Expansion meant = expansion_of(text, surroundings);
  const bool is_relative = meant.rest.size() == text.size();
  if (is_relative && text.find('/') == std::string_view::npos) return {pattern};
  if (is_relative) meant.values = surroundings.workspaces;
  const std::string rest = (is_relative ? "/" : "") + std::string(meant.rest) + (is_directory ? "/" : "");
  std::vector<std::string> written;
  const auto add = [&](const std::string& directory) {
    const std::string path = glob_quoted(directory == "/" ? "" : directory) + rest;
    written.push_back(path.empty() ? "/" : path);
  };
  for (const std::string& value : meant.values) {
    add(value);
    if (const std::string real = sys::real_path_of_missing(value); real != value) add(real);
  }
  return written.empty() ? std::vector<std::string>{pattern} : written;
}

void FilePattern::add(const std::string& value, std::string_view glob) {
  globs_.emplace_back(glob_quoted(value) + std::string(glob));
  if (value.empty() && glob.empty()) globs_.emplace_back("/");  // the root, which has no name of its own
  const std::string real_value = value.empty() ? value : sys::real_path_of_missing(value);
  if (real_value != value) globs_.emplace_back(glob_quoted(real_value) + std::string(glob));
  const std::size_t length = literal_directory(glob);
  const std::string directory = value + std::string(glob.substr(0, length));
  if (!directory.starts_with('/')) return;
  const std::string real = sys::real_path_of_missing(directory);
  if (real != directory) linked_.emplace_back(glob_quoted(real) + std::string(glob.substr(length)));
}

std::vector<std::string> FilePattern::stems() const {
  std::vector<std::string> stems;
  for (const auto* globs : {&globs_, &linked_})
    for (const PathGlob& glob : *globs) stems.push_back(glob.stem());
  return stems;
}

bool FilePattern::matches(std::string_view path, Reach reach) const {
  const auto hit = [&](const PathGlob& glob) { return glob.matches(path); };
  return std::any_of(globs_.begin(), globs_.end(), hit) ||
         (reach == Reach::wide && std::any_of(linked_.begin(), linked_.end(), hit));
}

bool FilePattern::matches_directory(std::string_view path, Reach reach) const {
  return matches(path, reach) || matches(std::string(path) + "/", reach);
}

bool FilePattern::covers(std::string_view path, Reach reach) const {
  const auto covers = [](std::string_view what) {
    return [what](const PathGlob& glob) { return glob.covers(what); };
  };
  if (reach == Reach::wide)
    return std::any_of(globs_.begin(), globs_.end(), covers(path)) ||
           std::any_of(linked_.begin(), linked_.end(), covers(path));
  // Whether the path itself is a directory is not certain; what lies on its way is.
  if (is_directory_) return std::any_of(globs_.begin(), globs_.end(), covers(sys::parent_of(path)));
  return std::any_of(globs_.begin(), globs_.end(), [&](const PathGlob& glob) {
    return glob.ends_in_name() ? glob.covers(path) : glob.matches(path);
  });
}

std::optional<std::vector<std::string>> FilePattern::names() const {
  std::vector<std::string> names;
  for (const auto* globs : {&globs_, &linked_}) {
    for (const PathGlob& glob : *globs) {
      const std::optional<std::string> name = glob.name();
      if (!name) return std::nullopt;
      names.push_back(*name);
    }
  }
  return names;
}

NamedFile named_file(std::string_view word, const std::string& cwd, Resolve resolve,
                     const sandbox::FollowLinks& follow) {
  const std::string path = word.starts_with('/') ? std::string(word) : cwd + "/" + std::string(word);
  NamedFile file{without_own_links(sys::normal_path(path), cwd), std::nullopt};
  if (resolve == Resolve::by_name) {
    file.real = file.plain;
  } else if (word.find('\0') == std::string_view::npos) {
    file.real = follow ? follow(std::string(word)) : sandbox::destination_here(path);
  }
  return file;
}

}  // namespace policy
