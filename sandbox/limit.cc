#include "sandbox/limit.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

namespace sandbox {
namespace {

std::string size_text(std::uint64_t bytes) {
  constexpr const char* units[] = {"bytes", "KB", "MB", "GB", "TB"};
  std::size_t unit = 0;
  while (bytes != 0 && bytes % 1024 == 0 && unit + 1 < std::size(units)) bytes /= 1024, ++unit;
  return fmt::format("{} {}", bytes, units[unit]);
}

std::string time_text(std::uint64_t milliseconds) {
  return milliseconds % 1000 == 0 ? fmt::format("{} s", milliseconds / 1000)
                                  : fmt::format("{} ms", milliseconds);
}

std::string amount_text(const LimitReached& reached) {
  switch (reached.which) {
    case LimitReached::Which::memory:
    case LimitReached::Which::file:
    case LimitReached::Which::tmp:
      return size_text(reached.limit);
    case LimitReached::Which::wall:
      return time_text(reached.limit);
    case LimitReached::Which::processes:
    case LimitReached::Which::open_files:
      return std::to_string(reached.limit);
  }
  return {};
}

}  // namespace

const char* name_of(LimitReached::Which which) {
  switch (which) {
    case LimitReached::Which::memory:
      return "memory";
    case LimitReached::Which::processes:
      return "processes";
    case LimitReached::Which::wall:
      return "wall";
    case LimitReached::Which::file:
      return "file";
    case LimitReached::Which::open_files:
      return "open_files";
    case LimitReached::Which::tmp:
      return "tmp";
  }
  return "";
}

std::string LimitReached::sentence() const {
  return fmt::format("limit {}: {}, reached{}{}", name_of(which), amount_text(*this),
                     by.empty() ? "" : " by ", by);
}

void add(std::vector<LimitReached>& all, LimitReached reached) {
  const auto is_same = [&](const LimitReached& other) { return other.which == reached.which; };
  if (std::none_of(all.begin(), all.end(), is_same)) all.push_back(std::move(reached));
}

}  // namespace sandbox
