#include "shelltool/files/nearest_region.h"

#include <fmt/core.h>

#include <algorithm>
#include <bitset>
#include <map>
#include <unordered_map>

#include "sandbox/sys/text.h"

namespace shelltool::files {
namespace {

constexpr std::size_t longest_line = 200, most_lines = 40, most_bytes = 12'000;
constexpr std::size_t most_alike = 64;  // places of one line that are looked at: "}" stands everywhere

/// Which pairs of neighbouring letters a line has, by their hash.
using Pairs = std::bitset<256>;

Pairs pairs_of(std::string_view text) {
  Pairs pairs;
  for (std::size_t i = 0; i + 1 < text.size() && i < 4 * longest_line; ++i)
    pairs.set((static_cast<unsigned char>(text[i]) * 31U + static_cast<unsigned char>(text[i + 1])) %
              pairs.size());
  return pairs;
}

/// The line that has most pairs in common with the longest that is wanted.
std::optional<std::size_t> by_letters(const std::vector<TextLine>& lines,
                                      const std::vector<TextLine>& wanted) {
  const auto longest =
      std::max_element(wanted.begin(), wanted.end(), [](const TextLine& a, const TextLine& b) {
        return without_blanks_around(a.text).size() < without_blanks_around(b.text).size();
      });
  const Pairs looked_for = pairs_of(without_blanks_around(longest->text));
  std::optional<std::size_t> best;
  double most = 0.5;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const Pairs there = pairs_of(without_blanks_around(lines[i].text));
    const double all = static_cast<double>((looked_for | there).count());
    const double alike = all == 0 ? 0 : static_cast<double>((looked_for & there).count()) / all;
    if (alike > most) most = alike, best = i;
  }
  if (!best) return std::nullopt;
  const auto before = static_cast<std::size_t>(longest - wanted.begin());
  return *best >= before ? *best - before : 0;
}

std::string shown_line(std::string_view text, bool with_blanks) {
  std::string shown = sys::visible(text.substr(0, longest_line));
  if (with_blanks) {
    std::string marked;
    for (const char c : shown) marked += c == ' ' ? "·" : std::string(1, c);
    shown = marked;
  }
  return shown + (text.size() > longest_line ? "…" : "");
}

std::string_view name_of(LineEnd end) {
  return end == LineEnd::none ? " (no line end)" : end == LineEnd::crlf ? " (CRLF)" : " (LF)";
}

}  // namespace

std::optional<std::size_t> nearest_region(const std::vector<TextLine>& lines,
                                          const std::vector<TextLine>& wanted) {
  if (lines.empty() || wanted.empty()) return std::nullopt;
  std::unordered_map<std::string_view, std::vector<std::size_t>> places;
  for (std::size_t i = 0; i < lines.size(); ++i) places[without_blanks_around(lines[i].text)].push_back(i);
  std::map<std::size_t, std::size_t> votes;  // for a beginning, by letters that stand where they are wanted
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const std::string_view text = without_blanks_around(wanted[i].text);
    const auto found = places.find(text);
    if (text.empty() || found == places.end()) continue;
    for (std::size_t k = 0; k < std::min(found->second.size(), most_alike); ++k)
      if (const std::size_t at = found->second[k]; at >= i)
        votes[at - i] += std::min<std::size_t>(text.size(), 40);
  }
  const auto best = std::max_element(votes.begin(), votes.end(),
                                     [](const auto& a, const auto& b) { return a.second < b.second; });
  return best == votes.end() ? by_letters(lines, wanted) : std::optional(best->first);
}

std::string compared(const std::vector<TextLine>& lines, std::size_t begin,
                     const std::vector<TextLine>& wanted) {
  std::string text;
  std::size_t i = 0;
  for (; i < wanted.size() && i < most_lines && text.size() < most_bytes; ++i) {
    if (begin + i >= lines.size()) {
      text += fmt::format("- {:>6}  {}\n", "", shown_line(wanted[i].text, false));
      continue;
    }
    const TextLine& there = lines[begin + i];
    const bool same_text = there.text == wanted[i].text;
    if (same_text && there.end == wanted[i].end) {
      text += fmt::format("  {:>6}  {}\n", begin + i + 1, shown_line(there.text, false));
      continue;
    }
    const bool by_blanks =
        without_blanks_around(there.text) == without_blanks_around(wanted[i].text) && !same_text;
    text += fmt::format("- {:>6}  {}{}\n", "", shown_line(wanted[i].text, by_blanks),
                        same_text ? name_of(wanted[i].end) : "");
    text += fmt::format("+ {:>6}  {}{}\n", begin + i + 1, shown_line(there.text, by_blanks),
                        same_text ? name_of(there.end) : "");
  }
  if (i < wanted.size()) text += fmt::format("  … and {} lines more\n", wanted.size() - i);
  return text;
}

}  // namespace shelltool::files
