#pragma once

#include <string>

#include "sandbox/sys/error.h"

namespace shelltool::files {

/// Why an operation did nothing: a word that stays the same, and a sentence with the object, the cause and
/// the next step.
class FileError : public sys::Error {
 public:
  template <class... Args>
  FileError(std::string code, fmt::format_string<Args...> format, Args&&... args)
      : sys::Error(sys::Kind::invalid, fmt::format(format, std::forward<Args>(args)...)),
        code_(std::move(code)) {}

  [[nodiscard]] const std::string& code() const { return code_; }

 private:
  std::string code_;
};

/// The word for an errno: "not_found", "refused", "read_only", "no_space", "io" …
std::string code_of(int error_number);

/// What a failed system call was about, in the words of its errno.
template <class... Args>
[[noreturn]] void throw_errno(int error_number, fmt::format_string<Args...> format, Args&&... args) {
  throw FileError(code_of(error_number), "{}: {}", fmt::format(format, std::forward<Args>(args)...),
                  sys::error_text(error_number));
}

}  // namespace shelltool::files
