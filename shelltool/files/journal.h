#pragma once
/// What a change of files is about to do, in a file that outlives whoever does it: written before each step,
/// so that another process can take the steps back, and so that the history knows what was there before.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sandbox/sys/fd.h"

namespace shelltool::files {

/// What stands in a journal of one file's content at most.
inline constexpr std::size_t most_kept_before = 16U << 20U, most_kept_after = 1U << 20U;

struct JournalStep {
  enum class Kind : std::uint8_t {
    temporary,    ///< `temporary`, a file or a tree, is made beside `name`, to be removed in the end
    directory,    ///< the directory `name` is made
    exchanged,    ///< `name`, which was `before`, becomes `after`, and `temporary` what it was
    created,      ///< `name`, which was not there, becomes `after`
    removed,      ///< `name`, which was `before`, becomes `temporary`
    overwritten,  ///< `name`, which stays `before`, had `content`
    moved,        ///< `name`, which is `before`, becomes the true name `to`
    copied,       ///< `name`, which was not there, becomes `after`: a file, a link or a tree
    discarded,    ///< `name`, which is `before`, becomes `to`, in a trash
    doomed,       ///< `name`, which is in a trash, is removed when all is done
    emptied,      ///< `name`, where something lay in a trash, is removed when all is done
    linked,       ///< `name`, which was not there, becomes a link to `to`
    mode,         ///< the permissions of `name` become `mode`, and were `mode_before`
    kept,         ///< nothing is changed: `name` has `content`, for a checkpoint
    left_out,     ///< nor here: `name` is not in the checkpoint, since `to`
    done,         ///< nothing is to be taken back; temporary files still are to be removed. `name`: by whom;
                  ///< `after`: a number that no other has
  };
  Kind kind{};
  std::string directory;  ///< true name
  std::string name, temporary, to;
  std::uint64_t before = 0, after = 0;  ///< inodes
  std::int64_t born_ns = 0;             ///< of `before`, where it is moved or discarded: see written.h
  std::int64_t after_ns = 0;            ///< when `after` was written, or all was done: somebody may have
                                        ///< written to it since
  std::int64_t changed_before_ns = 0;   ///< ctime of `before`, and of what is kept
  std::uint32_t mode = 0, mode_before = 0;
  std::string content;           ///< of `before`
  bool is_content_kept = false;  ///< false: it is not there, since there was none or too much
  std::string attributes;        ///< of `before`, and of what it becomes or is kept, see attributes.h
  std::string content_after;     ///< empty, too, where there is too much
  std::string version;           ///< of what it becomes, or what is moved, see content_hash.h

  [[nodiscard]] std::string path() const { return directory == "/" ? "/" + name : directory + "/" + name; }
};

/// Something is left to do when all is done.
constexpr bool needs_finish(JournalStep::Kind kind) {
  using Kind = JournalStep::Kind;
  return kind == Kind::temporary || kind == Kind::doomed || kind == Kind::emptied;
}

class Journal {
 public:
  Journal() = default;
  /// Open for reading and writing, and nobody else's.
  explicit Journal(sys::Fd file) : file_(std::move(file)) {}

  /// Those of another change follow: what stands there was read by others, who have emptied it.
  void begin(std::string by) {
    by_ = std::move(by);
    end_ = 0;
    unfinished_.clear();
  }
  /// Throws SysError where it cannot be written whole.
  void add(const JournalStep& step);
  void add_done();
  /// Of what was added since the beginning: the steps that something is left to do for when all is done.
  [[nodiscard]] const std::vector<JournalStep>& unfinished() const { return unfinished_; }
  /// Without one that was cut off.
  void each(const std::function<void(JournalStep step)>& take) const;
  [[nodiscard]] std::vector<JournalStep> steps() const;
  [[nodiscard]] std::optional<JournalStep> last() const;
  [[nodiscard]] bool is_empty() const;
  void clear();

  /// What takes time and is not waited for, until flush(), or until there is much of it. Of a file that was
  /// written: where its name reaches the disk and its content does not, it is empty after a crash of the
  /// machine, so that writing is begun; file systems mind that themselves for rename(), and not for exchanged
  /// names. Of one that was replaced: closing it frees its blocks.
  void flush_later(sys::Fd file);
  [[nodiscard]] bool is_flushed() const { return unflushed_.empty(); }
  void flush();

 private:
  sys::Fd file_;
  std::vector<sys::Fd> unflushed_;
  std::string by_;
  std::uint64_t end_ = 0;
  std::vector<JournalStep> unfinished_;
};

/// A step about the true name.
JournalStep step_about(JournalStep::Kind kind, const std::string& path);

}  // namespace shelltool::files
