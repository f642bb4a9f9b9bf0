#pragma once
/// A regular file's content, read at any place and in any amount.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "shelltool/files/pinned.h"

namespace shelltool::files {

class Content {
 public:
  /// What says that it has no size, as files of /proc do, is read at once, and so is a small file: what a
  /// process writes meanwhile is not mixed in. Throws FileError: what has no end.
  explicit Content(const Pinned& file);

  [[nodiscard]] std::uint64_t size() const { return size_; }
  /// From the beginning, piece by piece, until `take` returns false.
  void each(const std::function<bool(std::string_view piece)>& take) const;
  [[nodiscard]] std::string beginning(std::size_t most) const;
  /// Throws FileError where it is larger.
  [[nodiscard]] std::string whole(std::size_t most) const;

 private:
  std::string name_;
  sys::Fd file_;
  std::uint64_t size_ = 0;
  bool is_held_ = false;
  std::string held_;
};

}  // namespace shelltool::files
