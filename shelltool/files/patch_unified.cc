#include "shelltool/files/patch_unified.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "sandbox/sys/text.h"
#include "shelltool/files/patch_header.h"

namespace shelltool::files {
namespace {

using Sign = PatchLine::Sign;

/// "12,3" or "12", as in "@@ -12,3 +12,4 @@"; takes it away from `text`.
struct Range {
  std::size_t line = 0, count = 1;
};

std::optional<std::size_t> take_number(std::string_view& text) {
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{}) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

std::optional<Range> take_range(std::string_view& text, std::string_view before) {
  if (!text.starts_with(before)) return std::nullopt;
  text.remove_prefix(before.size());
  Range range;
  const auto line = take_number(text);
  if (!line) return std::nullopt;
  range.line = *line;
  if (!text.starts_with(',')) return range;
  text.remove_prefix(1);
  const auto count = take_number(text);
  if (!count) return std::nullopt;
  range.count = *count;
  return range;
}

class UnifiedReader {
 public:
  explicit UnifiedReader(std::string_view text) : lines_(lines_of(text)) {}

  std::vector<FileChange> read() {
    std::vector<FileChange> changes;
    while (!is_done()) {
      if (begins_file()) {
        changes.push_back(change());
      } else {
        if (line().starts_with("@@ -"))
          fail("a hunk without '--- ' and '+++ ' before it, which name the file");
        ++next_;
      }
    }
    if (!changes.empty()) return changes;
    next_ = 0;
    fail("neither '*** Begin Patch' nor the '--- ' and '+++ ' of a unified diff are there");
  }

 private:
  [[noreturn]] void fail(const std::string& sentence) const { throw PatchError(next_ + 1, sentence); }
  [[nodiscard]] bool is_done() const { return next_ == lines_.size(); }
  [[nodiscard]] std::string_view line() const { return lines_[next_].text; }

  [[nodiscard]] bool begins_file() const {
    if (line().starts_with("diff --git ") || line().starts_with("Binary files ")) return true;
    return line().starts_with("--- ") && next_ + 1 < lines_.size() &&
           lines_[next_ + 1].text.starts_with("+++ ");
  }

  FileChange change() {
    PatchHeader header(next_ + 1);
    while (!is_done() && header.take(next_ + 1, line())) ++next_;
    FileChange change = header.change();
    if (!header.has_names()) return change;
    while (!is_done() && line().starts_with("@@")) change.hunks.push_back(hunk());
    if (change.hunks.empty())
      fail(fmt::format("a hunk of {} is due, '@@ -LINE,COUNT +LINE,COUNT @@'", sys::shown(change.path)));
    check_end();
    check_hunks(change);
    return change;
  }

  /// Lines that look like a hunk's behind its end have been left out of its counts: they are not dropped.
  void check_end() const {
    if (is_done() || line().empty() || begins_file() || line() == "-- ") return;
    if (line()[0] != ' ' && line()[0] != '+' && line()[0] != '-') return;
    fail(fmt::format("the hunk goes on with {} behind the lines that its '@@' counts", sys::shown(line())));
  }

  void check_hunks(const FileChange& change) const {
    for (const Hunk& hunk : change.hunks) {
      const bool adds_only = std::all_of(hunk.lines.begin(), hunk.lines.end(),
                                         [](const PatchLine& l) { return l.sign == Sign::add; });
      if (change.kind == FileChange::Kind::create && (!adds_only || change.hunks.size() > 1))
        throw PatchError(hunk.at_line, "a new file has one hunk, of added lines");
    }
  }

  Hunk hunk() {
    Hunk hunk;
    hunk.at_line = next_ + 1;
    std::string_view rest = line();
    const auto before = take_range(rest, "@@ -");
    const auto after = before ? take_range(rest, " +") : std::nullopt;
    if (!after || !rest.starts_with(" @@"))
      fail(fmt::format("found {} where '@@ -LINE,COUNT +LINE,COUNT @@' is due", sys::shown(line())));
    hunk.stated = Hunk::Stated{before->line, after->line};
    ++next_;
    Sides due{before->count, after->count};
    while (due.old_lines > 0 || due.new_lines > 0) take_line(hunk, due);
    if (hunk.lines.empty()) throw PatchError(hunk.at_line, "the hunk has no lines");
    take_missing_end(hunk, due);
    return hunk;
  }

  /// What is due of a hunk, and whether a line without an end has closed a side.
  struct Sides {
    std::size_t old_lines, new_lines;
    bool is_old_closed = false, is_new_closed = false;
  };

  void take_line(Hunk& hunk, Sides& due) {
    const std::string where = fmt::format("the hunk of line {}", hunk.at_line);
    if (is_done()) {
      next_ = lines_.size() - 1;
      fail(fmt::format("{} ends {} old and {} new lines before what its '@@' counts", where, due.old_lines,
                       due.new_lines));
    }
    if (take_missing_end(hunk, due)) return;
    // Who strips blanks at line ends makes an empty line of a kept empty line.
    const char sign = line().empty() ? ' ' : line()[0];
    const bool is_old = sign == ' ' || sign == '-', is_new = sign == ' ' || sign == '+';
    if (!is_old && !is_new)
      fail(fmt::format("found {} in {}, where each line begins with ' ' (kept), '-' (removed) or '+' (added)",
                       sys::shown(line()), where));
    if ((is_old && due.old_lines == 0) || (is_new && due.new_lines == 0))
      fail(fmt::format("{} has more {} lines than its '@@' counts", where,
                       is_old && due.old_lines == 0 ? "old" : "new"));
    if ((is_old && due.is_old_closed) || (is_new && due.is_new_closed))
      fail(where + " goes on behind a line without an end");
    const LineEnd end = lines_[next_].end == LineEnd::crlf ? LineEnd::crlf : LineEnd::lf;
    hunk.lines.push_back({static_cast<Sign>(sign), std::string(line().substr(line().empty() ? 0 : 1)), end});
    due.old_lines -= is_old ? 1 : 0;
    due.new_lines -= is_new ? 1 : 0;
    ++next_;
  }

  /// "\ No newline at end of file", in whatever language.
  bool take_missing_end(Hunk& hunk, Sides& due) {
    if (is_done() || !line().starts_with("\\ ") || hunk.lines.empty()) return false;
    PatchLine& last = hunk.lines.back();
    if (last.end == LineEnd::crlf) last.text += '\r';
    last.end = LineEnd::none;
    due.is_old_closed = due.is_old_closed || last.sign != Sign::add;
    due.is_new_closed = due.is_new_closed || last.sign != Sign::remove;
    ++next_;
    return true;
  }

  std::vector<TextLine> lines_;
  std::size_t next_ = 0;
};

}  // namespace

std::vector<FileChange> read_unified_diff(std::string_view text) { return UnifiedReader(text).read(); }

}  // namespace shelltool::files
