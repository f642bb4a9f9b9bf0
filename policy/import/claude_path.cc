#include "policy/import/claude_path.h"

#include "policy/file_pattern.h"
#include "policy/glob.h"
#include "sandbox/sys/error.h"
#include "sandbox/sys/path.h"

namespace policy {
namespace {

/// "name", "name/" or "name/**": gitignore means the first two at any depth.
bool is_one_name(std::string_view path) {
  const std::size_t slash = path.find('/');
  return slash == std::string_view::npos || slash + 1 == path.size();
}

bool is_one_tree(std::string_view path) {
  return path.ends_with("/**") && path.substr(0, path.size() - 3).find('/') == std::string_view::npos;
}

std::string pattern_of(std::string_view text, Verdict verdict, const std::string& anchor, ClaudePath& made) {
  if (text.starts_with("//")) return std::string(text.substr(1));
  if (text.starts_with("~/")) return std::string(text);
  if (text.starts_with('/')) return anchor + std::string(text);
  const bool is_dotted = text.starts_with("./");
  const std::string_view path = is_dotted ? text.substr(2) : text;
  const std::string here = "${workspaces}/";
  if (is_one_name(path) && (!is_dotted || verdict != Verdict::allow)) {
    made.is_widened = is_dotted;
    return here + "**/" + std::string(path);
  }
  made.is_narrowed = is_one_name(path);
  const bool is_deep = is_one_tree(path) && verdict != Verdict::allow && !path.starts_with("**");
  return here + (is_deep ? "**/" : "") + std::string(path);
}

}  // namespace

std::string claude_anchor(const std::string& settings_file, const Surroundings& surroundings) {
  const std::string directory = sys::parent_of(settings_file);
  if (directory == surroundings.home + "/.claude") return "~/.claude";
  return sys::base_name(directory) == ".claude" ? "${workspace}" : glob_quoted(directory);
}

ClaudePath read_claude_path(std::string_view text, Verdict verdict, const std::string& anchor,
                            const Surroundings& surroundings) {
  ClaudePath path;
  try {
    if (text.empty() || text.starts_with('!'))
      throw sys::Error(sys::Kind::invalid,
                       text.empty() ? "it is empty" : "it takes something back, which no pattern does here");
    path.pattern = pattern_of(text, verdict, anchor, path);
    if (path.pattern.starts_with('@')) path.pattern.insert(0, "\\");
    const FilePattern checked(path.pattern, surroundings);
  } catch (const sys::Error& error) {
    path.pattern.clear();
    path.fault = error.what();
  }
  return path;
}

}  // namespace policy
