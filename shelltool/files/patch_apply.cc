#include "shelltool/files/patch_apply.h"

#include <algorithm>

#include "shelltool/files/hunk_place.h"

namespace shelltool::files {
namespace {

using Sign = PatchLine::Sign;

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

/// The new text, line by line. A line that is added has the end that it says, where the file's lines are as
/// the patch says, and otherwise that of the line which it replaces or follows.
class NewText {
 public:
  explicit NewText(const std::vector<TextLine>& lines) : lines_(lines) {}

  void copy_to(std::size_t end) {
    for (; next_ < end; ++next_) put(lines_[next_].text, lines_[next_].end);
  }

  /// Hunk lines behind the old lines that were placed are none of the file's.
  void replace(const Hunk& hunk, const Placement& place) {
    copy_to(place.begin);
    removed_.clear();
    for (const PatchLine& line : hunk.lines) {
      if (line.sign == Sign::add) {
        add(line, place.likeness);
      } else if (next_ < place.begin + place.count) {
        if (line.sign == Sign::remove) {
          removed_.push_back(lines_[next_++].end);
        } else {
          removed_.clear();
          copy_to(next_ + 1);
        }
        added_ = 0;
      }
    }
  }

  std::string take() {
    copy_to(lines_.size());
    return std::move(text_);
  }

 private:
  void add(const PatchLine& line, Likeness likeness) {
    const bool as_said = line.end && (likeness == Likeness::exact || *line.end == LineEnd::none);
    put(line.text, as_said ? *line.end : usual_end());
    ++added_;
  }

  [[nodiscard]] LineEnd usual_end() const {
    LineEnd end = LineEnd::none;
    if (!removed_.empty()) end = removed_[std::min(added_, removed_.size() - 1)];
    for (std::size_t i = next_; end == LineEnd::none && i-- > 0;) end = lines_[i].end;
    if (end == LineEnd::none && !lines_.empty()) end = lines_.front().end;
    return end == LineEnd::none ? LineEnd::lf : end;
  }

  void put(std::string_view line, LineEnd end) {
    if (is_open_) text_ += bytes_of(usual_end());  // what ended the file, and no longer does
    text_.append(line).append(bytes_of(end));
    is_open_ = end == LineEnd::none;
  }

  const std::vector<TextLine>& lines_;
  std::size_t next_ = 0;
  std::string text_;
  bool is_open_ = false;
  std::vector<LineEnd> removed_;  ///< by the hunk, since it last kept a line
  std::size_t added_ = 0;         ///< since it last kept or removed one
};

bool names_byte_order_mark(const FileChange& change) {
  return std::any_of(change.hunks.begin(), change.hunks.end(), [](const Hunk& hunk) {
    return std::any_of(hunk.lines.begin(), hunk.lines.end(),
                       [](const PatchLine& line) { return line.text.starts_with(byte_order_mark); });
  });
}

}  // namespace

Applied apply_hunks(std::string_view content, const FileChange& change, Patch::Form form) {
  const bool set_aside = content.starts_with(byte_order_mark) && !names_byte_order_mark(change);
  const std::vector<TextLine> lines = lines_of(content.substr(set_aside ? byte_order_mark.size() : 0));
  const std::vector<Placement> places = PlaceFinder(lines, form).place(change);
  Applied applied;
  std::vector<std::size_t> order(places.size());
  for (std::size_t i = 0; i < places.size(); ++i) {
    order[i] = i;
    applied.places.push_back({places[i].begin + 1, places[i].offset, places[i].likeness});
  }
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return places[a].begin < places[b].begin; });
  NewText text(lines);
  for (const std::size_t i : order) text.replace(change.hunks[i], places[i]);
  applied.content = std::string(set_aside ? byte_order_mark : "") + text.take();
  return applied;
}

}  // namespace shelltool::files
