#pragma once
/// Some lines of a text that comes piece by piece, and what there is to know of all of it.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace shelltool::files {

class LineWindow {
 public:
  /// Keeps `limit` lines from the first on (1: the text's first), as far as `room` bytes go, a line up to its
  /// 8,000th byte.
  LineWindow(std::int64_t first, std::int64_t limit, std::size_t room)
      : first_(first), limit_(limit), room_(room) {}

  void add(std::string_view piece);
  /// Nothing more comes.
  void finish();
  /// No more lines will be kept.
  [[nodiscard]] bool is_full() const { return is_full_ || count_ >= first_ + limit_ - 1; }

  struct Line {
    std::size_t begin = 0, size = 0;  ///< without its end
    std::uint64_t left_out = 0;
  };
  [[nodiscard]] const std::vector<Line>& lines() const { return lines_; }
  [[nodiscard]] std::string_view bytes_of(const Line& line) const {
    return std::string_view(bytes_).substr(line.begin, line.size);
  }
  [[nodiscard]] std::int64_t total() const { return count_; }
  [[nodiscard]] bool ends_with_newline() const { return size_ != 0 && last_ == '\n'; }
  /// "lf", "crlf", "cr", "mixed", or nothing.
  [[nodiscard]] std::string line_ends() const;

 private:
  void take(std::string_view part);
  void end_line(bool has_newline);

  std::int64_t first_, limit_;
  std::size_t room_;
  bool is_full_ = false;
  std::string bytes_;
  std::vector<Line> lines_;
  Line line_;               // that has begun, at the end of the bytes
  std::int64_t count_ = 0;  // lines that have ended
  std::int64_t newlines_ = 0, returns_before_ = 0;
  bool has_return_ = false, is_begun_ = false;
  std::uint64_t size_ = 0;
  char last_ = '\0';
};

}  // namespace shelltool::files
