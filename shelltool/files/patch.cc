#include "shelltool/files/patch.h"

#include "shelltool/files/patch_envelope.h"
#include "shelltool/files/patch_unified.h"

namespace shelltool::files {

std::vector<TextLine> old_lines_of(const Hunk& hunk) {
  std::vector<TextLine> lines;
  for (const PatchLine& line : hunk.lines)
    if (line.sign != PatchLine::Sign::add) lines.push_back({line.text, line.end.value_or(LineEnd::lf)});
  return lines;
}

Patch read_patch(std::string_view text) {
  if (is_envelope(text)) return {Patch::Form::envelope, read_envelope(text)};
  return {Patch::Form::unified, read_unified_diff(text)};
}

}  // namespace shelltool::files
