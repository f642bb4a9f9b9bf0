#include "shelltool/files/text_edit.h"

#include <algorithm>
#include <optional>

#include "sandbox/sys/text.h"
#include "shelltool/files/encoding.h"
#include "shelltool/files/file_error.h"
#include "shelltool/files/nearest_region.h"
#include "shelltool/files/text_lines.h"

namespace shelltool::files {
namespace {

constexpr std::size_t most_put_in = 64 * 1024 * 1024;

/// A place in the content, and what comes there.
struct Place {
  std::size_t begin, length;
  std::string after;
  std::size_t edit;  // from 0
};

bool is_utf16(Encoding encoding) { return encoding == Encoding::utf16le || encoding == Encoding::utf16be; }

std::string with_ends(std::string_view text, std::string_view end) {
  std::string result;
  for (std::size_t at = 0;;) {
    const std::size_t newline = text.find('\n', at);
    if (newline == std::string_view::npos) return result.append(text.substr(at));
    const std::size_t line_end = newline > at && text[newline - 1] == '\r' ? newline - 1 : newline;
    result.append(text.substr(at, line_end - at)).append(end);
    at = newline + 1;
  }
}

/// Whether a well-formed character of UTF-8 goes on at `offset`.
bool is_inside_character(std::string_view content, std::size_t offset) {
  for (std::size_t back = 1; back <= std::min<std::size_t>(3, offset); ++back)
    if (sys::utf8_length(content.substr(offset - back)) > back) return true;
  return false;
}

bool has_wide_character(std::string_view content) {
  for (std::size_t at = 0; at < content.size(); ++at)
    if (static_cast<unsigned char>(content[at]) >= 0xC0 && sys::utf8_length(content.substr(at)) > 1)
      return true;
  return false;
}

/// The ends of the lines that places lie in, which are asked for in their order.
class LineEnds {
 public:
  LineEnds(std::string_view content, Encoding encoding)
      : content_(content), newline_(*encoded("\n", encoding)), both_(*encoded("\r\n", encoding)) {}

  /// Where it is the last line, the end of the one before.
  std::string_view at(std::size_t offset) {
    if (!next_ || *next_ < offset) next_ = content_.find(newline_, offset);
    if (*next_ == std::string_view::npos && !last_) last_ = content_.rfind(newline_);
    const std::size_t at = *next_ == std::string_view::npos ? *last_ : *next_;
    if (at == std::string_view::npos) return "\n";
    const std::size_t extra = both_.size() - newline_.size();
    return at >= extra && content_.substr(at - extra, both_.size()) == both_ ? "\r\n" : "\n";
  }

 private:
  std::string_view content_;
  std::string newline_, both_;
  std::optional<std::size_t> next_, last_;
};

/// One content that edits are looked for in.
class Target {
 public:
  Target(std::string_view content, const std::string& name)
      : content_(content), name_(sys::visible(name)), encoding_(encoding_of(content)) {}

  [[nodiscard]] std::vector<Place> places_of(const TextEdit& edit, std::size_t number) const {
    check(edit, number);
    for (const Encoding encoding :
         {is_mixed_ ? Encoding::utf8 : encoding_, is_mixed_ ? encoding_ : Encoding::utf8}) {
      for (const std::string_view end : ends_for(edit)) {
        const std::optional<std::string> needle =
            encoded(end.empty() ? edit.before : with_ends(edit.before, end), encoding);
        if (!needle) continue;
        const std::vector<std::size_t> found = all_of(*needle, encoding);
        if (found.empty()) continue;
        if (found.size() > 1 && !edit.all) throw_not_unique(found, number);
        if (found.size() > most_put_in / std::max<std::size_t>(1, edit.after.size()))
          throw FileError("too_big", "edit {} of {}: in {} places new_string makes more than {} bytes",
                          number + 1, name_, found.size(), most_put_in);
        std::vector<Place> places;
        LineEnds ends(content_, encoding);
        for (const std::size_t begin : found)
          places.push_back({begin, needle->size(),
                            replacement(edit, begin + needle->size(), end, encoding, ends), number});
        return places;
      }
      if (is_utf16(encoding)) break;
    }
    throw_no_match(edit, number);
  }

  [[nodiscard]] std::size_t line_at(std::size_t offset) const {
    const std::string_view before = content_.substr(0, offset);
    if (!is_utf16(encoding_))
      return 1 + static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n'));
    const std::string text = decoded(before, encoding_);
    return 1 + static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  }

 private:
  void check(const TextEdit& edit, std::size_t number) const {
    if (edit.before.empty())
      throw FileError("nothing_to_do",
                      "edit {} of {}: old_string is empty; to make or replace the whole file use write",
                      number + 1, name_);
    if (edit.before == edit.after)
      throw FileError("nothing_to_do", "edit {} of {}: old_string and new_string are equal", number + 1,
                      name_);
  }

  /// As it was given first; "" stands for that.
  static std::vector<std::string_view> ends_for(const TextEdit& edit) {
    if (edit.before.find('\n') == std::string::npos) return {""};
    return {"", "\r\n", "\n"};
  }

