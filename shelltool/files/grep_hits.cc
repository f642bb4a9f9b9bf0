#include "shelltool/files/grep_hits.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <optional>
#include <utility>

#include "shelltool/files/hidden_files.h"

namespace shelltool::files {
namespace {

using Mode = GrepRequest::Mode;

constexpr std::size_t most_kept = std::size_t{8} << 20U;
constexpr std::string_view separator = "--\n";  // between lines that are not next to each other

/// rg's words that it saw a NUL byte, where `record` begins with them; it ends the path before them with no
/// NUL.
struct BinaryNotice {
  std::string_view path;
  std::size_t size = 0;  ///< with the newline; 0: it is not all there
};
std::optional<BinaryNotice> binary_notice(std::string_view record) {
  for (const std::string_view words :
       {": WARNING: stopped searching binary file after match (found ", ": binary file matches (found "}) {
    const std::size_t at = record.find(words);
    if (at == std::string_view::npos) continue;
    return BinaryNotice{record.substr(0, at), record.find('\n', at) + 1};
  }
  return std::nullopt;
}

std::uint64_t number_of(std::string_view digits) {
  std::uint64_t number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return number;
}

/// "12:text" is a match, "12-text" stands around one.
GrepLine line_of(std::string_view record) {
  const std::size_t mark = record.find_first_of(":-");
  if (mark == std::string_view::npos) return {};
  return {number_of(record.substr(0, mark)), record[mark] == ':', std::string(record.substr(mark + 1))};
}

std::vector<GrepLine> lines_in(std::string_view text) {
  std::vector<GrepLine> lines;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    lines.push_back(line_of(text.substr(begin, end - begin)));
    begin = end + 1;
  }
  return lines;
}

void add(std::vector<Counted>& all, const std::vector<Counted>& more) {
  for (const Counted& one : more) {
    const auto known =
        std::find_if(all.begin(), all.end(), [&](const Counted& other) { return other.what == one.what; });
    if (known == all.end())
      all.push_back(one);
    else
      known->count += one.count;
  }
}

}  // namespace

void GrepHits::add_hidden(const std::vector<Counted>& more) { add(hidden_, more); }

void GrepHits::take(std::string_view chunk) {
  if (!rest_.empty()) chunk = rest_ += chunk;
  std::size_t at = 0;
  while (at < chunk.size()) {
    const std::size_t used = take_record(chunk.substr(at), false);
    if (used == 0) break;
    at += used;
  }
  rest_ = std::string(chunk.substr(at));
}

std::size_t GrepHits::take_record(std::string_view bytes, bool is_last) {
  if (bytes.starts_with(separator)) return separator.size();
  const std::size_t end = bytes.find('\0');
  const std::string_view head = bytes.substr(0, end);
  if (const auto notice = request_.mode == Mode::content ? binary_notice(head) : std::nullopt) {
    if (notice->size > 0) {
      Block& block = block_of(notice->path);
      block.is_binary = true;
      block.matches = std::max<std::uint64_t>(block.matches, 1);
    }
    return notice->size;
  }
  if (end == std::string_view::npos) return 0;
  if (request_.mode == Mode::files) {
    block_of(head).matches = 1;
    return end + 1;
  }
  const std::size_t used = take_line(head, bytes.substr(end + 1), is_last);
  return used == 0 ? 0 : end + 1 + used;
}

std::size_t GrepHits::take_line(std::string_view path, std::string_view rest, bool is_last) {
  const std::size_t end = rest.find('\n');
  if (end == std::string_view::npos && !is_last) return 0;
  const std::string_view record = rest.substr(0, end);
  const std::size_t used = end == std::string_view::npos ? rest.size() : end + 1;
  Block& block = block_of(path);
  if (request_.mode == Mode::count) {
    block.matches = number_of(record);
    return used;
  }
  const std::size_t mark = record.find_first_of(":-");
  if (mark != std::string_view::npos && record[mark] == ':') ++block.matches;
  if (block.matches <= needed_) {
    block.text.append(record).push_back('\n');
    kept_ += record.size() + 1;
  }
  return used;
}

GrepHits::Block& GrepHits::block_of(std::string_view path) {
  if (path.starts_with("./")) path.remove_prefix(2);
  if (!input_.empty()) path = input_;
  if (blocks_.size() > settled_ && blocks_.back().path == path) return blocks_.back();
  if (kept_ > most_kept) settle();
  Block& block = blocks_.emplace_back();
  block.path = path;
  return block;
}

void GrepHits::settle() {
  const auto fresh = blocks_.begin() + static_cast<std::ptrdiff_t>(settled_);
  std::vector<Block> judged(std::make_move_iterator(fresh), std::make_move_iterator(blocks_.end()));
  blocks_.erase(fresh, blocks_.end());
  add(hidden_, drop_hidden(judged, root_, judge_));
  std::move(judged.begin(), judged.end(), std::back_inserter(blocks_));
  std::sort(blocks_.begin(), blocks_.end(), [](const Block& a, const Block& b) { return a.path < b.path; });
  std::uint64_t before = 0;
  for (Block& block : blocks_) {
    if (before >= needed_) block.text = std::string();
    before += weight(block);
  }
  settled_ = blocks_.size();
  kept_ = 0;
}

GrepFile GrepHits::shown(const Block& block, std::uint64_t skip, std::uint64_t most) const {
  GrepFile file{block.path, block.matches, block.is_binary, {}};
  std::vector<GrepLine> lines = lines_in(block.text);
  std::vector<bool> is_kept(lines.size());
  std::uint64_t match = 0;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (!lines[i].is_match) continue;
    const bool is_on_page = match >= skip && match - skip < most;
    ++match;
    if (!is_on_page) continue;
    is_kept[i] = true;
    for (std::size_t j = i;
         j-- > 0 && !lines[j].is_match && lines[j].number + request_.before >= lines[i].number;)
      is_kept[j] = true;
    for (std::size_t j = i + 1;
         j < lines.size() && !lines[j].is_match && lines[j].number <= lines[i].number + request_.after; ++j)
      is_kept[j] = true;
  }
  for (std::size_t i = 0; i < lines.size(); ++i)
    if (is_kept[i]) file.lines.push_back(std::move(lines[i]));
  return file;
}

void GrepHits::finish(GrepResult& result) {
  for (std::string_view bytes = rest_; !bytes.empty();) {
    const std::size_t used = take_record(bytes, true);
    if (used == 0) break;
    bytes.remove_prefix(used);
  }
  settle();
  std::uint64_t before = 0;
  for (const Block& block : blocks_) {
    const std::uint64_t after = before + weight(block);
    result.matches += block.matches;
    if (after > request_.offset && before < needed_)
      result.shown.push_back(shown(block, request_.offset - std::min(request_.offset, before),
                                   needed_ - std::max(before, request_.offset)));
    before = after;
  }
  result.files = blocks_.size();
  result.hidden = hidden_;
}

}  // namespace shelltool::files
