#pragma once
/// The `#!` line, read as the kernel reads it.

#include <array>
#include <optional>
#include <string>

namespace sandbox {

/// What the kernel looks at of a file, NUL behind its end; include/uapi/linux/binfmts.h, BINPRM_BUF_SIZE.
using Head = std::array<char, 256>;

struct Shebang {
  std::string interpreter;
  std::string argument;  ///< all the rest of the line; empty when there is none
};

/// Nothing when the kernel would not take the file for a script.
std::optional<Shebang> shebang_of(const Head& head);

}  // namespace sandbox
