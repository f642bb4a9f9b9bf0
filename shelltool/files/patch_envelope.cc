#include "shelltool/files/patch_envelope.h"

#include <algorithm>
#include <utility>

#include "sandbox/sys/nearest.h"
#include "sandbox/sys/text.h"

namespace shelltool::files {
namespace {

using Sign = PatchLine::Sign;

constexpr std::string_view begin_marker = "*** Begin Patch", end_marker = "*** End Patch",
                           end_of_file = "*** End of File";
constexpr std::string_view add_marker = "*** Add File:", delete_marker = "*** Delete File:",
                           update_marker = "*** Update File:", move_marker = "*** Move to:";

bool is_heredoc(std::string_view line) {
  if (line.starts_with("apply_patch ")) line = without_blanks_around(line.substr(12));
  return line == "<<EOF" || line == "<<'EOF'" || line == "<<\"EOF\"";
}

class EnvelopeReader {
 public:
  explicit EnvelopeReader(std::string_view text) : lines_(lines_of(text)), end_(lines_.size()) {}

  std::vector<FileChange> read() {
    open();
    std::vector<FileChange> changes;
    for (skip_blank_lines(); !is_done(); skip_blank_lines()) changes.push_back(change());
    if (changes.empty()) fail("the patch changes no file");
    return changes;
  }

 private:
  [[noreturn]] void fail(const std::string& sentence) const {
    throw PatchError(std::min(next_, lines_.size() - 1) + 1, sentence);
  }

  [[nodiscard]] std::string_view line() const { return lines_[next_].text; }
  [[nodiscard]] std::string_view trimmed() const { return without_blanks_around(line()); }
  [[nodiscard]] bool is_done() const { return next_ == end_; }

  void skip_blank_lines() {
    while (!is_done() && trimmed().empty()) ++next_;
  }

  /// Leaves next_ and end_ around what stands between the two markers.
  void open() {
    skip_blank_lines();
    while (end_ > next_ && without_blanks_around(lines_[end_ - 1].text).empty()) --end_;
    if (is_heredoc(trimmed()) && without_blanks_around(lines_[end_ - 1].text) == "EOF") ++next_, --end_;
    if (next_ >= end_ || trimmed() != begin_marker) fail("the patch begins with '*** Begin Patch'");
    if (end_ - next_ < 2 || without_blanks_around(lines_[end_ - 1].text) != end_marker) {
      next_ = end_ - 1;
      fail("the patch is not complete: its last line is '*** End Patch'");
    }
    ++next_, --end_;
  }

  std::string path_behind(std::string_view marker) const {
    const std::string_view path = without_blanks_around(trimmed().substr(marker.size()));
    if (path.empty()) fail(fmt::format("'{}' names no file", marker));
    return std::string(path);
  }

  FileChange change() {
    FileChange change;
    change.at_line = next_ + 1;
    if (trimmed().starts_with(add_marker)) {
      change.kind = FileChange::Kind::create;
      change.path = path_behind(add_marker);
      ++next_;
      change.hunks = {added_lines()};
    } else if (trimmed().starts_with(delete_marker)) {
      change.kind = FileChange::Kind::remove;
      change.path = path_behind(delete_marker);
      ++next_;
    } else if (trimmed().starts_with(update_marker)) {
      change.path = path_behind(update_marker);
      ++next_;
      update(change);
    } else {
      fail_header();
    }
    return change;
  }

  [[noreturn]] void fail_header() const {
    std::string sentence = fmt::format(
        "found {} where '*** Add File: PATH', '*** Update File: PATH' or '*** Delete File: PATH' is due",
        sys::shown(trimmed()));
    const std::string head(trimmed().substr(0, trimmed().find(':') + 1));
    const std::string near =
        sys::nearest(head, {std::string(add_marker), std::string(delete_marker), std::string(update_marker)});
    if (!near.empty()) sentence += fmt::format("; is '{}' meant?", near);
    if (!trimmed().starts_with("***")) sentence += "; each line of a file begins with '+', '-' or a space";
    fail(sentence);
  }

  Hunk added_lines() {
    Hunk hunk;
    hunk.at_line = next_ + 1;
    for (; !is_done() && line().starts_with('+'); ++next_)
      hunk.lines.push_back({Sign::add, std::string(line().substr(1)), LineEnd::lf});
    return hunk;
  }

  void update(FileChange& change) {
    if (!is_done() && trimmed().starts_with(move_marker)) {
      change.kind = FileChange::Kind::move;
      change.to = path_behind(move_marker);
      ++next_;
    }
    for (skip_blank_lines(); !is_done() && !line().starts_with("***"); skip_blank_lines())
      change.hunks.push_back(hunk());
    if (change.hunks.empty() && change.kind == FileChange::Kind::update) {
      next_ = change.at_line - 1;
      fail(fmt::format("the update of {} has no hunk", sys::shown(change.path)));
    }
  }

  Hunk hunk() {
    Hunk hunk;
    hunk.at_line = next_ + 1;
    for (; !is_done() && line().starts_with("@@"); ++next_)
      if (const std::string_view anchor = anchor_of_line(); !without_blanks_around(anchor).empty())
        hunk.anchors.emplace_back(anchor);
    while (!is_done() && take_line(hunk)) ++next_;
    if (!is_done() && !hunk.lines.empty() && without_blanks_behind(line()) == end_of_file) {
      hunk.is_at_end = true;
      ++next_;
    }
    if (hunk.lines.empty()) {
      if (is_done() || line().starts_with("***")) fail("the hunk that begins before has no lines");
      fail(fmt::format(
          "found {} in a hunk, where each line begins with ' ' (kept), '-' (removed) or '+' (added)",
          sys::shown(line())));
    }
    return hunk;
  }

  [[nodiscard]] std::string_view anchor_of_line() const {
    std::string_view anchor = line().substr(2);
    if (anchor.starts_with(' ')) anchor.remove_prefix(1);
    return anchor;
  }

  /// False when the line is none of a hunk. An empty one is an empty line that is kept.
  bool take_line(Hunk& hunk) const {
    const std::string_view text = line();
    if (text.empty()) {
      hunk.lines.push_back({Sign::keep, {}, {}});
      return true;
    }
    if (text[0] != ' ' && text[0] != '-' && text[0] != '+') return false;
    hunk.lines.push_back({static_cast<Sign>(text[0]), std::string(text.substr(1)), {}});
    return true;
  }

  std::vector<TextLine> lines_;
  std::size_t next_ = 0, end_;
};

}  // namespace

bool is_envelope(std::string_view text) {
  for (const TextLine& line : lines_of(text)) {
    const std::string_view trimmed = without_blanks_around(line.text);
    if (!trimmed.empty()) return trimmed.starts_with(begin_marker) || is_heredoc(trimmed);
  }
  return false;
}

std::vector<FileChange> read_envelope(std::string_view text) { return EnvelopeReader(text).read(); }

}  // namespace shelltool::files
