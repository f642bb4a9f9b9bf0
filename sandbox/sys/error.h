#pragma once
/// The one error family. An error is a sentence: what was being done, to which object, and the cause.
/// Expected answers (denied, timed out, exit 3) are values, never errors.

#include <fmt/core.h>

#include <stdexcept>
#include <string>
#include <utility>

namespace sys {

enum class Kind {
  invalid,      ///< what the caller handed us is wrong: an option, a key, a packet
  not_found,    ///< the named thing does not exist
  denied,       ///< the kernel or the owner refuses
  unsupported,  ///< this machine or kernel cannot
  setup,        ///< a sandbox could not be built
  io,           ///< a system call failed for another reason
  internal,     ///< our own mistake
};

class Error : public std::runtime_error {
 public:
  Error(Kind kind, const std::string& sentence) : std::runtime_error(sentence), kind_(kind) {}
  template <class... Args>
  Error(Kind kind, fmt::format_string<Args...> format, Args&&... args)
      : Error(kind, fmt::format(format, std::forward<Args>(args)...)) {}

  [[nodiscard]] Kind kind() const noexcept { return kind_; }

 private:
  Kind kind_;
};

/// A failed system call: "opening /x: Permission denied".
class SysError : public Error {
 public:
  SysError(int error_number, const std::string& doing);
  template <class... Args>
  SysError(int error_number, fmt::format_string<Args...> format, Args&&... args)
      : SysError(error_number, fmt::format(format, std::forward<Args>(args)...)) {}

  [[nodiscard]] int error_number() const noexcept { return error_number_; }

 private:
  int error_number_;
};

/// The C library's words for an errno, in this process' only locale.
std::string error_text(int error_number);

}  // namespace sys
