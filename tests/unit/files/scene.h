#pragma once
/// A directory for files to be changed in, a journal beside it, and who allows everything.

#include <fcntl.h>

#include "sandbox/sys/fd.h"
#include "shelltool/files/file_error.h"
#include "shelltool/files/journal.h"
#include "shelltool/files/judge.h"
#include "tests/unit/temporary.h"

namespace tests {

struct FileScene {
  TemporaryDirectory dir, beside;
  shelltool::files::Journal journal{sys::open_file(beside / "journal", O_RDWR | O_CREAT, 0600)};

  [[nodiscard]] std::string content(const std::string& name) const {
    return sys::read_file(dir / name, 1U << 26U);
  }
  /// Names in the directory, sorted.
  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(dir.path()))
      names.push_back(entry.path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
  }
};

inline std::vector<shelltool::files::Ruling> allow_all(const std::vector<shelltool::files::Touch>& touches) {
  return std::vector<shelltool::files::Ruling>(touches.size());
}

/// Denies what ends in `.env`, by rule "secrets".
inline std::vector<shelltool::files::Ruling> hide_env(const std::vector<shelltool::files::Touch>& touches) {
  std::vector<shelltool::files::Ruling> rulings;
  for (const auto& touch : touches) {
    const bool allowed = !touch.named.ends_with(".env") && !touch.real.ends_with(".env");
    rulings.push_back(
        {allowed, allowed ? "" : "secrets", allowed ? "" : "denied: read .env   (rule secrets)"});
  }
  return rulings;
}

/// The code of the FileError that this throws; empty: none.
template <class Work>
std::string code_of(Work work) {
  try {
    work();
  } catch (const shelltool::files::FileError& error) {
    return error.code();
  }
  return {};
}

template <class Work>
std::string sentence_of(Work work) {
  try {
    work();
  } catch (const shelltool::files::FileError& error) {
    return error.what();
  }
  return {};
}

}  // namespace tests
