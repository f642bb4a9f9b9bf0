#include "shelltool/session/kept_outputs.h"

#include <chrono>
#include <filesystem>

#include "sandbox/sys/old_files.h"

namespace shelltool {

void remove_old_outputs(const std::string& sessions_directory) {
  namespace fs = std::filesystem;
  constexpr auto kept_for = std::chrono::hours(24 * 7);
  std::error_code error;
  if (!fs::is_directory(sessions_directory, error) || !sys::is_due(sessions_directory + "/pruned")) return;
  for (fs::directory_iterator session(sessions_directory, error), end; !error && session != end;
       session.increment(error)) {
    std::error_code ignored;
    if (!session->is_directory(ignored) || session->is_symlink(ignored)) continue;
    sys::remove_old_files(session->path(), ".out", kept_for);
    fs::remove(session->path(), ignored);  // which one that has any left is not
  }
}

}  // namespace shelltool
