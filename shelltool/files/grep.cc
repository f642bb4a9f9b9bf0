#include "shelltool/files/grep.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <chrono>

#include "sandbox/sys/path.h"
#include "sandbox/sys/text.h"
#include "shelltool/files/file_error.h"
#include "shelltool/files/grep_arguments.h"
#include "shelltool/files/grep_hits.h"
#include "shelltool/files/hidden_files.h"
#include "shelltool/files/no_matches.h"
#include "shelltool/files/pinned.h"
#include "shelltool/files/ripgrep.h"

namespace shelltool::files {

/// A file is held open and searched as standard input, so that it is the one that was judged.
GrepResult grep(const GrepRequest& request, const Judge& judge) {
  const Pinned pinned = pin(request.path);
  require(judge, {pinned.touch(Access::read)});
  if (!pinned.is_directory() && !pinned.is_regular())
    throw FileError("special_file", "{} is {}: there is nothing to search in it", sys::visible(request.path),
                    kind_of(pinned.status.st_mode));
  const sys::Fd file = pinned.open(O_RDONLY);
  GrepResult result;
  result.root = pinned.is_directory() ? pinned.real : sys::parent_of(pinned.real);
  if (!pinned.is_directory()) result.file = sys::base_name(pinned.real);
  GrepScope scope;
  scope.root = result.root;
  scope.descriptor = file.get();
  scope.file_name = result.file;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(request.time_ms);
  GrepHits hits(request, scope.root, scope.file_name, judge);
  RipgrepEnd end =
      ripgrep(run_of(request, scope, deadline), [&](std::string_view chunk) { hits.take(chunk); });
  if (!end.failure.empty()) throw FileError("bad_search", "{}", explained_failure(request, end.failure));
  hits.add_hidden(drop_hidden(end.unreadable, scope.root, judge));  // what mounts hold by the same rules
  hits.finish(result);
  result.unreadable = end.unreadable.size();
  if (!end.unreadable.empty())
    result.unreadable_example =
        fmt::format("{}: {}", end.unreadable.front().path, end.unreadable.front().why);
  result.is_complete = end.is_complete;
  if (result.files == 0 && result.hidden.empty() && end.is_complete)
    result.explanation = why_nothing_matches(request, scope, judge);
  return result;
}

}  // namespace shelltool::files