  [[nodiscard]] std::vector<std::size_t> all_of(const std::string& needle, Encoding encoding) const {
    const std::string newline = *encoded("\n", encoding), carriage_return = *encoded("\r", encoding);
    std::vector<std::size_t> found;
    for (std::size_t at = content_.find(needle); at != std::string_view::npos;) {
      const bool is_place =
          !is_inside(at, encoding) && !is_inside(at + needle.size(), encoding) &&
          !(needle.starts_with(newline) && content_.substr(0, at).ends_with(carriage_return));
      if (is_place) found.push_back(at);
      at = content_.find(needle, at + (is_place ? needle.size() : 1));
    }
    return found;
  }

  /// Whether what begins there begins in the midst of a character.
  [[nodiscard]] bool is_inside(std::size_t offset, Encoding encoding) const {
    return is_utf16(encoding) ? offset % 2 != 0
                              : encoding == Encoding::latin1 && is_inside_character(content_, offset);
  }

  [[nodiscard]] std::string replacement(const TextEdit& edit, std::size_t behind, std::string_view end,
                                        Encoding encoding, LineEnds& ends) const {
    // Who speaks of carriage returns means them.
    const bool is_literal = end.empty() && (edit.before + edit.after).find('\r') != std::string::npos;
    const bool has_its_own = edit.before.find('\n') != std::string::npos;
    if (end.empty()) end = has_its_own || edit.after.find('\n') == std::string::npos ? "\n" : ends.at(behind);
    const std::string after = is_literal ? edit.after : with_ends(edit.after, end);
    if (std::optional<std::string> bytes = encoded(after, encoding)) return *bytes;
    throw FileError("encoding",
                    "{} is {}, which does not have every character of new_string: write it without them",
                    name_, name_of(encoding));
  }

  [[noreturn]] void throw_not_unique(const std::vector<std::size_t>& found, std::size_t number) const {
    constexpr std::size_t most = 10;
    std::string lines;
    for (std::size_t i = 0; i < std::min(found.size(), most); ++i)
      lines += (i == 0 ? "" : ", ") + std::to_string(line_at(found[i]));
    throw FileError("not_unique",
                    "edit {} of {}: old_string stands there {} times, in lines {}{}; give more of what is "
                    "around it, or set "
                    "replace_all",
                    number + 1, name_, found.size(), lines, found.size() > most ? " …" : "");
  }

  [[noreturn]] void throw_no_match(const TextEdit& edit, std::size_t number) const {
    const std::string text = decoded(content_, encoding_);
    const std::vector<TextLine> lines = lines_of(text), wanted = lines_of(edit.before);
    const std::string begin = fmt::format("edit {} of {}: old_string is not there", number + 1, name_);
    const std::optional<std::size_t> nearest = nearest_region(lines, wanted);
    if (!nearest) throw FileError("no_match", "{}, nor anything like it; read the file again", begin);
    std::string region = compared(lines, *nearest, wanted);
    region.erase(region.find_last_not_of('\n') + 1);
    throw FileError("no_match", "{}; nearest are these lines (- what was given, + what is there):\n{}", begin,
                    region);
  }

  std::string_view content_;
  std::string name_;
  Encoding encoding_;
  // What is called latin-1 may be UTF-8 with a stray byte.
  bool is_mixed_ = encoding_ == Encoding::latin1 && has_wide_character(content_);
};

}  // namespace

EditedText edited(std::string_view content, const std::vector<TextEdit>& edits, const std::string& name) {
  const Target target(content, name);
  std::vector<Place> places;
  for (std::size_t i = 0; i < edits.size(); ++i) {
    std::vector<Place> found = target.places_of(edits[i], i);
    std::move(found.begin(), found.end(), std::back_inserter(places));
  }
  std::stable_sort(places.begin(), places.end(),
                   [](const Place& a, const Place& b) { return a.begin < b.begin; });
  EditedText result;
  result.places = places.size();
  std::size_t at = 0;
  for (const Place& place : places) {
    if (place.begin < at)
      throw FileError("overlapping", "edit {} of {} overlaps another in line {}: join them into one",
                      place.edit + 1, sys::visible(name), target.line_at(place.begin));
    result.content.append(content.substr(at, place.begin - at)).append(place.after);
    at = place.begin + place.length;
  }
  result.content.append(content.substr(at));
  return result;
}

std::string in_form_of(std::string_view before, std::string text) {
  const Encoding encoding = encoding_of(before);
  if (before.empty() || encoding == Encoding::binary || text.find('\0') != std::string::npos) return text;
  const std::string was = decoded(before, encoding);
  const std::vector<TextLine> lines = lines_of(was);
  const bool is_crlf =
      std::any_of(lines.begin(), lines.end(),
                  [](const TextLine& line) { return line.end == LineEnd::crlf; }) &&
      std::none_of(lines.begin(), lines.end(), [](const TextLine& line) { return line.end == LineEnd::lf; });
  const std::string_view mark = encoding == Encoding::latin1 ? std::string_view() : mark_of(before);
  const std::string wanted = is_crlf && text.find('\r') == std::string::npos ? with_ends(text, "\r\n") : text;
  std::optional<std::string> bytes =
      encoded(std::string_view(wanted).substr(mark_of(wanted).size()), encoding);
  return bytes ? std::string(mark) + *bytes : text;
}

}  // namespace shelltool::files
