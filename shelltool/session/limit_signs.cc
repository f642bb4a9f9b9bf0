#include "shelltool/session/limit_signs.h"

#include <array>
#include <csignal>

namespace shelltool {
namespace {

using Which = sandbox::LimitReached::Which;

/// What the C library, shells and languages call the errno.
struct Sign {
  Which which;
  std::string_view words;
};
constexpr std::array signs = {
    Sign{Which::file, "File too large"},
    Sign{Which::file, "File size limit exceeded"},
    Sign{Which::file, "EFBIG"},
    Sign{Which::open_files, "Too many open files"},
    Sign{Which::open_files, "too many open files"},
    Sign{Which::open_files, "EMFILE"},
    Sign{Which::processes, ": Cannot fork"},
    Sign{Which::processes, "fork: Resource temporarily unavailable"},
    Sign{Which::processes, "fork: retry: Resource temporarily unavailable"},
    Sign{Which::processes, "can't start new thread"},
};

std::uint64_t limit_of(const sandbox::Limits& limits, Which which) {
  switch (which) {
    case Which::file:
      return limits.file_bytes;
    case Which::open_files:
      return limits.open_files;
    case Which::processes:
      return limits.processes;
    case Which::memory:  // these are measured
    case Which::tmp:
    case Which::wall:
      return 0;
  }
  return 0;
}

}  // namespace

void add_limits_told(std::string_view output, const sandbox::Limits& limits, sandbox::Outcome& outcome) {
  const auto add = [&](Which which) {
    if (const std::uint64_t limit = limit_of(limits, which); limit != 0)
      sandbox::add(outcome.limits, {which, limit});
  };
  if (outcome.status.as_shell() == 128 + SIGXFSZ) add(Which::file);
  for (const Sign& sign : signs)
    if (output.find(sign.words) != std::string_view::npos) add(sign.which);
}

}  // namespace shelltool
