#include "shelltool/files/line_diff.h"

#include <fmt/core.h>

#include <algorithm>
#include <vector>

#include "sandbox/sys/text.h"

namespace shelltool::files {
namespace {

using Lines = std::vector<std::string_view>;

constexpr std::size_t around = 2;
constexpr std::size_t longest_line = 200;
constexpr std::size_t most_edits =
    4000;  // beyond, the rest is shown as replaced: the work grows with its square

Lines lines_of(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return lines;
}

/// One line of the script that leads from one text to the other.
struct Step {
  char sign;  // ' ', '-', '+'
  std::string_view line;
  std::size_t old_line, new_line;  // from 0: how many of each stand before it
};

/// Myers, "An O(ND) difference algorithm": the furthest points reached with d edits, for each d.
std::vector<std::vector<long>> furthest_points(const Lines& a, const Lines& b) {
  const long n = static_cast<long>(a.size()), m = static_cast<long>(b.size());
  const long most = std::min<long>(n + m, most_edits);
  std::vector<long> reach(static_cast<std::size_t>(2 * most + 3), 0);
  std::vector<std::vector<long>> history;
  const auto at = [&](long k) -> long& { return reach[static_cast<std::size_t>(k + most + 1)]; };
  for (long d = 0; d <= most; ++d) {
    history.emplace_back();
    for (long k = -d; k <= d; k += 2) {
      const bool down = k == -d || (k != d && at(k - 1) < at(k + 1));
      long x = down ? at(k + 1) : at(k - 1) + 1;
      while (x < n && x - k < m && a[static_cast<std::size_t>(x)] == b[static_cast<std::size_t>(x - k)]) ++x;
      at(k) = x;
      history.back().push_back(x);
      if (x >= n && x - k >= m) return history;
    }
  }
  return {};
}

std::vector<Step> script(const Lines& a, const Lines& b) {
  std::vector<Step> steps;
  const auto history = furthest_points(a, b);
  std::size_t x = a.size(), y = b.size();
  const auto add = [&](char sign) {
    if (sign != '+') --x;
    if (sign != '-') --y;
    steps.push_back({sign, sign == '+' ? b[y] : a[x], x, y});
  };
  for (std::size_t d = history.size(); d-- > 1;) {
    // history[d - 1] holds diagonals -(d-1), -(d-3), …, d-1.
    const long k = static_cast<long>(x) - static_cast<long>(y), reach = static_cast<long>(d) - 1;
    const auto before = [&](long diagonal) {
      const bool is_there = diagonal >= -reach && diagonal <= reach;
      return is_there ? history[d - 1][static_cast<std::size_t>((diagonal + reach) / 2)] : -1;
    };
    const bool down = before(k - 1) < before(k + 1);
    const long from = down ? before(k + 1) : before(k - 1) + 1;
    while (static_cast<long>(x) > from) add(' ');
    add(down ? '+' : '-');
  }
  if (history.empty()) {
    while (y > 0) add('+');
    while (x > 0) add('-');
  }
  while (x > 0) add(' ');
  std::reverse(steps.begin(), steps.end());
  return steps;
}

std::string shown(const Step& step) {
  std::string_view line = step.line;
  if (line.ends_with('\n')) line.remove_suffix(1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  std::string text(1, step.sign);
  std::string_view rest = sys::cut(line, longest_line);
  for (std::size_t tab = rest.find('\t'); tab != std::string_view::npos; tab = rest.find('\t')) {
    text += sys::visible(rest.substr(0, tab)) + '\t';
    rest.remove_prefix(tab + 1);
  }
  return text + sys::visible(rest) + (line.size() > longest_line ? "…\n" : "\n");
}

}  // namespace

namespace {

/// "12,3", as unified diffs have it: where there are no lines, the one before.
std::string range(std::size_t before, std::size_t count) {
  const std::size_t first = count == 0 ? before : before + 1;
  return count == 1 ? fmt::format("{}", first) : fmt::format("{},{}", first, count);
}

std::string hunk(const Step* begin, const Step* end) {
  std::size_t old_lines = 0, new_lines = 0;
  std::string text;
  for (const Step* step = begin; step != end; ++step) {
    if (step->sign != '+') ++old_lines;
    if (step->sign != '-') ++new_lines;
    text += shown(*step);
  }
  return fmt::format("@@ -{} +{} @@\n", range(begin->old_line, old_lines),
                     range(begin->new_line, new_lines)) +
         text;
}

}  // namespace

std::string line_diff(std::string_view before, std::string_view after) {
  const std::vector<Step> steps = script(lines_of(before), lines_of(after));
  std::string text;
  std::size_t begin = 0, end = 0;  // of the hunk that is being put together
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (steps[i].sign == ' ') continue;
    const std::size_t first = i < around ? 0 : i - around;
    if (end != 0 && first > end) text += hunk(&steps[begin], steps.data() + end);
    if (end == 0 || first > end) begin = first;
    end = i + 1;
    while (end < steps.size() && end < i + 1 + around && steps[end].sign == ' ') ++end;
  }
  return end == 0 ? text : text + hunk(&steps[begin], steps.data() + end);
}

}  // namespace shelltool::files
