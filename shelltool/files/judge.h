#pragma once
/// Whether a file may be touched: an operation asks before it acts, about the true names of what it has
/// pinned.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "sandbox/sys/packing.h"

namespace shelltool::files {

enum class Access : std::uint8_t { read, write };

struct Touch {
  Access access = Access::read;
  std::string named;  ///< as it was asked for: absolute and normal
  std::string real;   ///< what it is: every link followed, also on the way
};

inline bool operator==(const Touch& a, const Touch& b) {
  return a.access == b.access && a.named == b.named && a.real == b.real;
}

struct Ruling {
  bool allowed = true;
  std::string rule;    ///< that denied it
  std::string denial;  ///< for the model: rule, place, reason, what to do instead
};

/// A ruling for each touch, in their order.
using Judge = std::function<std::vector<Ruling>(const std::vector<Touch>&)>;

/// Throws FileError with the denials where one of them is not allowed; of each rule the first in a row.
void require(const Judge& judge, const std::vector<Touch>& touches);
/// Of each true name, whether it may be read.
std::vector<bool> readable(const Judge& judge, const std::vector<std::string>& paths);

template <class Wire>
void carry(Wire& wire, Touch& touch) {
  auto& [access, named, real] = touch;
  wire(access), wire(named), wire(real);
}
template <class Wire>
void carry(Wire& wire, Ruling& ruling) {
  auto& [allowed, rule, denial] = ruling;
  wire(allowed), wire(rule), wire(denial);
}

}  // namespace shelltool::files
