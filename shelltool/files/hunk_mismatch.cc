#include "shelltool/files/hunk_mismatch.h"

#include <algorithm>

#include "sandbox/sys/text.h"
#include "shelltool/files/nearest_region.h"

namespace shelltool::files {
namespace {

/// An envelope's lines have the ends that the file has there.
std::vector<TextLine> with_ends_of(const std::vector<TextLine>& lines, std::size_t begin,
                                   std::vector<TextLine> wanted) {
  for (std::size_t i = 0; i < wanted.size() && begin + i < lines.size(); ++i)
    wanted[i].end = lines[begin + i].end;
  return wanted;
}

bool same_texts(const std::vector<TextLine>& lines, std::size_t begin, const std::vector<TextLine>& wanted) {
  return begin + wanted.size() <= lines.size() &&
         std::equal(wanted.begin(), wanted.end(), lines.begin() + static_cast<std::ptrdiff_t>(begin),
                    [](const TextLine& a, const TextLine& b) { return a.text == b.text; });
}

/// The lines are there, and the hunk may not stand there nevertheless.
std::string reason(const Hunk& hunk, Patch::Form form, std::size_t place, std::size_t from) {
  if (form == Patch::Form::envelope) {
    if (hunk.is_at_end) return "the hunk says '*** End of File', and they do not end the file";
    if (place < from)
      return fmt::format("hunks follow the order of the file, and the one before or its '@@' is at line {}",
                         from);
    return "they do not follow the hunk's '@@' lines";
  }
  if (hunk.stated->old_line <= 1 && place > 0) return "the hunk says that it begins the file";
  if (hunk.lines.back().sign != PatchLine::Sign::keep)
    return "the hunk keeps no line behind its changes, so that it ends the file; add the lines that follow";
  return "line ends differ, or a hunk before has changed them";
}

std::string missing_anchor(const std::vector<TextLine>& lines, const Hunk& hunk, std::size_t from) {
  auto next = lines.begin() + static_cast<std::ptrdiff_t>(std::min(from, lines.size()));
  for (const std::string& anchor : hunk.anchors) {
    next = std::find_if(next, lines.end(), [&](const TextLine& line) {
      return without_blanks_around(line.text) == without_blanks_around(anchor);
    });
    if (next == lines.end()) return anchor;
    ++next;
  }
  return {};
}

std::string name_of(const FileChange& change, std::size_t number) {
  return fmt::format("hunk {} of {} (line {} of the patch)", number + 1, sys::shown(change.path),
                     change.hunks[number].at_line);
}

}  // namespace

std::string several_text(const FileChange& change, std::size_t number, std::size_t first,
                         std::size_t second) {
  return fmt::format(
      "{} can stand at line {} and at line {}, where its lines are alike but for indentation or punctuation: "
      "give them as the file has them, or say '@@ LINE' with a line before",
      name_of(change, number), first + 1, second + 1);
}

std::string mismatch_text(const std::vector<TextLine>& lines, const FileChange& change, Patch::Form form,
                          std::size_t number, std::size_t from) {
  const Hunk& hunk = change.hunks[number];
  std::string text = name_of(change, number) + " does not apply: ";
  std::vector<TextLine> wanted = old_lines_of(hunk);
  if (const std::string anchor = missing_anchor(lines, hunk, from); !anchor.empty()) {
    text += fmt::format("no line behind line {} is {}, which its '@@' names", from, sys::shown(anchor));
    const auto near = nearest_region(lines, {{anchor, LineEnd::lf}});
    return near ? text + fmt::format("; nearest is line {}: {}", *near + 1, sys::shown(lines[*near].text))
                : text;
  }
  if (wanted.empty()) {
    return text +
           fmt::format(
               "it only adds lines, at line {} of a file that has {}; keep a line before and behind them",
               hunk.stated ? hunk.stated->old_line : 0, lines.size());
  }
  const auto near = nearest_region(lines, wanted);
  if (!near) {
    text += fmt::format("nothing in the file ({} lines) resembles the lines that it keeps and removes:\n",
                        lines.size());
    return text + compared({}, 0, wanted);
  }
  if (form == Patch::Form::envelope) wanted = with_ends_of(lines, *near, wanted);
  if (same_texts(lines, *near, wanted))
    return text + fmt::format("its lines stand at line {}, but {}\n{}", *near + 1,
                              reason(hunk, form, *near, from), compared(lines, *near, wanted));
  return text + fmt::format("nearest is line {} (- is what the hunk says, + what the file has):\n{}",
                            *near + 1, compared(lines, *near, wanted));
}

}  // namespace shelltool::files
