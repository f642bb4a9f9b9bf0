#include "shelltool/files/keep_files.h"

#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>

#include "sandbox/sys/text.h"
#include "shelltool/files/attributes.h"
#include "shelltool/files/content.h"
#include "shelltool/files/content_hash.h"
#include "shelltool/files/file_error.h"
#include "shelltool/files/look_over.h"
#include "shelltool/files/settle.h"
#include "shelltool/files/written.h"

namespace shelltool::files {
namespace {

constexpr std::size_t most_files = 10'000, most_named = 50;
constexpr int most_tries = 20;
constexpr std::int64_t tick_ns = 10'000'000;  // of the clock that files are stamped by, at most
constexpr std::uint64_t most_bytes = 128U << 20U;

class Keeping {
 public:
  Keeping(Journal& journal, KeepResult& result) : journal_(journal), result_(result) {}

  void keep(const std::string& path) {
    try {
      const Pinned file = pin(path);
      if (file.real != path || !file.is_regular()) return leave_out(path, "it is a link, or no file");
      const auto size = static_cast<std::uint64_t>(file.status.st_size);
      if (size > most_kept_before) return leave_out(path, fmt::format("{} bytes, too large", size));
      if (result_.bytes + size > most_bytes) return leave_out(path, "128 MB are kept already");
      JournalStep step = step_about(JournalStep::Kind::kept, path);
      if (!read_settled(file, step)) return leave_out(path, "somebody writes to it all the time");
      result_.bytes += step.content.size();
      ++result_.files;
      journal_.add(step);
    } catch (const FileError& error) {
      leave_out(path, error.code());
    }
  }

  /// As it was at one moment. What somebody writes within a tick of the clock has the same time.
  static bool read_settled(const Pinned& file, JournalStep& step) {
    for (int tries = 0; tries < most_tries; ++tries) {
      struct stat before {};
      struct stat after {};
      if (::fstat(file.place.get(), &before) != 0) throw_errno(errno, "{}", sys::visible(file.named));
      timespec now{};
      ::clock_gettime(CLOCK_REALTIME, &now);
      const std::int64_t age_ns = nanoseconds(now) - nanoseconds(before.st_ctim);
      if (age_ns >= 0 && age_ns < tick_ns) ::usleep(tick_ns / 1000);
      step.content = Content(file).whole(most_kept_before);
      if (::fstat(file.place.get(), &after) != 0) throw_errno(errno, "{}", sys::visible(file.named));
      if (nanoseconds(before.st_ctim) != nanoseconds(after.st_ctim)) continue;
      step.is_content_kept = true;
      step.mode = after.st_mode & 07777U;
      step.attributes = own_attributes(file);
      step.changed_before_ns = nanoseconds(after.st_ctim);
      return true;
    }
    return false;
  }

  void leave_out(const std::string& path, const std::string& why) {
    if (result_.left_out.size() == most_named) {
      ++result_.more_left_out;
      return;
    }
    result_.left_out.push_back(fmt::format("{}: {}", sys::visible(path), why));
    JournalStep step = step_about(JournalStep::Kind::left_out, path);
    step.to = why;
    journal_.add(step);
  }

 private:
  Journal& journal_;
  KeepResult& result_;
};

bool is_another(const KnownFile& known, const struct stat& status) {
  return !S_ISREG(status.st_mode) || static_cast<std::uint64_t>(status.st_size) != known.size ||
         version_of(Content(pin(known.path)).whole(most_kept_before)) != known.version;
}

}  // namespace

KeepResult keep_files(const KeepRequest& request, const Judge& judge, Journal& journal) {
  std::vector<std::string> paths;
  std::uint64_t beyond = 0;
  for (const std::string& root : request.roots)
    each_file(root, std::chrono::steady_clock::now() + std::chrono::seconds(10), [&](const SeenEntry& entry) {
      if (paths.size() < most_files)
        paths.push_back(entry.path);
      else
        ++beyond;
      return true;
    });
  const std::vector<bool> may_read = readable(judge, paths);
  KeepResult result;
  all_or_nothing(journal, [&] {
    Keeping keeping(journal, result);
    for (std::size_t i = 0; i < paths.size(); ++i) {
      if (may_read[i])
        keeping.keep(paths[i]);
      else
        ++result.hidden;
    }
  });
  result.more_left_out += beyond;
  return result;
}

DifferResult differ(const DifferRequest& request, const Judge& judge) {
  std::vector<std::string> paths;
  for (const KnownFile& known : request.files) paths.push_back(known.path);
  const std::vector<bool> may_read = readable(judge, paths);
  DifferResult result;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    const KnownFile& known = request.files[i];
    struct stat status {};
    if (!may_read[i]) {
      ++result.hidden;
      continue;
    }
    if (::lstat(known.path.c_str(), &status) != 0) {
      result.gone.push_back(known.path);
      continue;
    }
    if (is_another(known, status)) result.changed.push_back(known.path);
    if (S_ISREG(status.st_mode) && ((status.st_mode ^ known.mode) & 0777U) != 0)
      result.other_modes.push_back(known.path);
  }
  return result;
}

}  // namespace shelltool::files
