#include "shelltool/files/keep_files.h"

#include <sys/stat.h>

#include <chrono>

#include "sandbox/sys/text.h"
#include "shelltool/files/content.h"
#include "shelltool/files/content_hash.h"
#include "shelltool/files/file_error.h"
#include "shelltool/files/look_over.h"
#include "shelltool/files/settle.h"

namespace shelltool::files {
namespace {

constexpr std::size_t most_files = 10'000, most_named = 50;
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
      step.content = Content(file).whole(most_kept_before);
      step.is_content_kept = true;
      step.mode = file.status.st_mode & 07777U;
      result_.bytes += step.content.size();
      ++result_.files;
      journal_.add(step);
    } catch (const FileError& error) {
      leave_out(path, error.code());
    }
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
    } else if (::lstat(known.path.c_str(), &status) != 0) {
      result.gone.push_back(known.path);
    } else if (!S_ISREG(status.st_mode) || static_cast<std::uint64_t>(status.st_size) != known.size ||
               version_of(Content(pin(known.path)).whole(most_kept_before)) != known.version) {
      result.changed.push_back(known.path);
    }
  }
  return result;
}

}  // namespace shelltool::files
