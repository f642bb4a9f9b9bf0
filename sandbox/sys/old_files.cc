#include "sandbox/sys/old_files.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <filesystem>

#include "sandbox/sys/fd.h"

namespace sys {

namespace fs = std::filesystem;

bool is_due(const std::string& mark) {
  const auto now = fs::file_time_type::clock::now();
  std::error_code error;
  const auto last = fs::last_write_time(mark, error);
  if (!error && now - last < std::chrono::hours(24) && now >= last) return false;
  const Fd touched(::open(mark.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (touched) ::futimens(touched.get(), nullptr);
  return true;
}

void remove_old_files(const std::string& directory, std::string_view part, std::chrono::milliseconds age) {
  const auto now = fs::file_time_type::clock::now();
  std::error_code error;
  for (fs::directory_iterator file(directory, error), end; !error && file != end; file.increment(error)) {
    std::error_code ignored;
    const bool is_one = file->path().filename().string().find(part) != std::string::npos;
    if (is_one && file->is_regular_file(ignored) && now - file->last_write_time(ignored) > age && !ignored)
      fs::remove(file->path(), ignored);
  }
}

}  // namespace sys
