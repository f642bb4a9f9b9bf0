#include "shelltool/files/hunk_place.h"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "shelltool/files/hunk_mismatch.h"
#include "shelltool/files/plain_punctuation.h"

namespace shelltool::files {
namespace {

using Sign = PatchLine::Sign;

constexpr std::array unified_ladder{Likeness::exact, Likeness::line_ends};
constexpr std::array envelope_ladder{Likeness::exact, Likeness::blanks_behind, Likeness::blanks_around,
                                     Likeness::punctuation};

/// Knuth, Morris and Pratt: files and patches are anybody's, and may be made to be slow. Calls `found` with
/// each place from `from` on until it returns false.
template <class Key, class Found>
void for_each_place(const std::vector<Key>& in, const std::vector<Key>& wanted, std::size_t from,
                    Found found) {
  std::vector<std::size_t> border(wanted.size() + 1, 0);
  for (std::size_t i = 1, k = 0; i < wanted.size(); ++i) {
    while (k > 0 && !(wanted[i] == wanted[k])) k = border[k];
    if (wanted[i] == wanted[k]) ++k;
    border[i + 1] = k;
  }
  for (std::size_t i = from, k = 0; i < in.size(); ++i) {
    while (k > 0 && !(in[i] == wanted[k])) k = border[k];
    if (in[i] == wanted[k]) ++k;
    if (k < wanted.size()) continue;
    if (!found(i + 1 - k)) return;
    k = border[k];
  }
}

template <class Key>
bool stands_at(const std::vector<Key>& in, const std::vector<Key>& wanted, std::size_t at) {
  return at <= in.size() && wanted.size() <= in.size() - at &&
         std::equal(wanted.begin(), wanted.end(), in.begin() + static_cast<std::ptrdiff_t>(at));
}

std::size_t count_of(const Hunk& hunk, Sign without) {
  return static_cast<std::size_t>(std::count_if(hunk.lines.begin(), hunk.lines.end(),
                                                [&](const PatchLine& line) { return line.sign != without; }));
}

std::size_t empty_lines_behind(const Hunk& hunk) {
  const auto end = std::find_if(hunk.lines.rbegin(), hunk.lines.rend(), [](const PatchLine& line) {
    return line.sign != Sign::keep || !line.text.empty();
  });
  return static_cast<std::size_t>(end - hunk.lines.rbegin());
}

/// Blocks that differ in indentation only are different code.
bool is_a_guess(const Hunk& hunk, const Placement& place) {
  return place.next && place.likeness >= Likeness::blanks_around && hunk.anchors.empty();
}

}  // namespace

PlaceFinder::Keys PlaceFinder::keys_of(const std::vector<TextLine>& lines, Likeness likeness,
                                       std::deque<std::string>& texts) const {
  Keys keys;
  keys.reserve(lines.size());
  for (const TextLine& line : lines) {
    Key key{line.text, LineEnd::lf};
    if (form_ == Patch::Form::unified && (likeness == Likeness::exact || line.end == LineEnd::none))
      key.end = line.end;
    if (likeness == Likeness::blanks_behind) key.text = without_blanks_behind(line.text);
    if (likeness == Likeness::blanks_around) key.text = without_blanks_around(line.text);
    if (likeness == Likeness::punctuation)
      key.text = without_blanks_around(texts.emplace_back(with_plain_punctuation(line.text)));
    keys.push_back(key);
  }
  return keys;
}

const PlaceFinder::Keys& PlaceFinder::file_keys(Likeness likeness) {
  const auto found = keys_.find(likeness);
  if (found != keys_.end()) return found->second;
  return keys_.emplace(likeness, keys_of(lines_, likeness, texts_)).first->second;
}

bool PlaceFinder::is_free(std::size_t begin, std::size_t count) const {
  const auto next = taken_.lower_bound(begin);
  if (next != taken_.end() && next->first < begin + count) return false;
  return next == taken_.begin() || std::prev(next)->second <= begin;
}

std::optional<Placement> PlaceFinder::place_unified(const Hunk& hunk) {
  const std::vector<TextLine> wanted = old_lines_of(hunk);
  const bool begins_file = hunk.stated->old_line <= 1;
  const bool ends_file = hunk.lines.back().sign != Sign::keep;
  if (wanted.empty() && hunk.stated->old_line != lines_.size()) return std::nullopt;
  if (wanted.size() > lines_.size()) return std::nullopt;
  const long stated = static_cast<long>(std::max<std::size_t>(hunk.stated->new_line, 1)) - 1 - shift_;
  const std::size_t last = lines_.size() - wanted.size();
  const std::size_t expected = static_cast<std::size_t>(std::clamp<long>(stated, 0, static_cast<long>(last)));
  const auto fits = [&](std::size_t at) {
    return is_free(at, wanted.size()) && (!begins_file || at == 0) && (!ends_file || at == last);
  };
  for (const Likeness likeness : unified_ladder) {
    std::deque<std::string> texts;
    const Keys keys = keys_of(wanted, likeness, texts);
    const Keys& file = file_keys(likeness);
    std::optional<std::size_t> best;
    const auto distance = [&](std::size_t at) { return at > expected ? at - expected : expected - at; };
    const auto better = [&](std::size_t at) {
      return !best || distance(at) < distance(*best) || (distance(at) == distance(*best) && at > *best);
    };
    if (fits(expected) && stands_at(file, keys, expected)) {
      best = expected;
    } else if (begins_file || ends_file || wanted.empty()) {
      const std::size_t at = begins_file ? 0 : last;
      if (fits(at) && stands_at(file, keys, at)) best = at;
    } else {
      for_each_place(file, keys, 0, [&](std::size_t at) {
        if (fits(at) && better(at)) best = at;
        return at <= expected || !best || at - expected < distance(*best);
      });
    }
    if (best) return Placement{*best, wanted.size(), likeness, static_cast<long>(*best) - stated};
  }
  return std::nullopt;
}

std::optional<Placement> PlaceFinder::first_alike(const std::vector<TextLine>& wanted, bool is_at_end) {
  if (wanted.size() > lines_.size()) return std::nullopt;
  for (const Likeness likeness : envelope_ladder) {
    std::deque<std::string> texts;
    const Keys keys = keys_of(wanted, likeness, texts);
    std::vector<std::size_t> places;
    const std::size_t from = is_at_end ? std::max(cursor_, lines_.size() - wanted.size()) : cursor_;
    for_each_place(file_keys(likeness), keys, from, [&](std::size_t at) {
      places.push_back(at);
      return places.size() < 2;
    });
    if (places.empty()) continue;
    return Placement{places.front(), wanted.size(), likeness, 0,
                     places.size() < 2 ? std::nullopt : std::optional(places.back())};
  }
  return std::nullopt;
}

std::optional<Placement> PlaceFinder::place_envelope(const Hunk& hunk) {
  for (const std::string& anchor : hunk.anchors) {
    const auto found = first_alike({{anchor, LineEnd::lf}}, false);
    if (!found) return std::nullopt;
    cursor_ = found->begin + 1;
  }
  std::vector<TextLine> wanted = old_lines_of(hunk);
  if (wanted.empty()) return Placement{hunk.anchors.empty() ? lines_.size() : cursor_, 0, Likeness::exact, 0};
  auto found = first_alike(wanted, hunk.is_at_end);
  // An empty line behind the hunk may be the patch's, not the file's.
  for (std::size_t left = empty_lines_behind(hunk); !found && left > 0 && wanted.size() > 1; --left) {
    wanted.pop_back();
    found = first_alike(wanted, hunk.is_at_end);
  }
  return found;
}

std::vector<Placement> PlaceFinder::place(const FileChange& change) {
  std::vector<Placement> places;
  for (std::size_t i = 0; i < change.hunks.size(); ++i) {
    const Hunk& hunk = change.hunks[i];
    const std::size_t from = cursor_;
    const auto found = form_ == Patch::Form::unified ? place_unified(hunk) : place_envelope(hunk);
    if (!found) throw sys::Error(sys::Kind::invalid, mismatch_text(lines_, change, form_, i, from));
    if (is_a_guess(hunk, *found))
      throw sys::Error(sys::Kind::invalid, several_text(change, i, found->begin, *found->next));
    if (found->count > 0) taken_[found->begin] = found->begin + found->count;
    cursor_ = found->begin + found->count;
    shift_ += static_cast<long>(count_of(hunk, Sign::remove)) - static_cast<long>(found->count);
    places.push_back(*found);
  }
  return places;
}

}  // namespace shelltool::files
