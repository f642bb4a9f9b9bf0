#include "shelltool/files/line_window.h"

#include <algorithm>

namespace shelltool::files {
namespace {

constexpr std::size_t longest_line = 8000;
constexpr std::size_t number_room = 8;  // for what stands in front of a line

}  // namespace

void LineWindow::add(std::string_view piece) {
  if (piece.empty()) return;
  size_ += piece.size();
  while (!piece.empty()) {
    const std::size_t newline = piece.find('\n');
    const std::string_view part = piece.substr(0, newline);
    take(part);
    if (newline == std::string_view::npos) break;
    end_line(true);
    piece.remove_prefix(newline + 1);
    last_ = '\n';
  }
  if (!piece.empty()) last_ = piece.back();
}

void LineWindow::take(std::string_view part) {
  if (part.empty()) return;
  is_begun_ = true;
  last_ = part.back();
  if (!has_return_) has_return_ = part.find('\r') != std::string_view::npos;
  if (is_full() || count_ + 1 < first_) return;
  const std::size_t kept = std::min(part.size(), longest_line - line_.size);
  bytes_.append(part.substr(0, kept));
  line_.size += kept;
  line_.left_out += part.size() - kept;
}

void LineWindow::end_line(bool has_newline) {
  if (has_newline) ++newlines_;
  const bool is_crlf = has_newline && is_begun_ && last_ == '\r';
  if (is_crlf) ++returns_before_;
  if (!is_full() && count_ + 1 >= first_) {
    if (is_crlf && line_.left_out != 0)
      --line_.left_out;
    else if (is_crlf)
      --line_.size;
    const std::size_t needed = line_.size + number_room;
    // One line at least, or nobody could go on from there.
    if (needed > room_ && !lines_.empty()) {
      is_full_ = true;
    } else {
      room_ -= std::min(room_, needed);
      lines_.push_back(line_);
    }
  }
  line_ = {.begin = bytes_.size()};
  is_begun_ = false;
  ++count_;
}

void LineWindow::finish() {
  if (is_begun_) end_line(false);
}

std::string LineWindow::line_ends() const {
  if (newlines_ == 0) return has_return_ ? "cr" : "";
  if (returns_before_ == 0) return "lf";
  return returns_before_ == newlines_ ? "crlf" : "mixed";
}

}  // namespace shelltool::files
