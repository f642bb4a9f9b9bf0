#pragma once
/// What a replacement of files is about to do, in a file that outlives whoever does it: written before each
/// step, so that another process can take the steps back.

#include <cstdint>
#include <string>
#include <vector>

#include "sandbox/sys/fd.h"

namespace shelltool::files {

struct JournalStep {
  enum class Kind : std::uint8_t {
    temporary,    ///< a file `temporary` is made beside `name`, to be removed in the end
    directory,    ///< the directory `name` is made
    exchanged,    ///< `name`, which was `before`, becomes `after`, and `temporary` what it was
    created,      ///< `name`, which was not there, becomes `after`
    removed,      ///< `name`, which was `before`, becomes `temporary`
    overwritten,  ///< `name`, which stays `before`, had `content`
    done,         ///< nothing is to be taken back; temporary files still are to be removed
  };
  Kind kind{};
  std::string directory;  ///< true name
  std::string name, temporary;
  std::uint64_t before = 0, after = 0;  ///< inodes
  std::int64_t after_ns = 0;            ///< when `after` was written: somebody may have written to it since
  std::string content;
};

class Journal {
 public:
  Journal() = default;
  /// Open for reading and writing, and nobody else's.
  explicit Journal(sys::Fd file) : file_(std::move(file)) {}

  /// Throws SysError where it cannot be written whole.
  void add(const JournalStep& step);
  /// Without one that was cut off.
  [[nodiscard]] std::vector<JournalStep> steps() const;
  void clear();

 private:
  sys::Fd file_;
};

}  // namespace shelltool::files
