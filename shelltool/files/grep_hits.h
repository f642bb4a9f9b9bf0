#pragma once
/// What ripgrep printed, kept as far as a page needs it.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "shelltool/files/grep.h"

namespace shelltool::files {

class GrepHits {
 public:
  /// `input`: the name, in `root`, of the file that is ripgrep's standard input.
  GrepHits(const GrepRequest& request, std::string root, std::string input, const Judge& judge)
      : request_(request),
        root_(std::move(root)),
        input_(std::move(input)),
        judge_(judge),
        needed_(request.offset + request.limit) {}

  /// Of `rg --null --no-heading --with-filename`, in any pieces.
  void take(std::string_view chunk);
  /// Files that rules hide and that were not searched.
  void add_hidden(const std::vector<Counted>& more);
  /// After the last: totals, the page and what rules hide.
  void finish(GrepResult& result);

 private:
  /// A file's lines as they were printed, as many as a page could need.
  struct Block {
    std::string path;
    std::uint64_t matches = 0;
    bool is_binary = false;
    std::string text;
  };
  [[nodiscard]] std::size_t take_record(std::string_view bytes, bool is_last);
  [[nodiscard]] std::size_t take_line(std::string_view path, std::string_view rest, bool is_last);
  Block& block_of(std::string_view path);
  /// Drops what rules hide, brings the rest in order, and keeps the text of what a page could need.
  void settle();
  [[nodiscard]] std::uint64_t weight(const Block& block) const {
    return request_.mode == GrepRequest::Mode::content ? block.matches : 1;
  }
  [[nodiscard]] GrepFile shown(const Block& block, std::uint64_t skip, std::uint64_t most) const;

  const GrepRequest& request_;
  std::string root_, input_;
  const Judge& judge_;
  std::uint64_t needed_;
  std::string rest_;  ///< a record that is not all there
  std::vector<Block> blocks_;
  std::size_t settled_ = 0;  ///< so many of them
  std::size_t kept_ = 0;     ///< bytes of text since then
  std::vector<Counted> hidden_;
};

}  // namespace shelltool::files
