#include "shelltool/session/kept_outputs.h"

#include <chrono>
#include <filesystem>
#include <fstream>

namespace shelltool {
namespace {

namespace fs = std::filesystem;

constexpr auto kept_for = std::chrono::hours(24 * 7), between_looks = std::chrono::hours(24);

bool is_older(const fs::path& path, fs::file_time_type now, std::chrono::hours age) {
  std::error_code error;
  const auto written = fs::last_write_time(path, error);
  return !error && now - written > age;
}

void remove_old_in(const fs::path& session, fs::file_time_type now) {
  std::error_code error, ignored;
  for (fs::directory_iterator output(session, error), end; !error && output != end; output.increment(error))
    if (output->path().extension() == ".out" && is_older(output->path(), now, kept_for))
      fs::remove(output->path(), ignored);
  if (is_older(session, now, kept_for)) fs::remove(session, ignored);  // which one that has any is not
}

}  // namespace

void remove_old_outputs(const std::string& sessions_directory) {
  const auto now = fs::file_time_type::clock::now();
  const fs::path mark = fs::path(sessions_directory) / "pruned";
  std::error_code error;
  if (!fs::is_directory(sessions_directory, error)) return;
  if (fs::exists(mark, error) && !is_older(mark, now, between_looks)) return;
  std::ofstream(mark).put('\n');
  for (fs::directory_iterator session(sessions_directory, error), end; !error && session != end;
       session.increment(error)) {
    std::error_code ignored;
    if (session->is_directory(ignored) && !session->is_symlink(ignored)) remove_old_in(session->path(), now);
  }
}

}  // namespace shelltool
