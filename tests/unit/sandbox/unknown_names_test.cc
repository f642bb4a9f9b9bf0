#include "sandbox/net/unknown_names.h"

#include <doctest/doctest.h>

namespace sandbox {
namespace {

using std::chrono::milliseconds;
constexpr UnknownNames::Time start{std::chrono::hours(1)};

TEST_CASE("a name is unknown for a while, and longer when that is found again") {
  UnknownNames names;
  names.add("a.example", start);
  CHECK(names.contains("a.example", start + UnknownNames::time_kept - milliseconds(1)));
  CHECK_FALSE(names.contains("a.example", start + UnknownNames::time_kept));
  CHECK_FALSE(names.contains("b.example", start));
  names.add("a.example", start + milliseconds(5));
  CHECK(names.contains("a.example", start + UnknownNames::time_kept));
}

TEST_CASE("of more names than are kept the oldest go") {
  UnknownNames names;
  for (std::size_t i = 0; i < UnknownNames::most + 10; ++i)
    names.add(std::to_string(i), start + milliseconds(i));
  const auto now = start + milliseconds(UnknownNames::most + 10);
  CHECK_FALSE(names.contains("9", now));
  CHECK(names.contains("10", now));
  CHECK(names.contains(std::to_string(UnknownNames::most + 9), now));
  names.add("10", now);  // it is there already: no other goes
  CHECK(names.contains("11", now));
}

}  // namespace
}  // namespace sandbox
