#pragma once
/// The journals of file workers: a file each, out of the sandbox's reach, that is locked as long as its
/// worker may write to it.

#include <string>
#include <vector>

#include "sandbox/sys/fd.h"

namespace shelltool {

class Journals {
 public:
  /// `workspace`: what they are about; those of others are let be.
  Journals(std::string directory, const std::string& workspace);

  struct File {
    std::string path;
    sys::Fd fd;  ///< open for reading and writing, and locked
    [[nodiscard]] bool is_empty() const;
    void remove();  ///< from the directory
  };
  /// Throws sys::Error.
  [[nodiscard]] File make() const;
  /// Those that nobody has any more, and that are not empty.
  [[nodiscard]] std::vector<File> left_behind() const;
  /// All there are, for reading: whoever may write to them, and whatever they have at this moment. Not `but`:
  /// ext4 writes one to the disk that was emptied, filled and closed, and who empties it next waits for that.
  [[nodiscard]] std::vector<sys::Fd> all(int but = -1) const;

 private:
  [[nodiscard]] std::vector<std::string> paths() const;

  std::string directory_, prefix_;
};

}  // namespace shelltool
