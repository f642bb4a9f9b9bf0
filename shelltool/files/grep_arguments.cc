#include "shelltool/files/grep_arguments.h"

#include <fmt/format.h>

#include "sandbox/sys/nearest.h"
#include "sandbox/sys/path.h"
#include "sandbox/sys/text.h"

namespace shelltool::files {
namespace {

using Mode = GrepRequest::Mode;
using Case = GrepRequest::Case;
using Words = std::vector<std::string>;

constexpr int longest_line = 500;  // bytes of one that are shown

void add_format(const GrepRequest& request, Words& words) {
  words.insert(words.end(), {"--null", "--with-filename"});
  if (request.mode == Mode::files) words.emplace_back("--files-with-matches");
  if (request.mode == Mode::count) words.emplace_back("--count");
  if (request.mode != Mode::content) return;
  words.insert(words.end(), {"--no-heading", "--line-number", fmt::format("--max-columns={}", longest_line),
                             "--max-columns-preview", fmt::format("--before-context={}", request.before),
                             fmt::format("--after-context={}", request.after)});
}

void add_pattern(const GrepRequest& request, Words& words) {
  words.emplace_back(request.letters == Case::smart         ? "--smart-case"
                     : request.letters == Case::insensitive ? "--ignore-case"
                                                            : "--case-sensitive");
  if (request.is_fixed) words.emplace_back("--fixed-strings");
  if (request.is_multiline) words.insert(words.end(), {"--multiline", "--multiline-dotall"});
  words.insert(words.end(), {"--regexp", request.pattern});  // "--regexp==" would lose a '='
}

/// A glob is about paths from the directory that is searched; an absolute one is made so.
std::string relative_glob(const std::string& glob, const std::string& root) {
  const bool is_negated = glob.starts_with('!');
  const std::string path = glob.substr(is_negated ? 1 : 0);
  if (root == "/" || !path.starts_with('/') || !sys::is_within(path, root) || path == root) return glob;
  return (is_negated ? "!" : "") + path.substr(root.size());
}

/// The last glob that matches decides. Hidden files are searched, since `.github` and the like are sources,
/// too.
void add_scope(const GrepRequest& request, const GrepScope& scope, Words& words) {
  words.insert(words.end(), {"--hidden", "--no-ignore-messages"});
  if (scope.has_ignored) words.emplace_back("--no-ignore");
  for (const std::string& glob : request.globs)
    words.insert(words.end(), {"--glob", relative_glob(glob, scope.root)});
  if (!request.type.empty()) words.push_back("--type=" + request.type);
  words.emplace_back("--glob=!.git");
  if (scope.root == "/") words.insert(words.end(), {"--glob=!/proc", "--glob=!/sys", "--glob=!/dev"});
}

std::vector<std::string> known_types() {
  std::string text;
  RipgrepRun run;
  run.arguments = {"--type-list"};
  ripgrep(run, [&](std::string_view chunk) { text += chunk; });
  std::vector<std::string> types;
  for (std::size_t begin = 0; begin < text.size(); begin = text.find('\n', begin) + 1)
    types.push_back(text.substr(begin, text.find(':', begin) - begin));
  return types;
}

}  // namespace

RipgrepRun run_of(const GrepRequest& request, const GrepScope& scope,
                  std::chrono::steady_clock::time_point deadline) {
  RipgrepRun run;
  run.deadline = deadline;
  add_format(request, run.arguments);
  add_pattern(request, run.arguments);
  if (scope.has_binary) run.arguments.emplace_back("--text");
  if (scope.file_name.empty()) {
    run.directory = scope.descriptor;
    add_scope(request, scope, run.arguments);
    run.arguments.insert(run.arguments.end(), {"--", "./"});
  } else {
    run.input = scope.descriptor;
    run.arguments.insert(run.arguments.end(), {"--", "-"});
  }
  return run;
}

RipgrepRun listing_of(const GrepRequest& request, const GrepScope& scope,
                      std::chrono::steady_clock::time_point deadline) {
  RipgrepRun run;
  run.deadline = deadline;
  run.directory = scope.descriptor;
  run.arguments = {"--files", "--null"};
  add_scope(request, scope, run.arguments);
  run.arguments.insert(run.arguments.end(), {"--", "./"});
  return run;
}

std::string explained_failure(const GrepRequest& request, const std::string& failure) {
  if (failure.find("is not allowed in a regex") != std::string::npos)
    return "the pattern has a line break in it, and matches are looked for within lines; say multiline: true";
  if (failure.starts_with("unrecognized file type")) {
    const std::string near = sys::nearest(request.type, known_types());
    return fmt::format("there is no type {}{}; 'glob' takes any name", sys::shown(request.type),
                       near.empty() ? "" : fmt::format(", did you mean {}?", near));
  }
  if (failure.find("parsing glob") != std::string::npos) return failure;
  return fmt::format(
      "the pattern {} is no regular expression: {}; say fixed: true to search for it as plain text",
      sys::shown(request.pattern), failure);
}

}  // namespace shelltool::files
