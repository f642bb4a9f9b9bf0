#include "shelltool/files/replace_file.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "sandbox/sys/path.h"
#include "sandbox/sys/text.h"
#include "shelltool/files/attributes.h"
#include "shelltool/files/content.h"
#include "shelltool/files/content_hash.h"
#include "shelltool/files/file_error.h"
#include "shelltool/files/rename.h"
#include "shelltool/files/settle.h"
#include "shelltool/files/written.h"

namespace shelltool::files {
namespace {

using Kind = JournalStep::Kind;

constexpr std::size_t most_overwritten = 256 * 1024 * 1024;
constexpr std::string_view temporary_prefix = ".gatehouse-";

}  // namespace

std::string new_temporary_name() {
  std::uint64_t random = 0;
  if (::getrandom(&random, sizeof random, 0) != sizeof random) throw_errno(errno, "drawing a name");
  return fmt::format("{}{:016x}", temporary_prefix, random);
}

bool is_temporary_name(std::string_view name) {
  return name.size() == temporary_prefix.size() + 16 && name.starts_with(temporary_prefix) &&
         name.find_first_not_of("0123456789abcdef", temporary_prefix.size()) == name.npos;
}

namespace {

bool is_later(const timespec& a, const timespec& b) { return a.tv_sec != b.tv_sec || a.tv_nsec != b.tv_nsec; }

/// Another file worker that overwrites the same file waits for us. Whoever else has locked it does not know
/// of us, and may keep it locked: then we go on.
void lock_for_a_moment(int file) {
  constexpr int most_tries = 500;
  constexpr timespec pause{.tv_sec = 0, .tv_nsec = 1'000'000};
  for (int i = 0; i < most_tries && ::flock(file, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK; ++i)
    ::nanosleep(&pause, nullptr);
}

class OneReplacement {
 public:
  OneReplacement(const Replacement& wanted, Journal& journal)
      : wanted_(wanted), spot_(*wanted.spot), journal_(journal) {}

  /// Everything that may fail for want of room or permission, while nobody sees anything.
  void prepare() {
    check();
    hold_directory();
    if (wanted_.kind == Replacement::Kind::remove) {
      temporary_ = new_temporary_name();
      journal_.add(step(Kind::temporary));
    } else if (spot_.file) {
      writable_ = writable();
      const bool can_exchange = spot_.file->status.st_nlink == 1 && make_temporary(&*spot_.file);
      if (!can_exchange) prepare_overwriting();
    } else if (!make_temporary(wanted_.like)) {
      throw FileError("refused", "making {}: it cannot have the attributes of {}", shown(),
                      sys::visible(wanted_.like->named));
    }
  }

  void apply() {
    if (spot_.file) check_unchanged();
    if (wanted_.kind == Replacement::Kind::remove) return remove();
    if (!spot_.file) return create();
    if (made_.inode == 0 || !try_exchange()) overwrite();
  }

 private:
  [[nodiscard]] std::string shown() const { return sys::visible(spot_.named); }
  [[nodiscard]] JournalStep step(Kind kind) const {
    JournalStep step;
    step.kind = kind;
    step.directory = directory_name_;
    step.name = spot_.name;
    step.temporary = temporary_;
    step.before = spot_.file ? spot_.file->status.st_ino : 0;
    step.after = made_.inode;
    step.after_ns = made_.ns;
    return step;
  }

  void check() const {
    if (spot_.file && !spot_.file->is_regular())
      throw FileError(spot_.file->is_directory() ? "is_a_directory" : "special_file", "{} is {}", shown(),
                      kind_of(spot_.file->status.st_mode));
    if (!spot_.file && wanted_.kind == Replacement::Kind::remove)
      throw FileError("not_found", "{}: No such file or directory", shown());
  }

  void hold_directory() {
    directory_ = sys::duplicate(spot_.directory.get());
    directory_name_ = spot_.directory_name;
    for (const std::string& name : spot_.missing) {
      JournalStep made;
      made.kind = Kind::directory;
      made.directory = directory_name_;
      made.name = name;
      journal_.add(made);
      if (::mkdirat(directory_.get(), name.c_str(), 0777) != 0 && errno != EEXIST)
        throw_errno(errno, "making the directory {} in {}", sys::visible(name),
                    sys::visible(directory_name_));
      directory_ = sys::try_open_at(directory_.get(), name, O_PATH | O_DIRECTORY, {.follow_links = false});
      if (!directory_)
        throw_errno(errno, "entering {} in {}", sys::visible(name), sys::visible(directory_name_));
      directory_name_ = sys::path_of(directory_.get());
    }
  }

  /// Who may not write a file could still put another in its place, and is not meant to. Empty: it runs.
  [[nodiscard]] sys::Fd writable() const {
    const std::string path = sys::proc_path(spot_.file->place.get());
    sys::Fd file(::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NONBLOCK));
    if (!file && errno != ETXTBSY) throw_errno(errno, "writing {}", shown());
    return file;
  }

  /// False where there can be none like that.
  bool make_temporary(const Pinned* like) {
    temporary_ = new_temporary_name();
    journal_.add(step(Kind::temporary));
    const mode_t mode = like != nullptr ? 0600 : 0666;
    sys::Fd file(::openat(directory_.get(), temporary_.c_str(),
                          O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode));
    if (!file && spot_.file && errno != ENOSPC && errno != EDQUOT) return false;
    if (!file) throw_errno(errno, "making {}", shown());
    write_over(file.get(), wanted_.content, spot_.named);
    if (like != nullptr && !copy_attributes(*like, file.get())) return false;
    made_ = written_at(directory_, temporary_);
    journal_.flush_later(std::move(file));
    return true;
  }

  void prepare_overwriting() {
    made_ = {};
    const auto size = static_cast<std::uint64_t>(spot_.file->status.st_size);
    if (std::max<std::uint64_t>(size, wanted_.content.size()) > most_overwritten)
      throw FileError("too_big", "{} has to be overwritten in place, and is larger than {} bytes", shown(),
                      most_overwritten);
    if (!writable_)
      throw FileError("busy", "writing {}: it is running and cannot be replaced by a new file", shown());
  }

  void check_unchanged() const {
    struct stat now {};
    const struct stat& then = spot_.file->status;
    if (inode_of(directory_, spot_.name) != then.st_ino || ::fstat(spot_.file->place.get(), &now) != 0 ||
        now.st_size != then.st_size || is_later(now.st_mtim, then.st_mtim))
      throw_stale();
  }

  [[noreturn]] void throw_stale() const {
    throw FileError("stale", "{}: somebody else changed it at this moment; read it again", shown());
  }

  /// With what it was and becomes, for the history.
  [[nodiscard]] JournalStep change(Kind kind) const {
    JournalStep change = step(kind);
    if (spot_.file && spot_.file->status.st_size <= static_cast<off_t>(most_kept_before)) {
      change.content = wanted_.was != nullptr ? *wanted_.was : Content(*spot_.file).whole(most_kept_before);
      change.is_content_kept = true;
    }
    if (spot_.file) {
      change.mode_before = spot_.file->status.st_mode & 07777U;
      change.changed_before_ns = nanoseconds(spot_.file->status.st_ctim);
      change.attributes = own_attributes(*spot_.file);
    }
    if (wanted_.kind == Replacement::Kind::remove) return change;
    change.version = version_of(wanted_.content);
    if (wanted_.content.size() <= most_kept_after) change.content_after = wanted_.content;
    return change;
  }

  bool try_exchange() {
    journal_.add(change(Kind::exchanged));
    if (exchange(directory_, spot_.name, temporary_) != 0) return false;
    if (inode_of(directory_, temporary_) != spot_.file->status.st_ino) throw_stale();
    journal_.flush_later(sys::duplicate(spot_.file->place.get()));
    return true;
  }

  void overwrite() {
    if (!writable_)
      throw FileError("busy", "writing {}: it is running and cannot be replaced by a new file", shown());
    lock_for_a_moment(writable_.get());
    check_unchanged();
    if (wanted_.was != nullptr && Content(*spot_.file).whole(most_overwritten) != *wanted_.was) throw_stale();
    JournalStep before = change(Kind::overwritten);
    if (!before.is_content_kept) before.content = Content(*spot_.file).whole(most_overwritten);
    journal_.add(before);
    write_over(writable_.get(), wanted_.content, spot_.named);
    restore_mode(writable_.get(), spot_.file->status.st_mode);
  }

  void create() {
    journal_.add(change(Kind::created));
    if (const int error = rename_to_new(directory_, temporary_, directory_, spot_.name); error != 0)
      throw_errno(error, "making {}", shown());
  }

  void remove() {
    journal_.add(change(Kind::removed));
    if (const int error = rename_to_new(directory_, spot_.name, directory_, temporary_); error != 0)
      throw_errno(error, "removing {}", shown());
    if (inode_of(directory_, temporary_) != spot_.file->status.st_ino) throw_stale();
  }

  const Replacement& wanted_;
  const Spot& spot_;
  Journal& journal_;
  sys::Fd directory_, writable_;
  std::string directory_name_, temporary_;
  Written made_;  // the new file
};

}  // namespace

void put_files(const std::vector<Replacement>& replacements, Journal& journal) {
  std::vector<OneReplacement> all;
  for (const Replacement& replacement : replacements) all.emplace_back(replacement, journal);
  for (OneReplacement& one : all) one.prepare();
  for (OneReplacement& one : all) one.apply();
}

void replace_files(const std::vector<Replacement>& replacements, Journal& journal) {
  all_or_nothing(journal, [&] { put_files(replacements, journal); });
}

}  // namespace shelltool::files
