#include "policy/json_line.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

namespace policy {
namespace {

TEST_CASE("a line is JSON whatever bytes are in it") {
  JsonLine inner;
  inner.add("big", ~std::uint64_t{0});
  JsonLine line;
  line.add("text", std::string_view("a\"b\\c\n\x01\x7f\0 \xc3\xa9 \xff\xc3", 15));
  line.add("words", std::vector<std::string>{"", "x", "\xf0\x9f\x98\x80"});
  line.add("none", std::vector<std::string>());
  line.add("inner", inner);
  line.add("yes", true);
  line.add("less", -7);
  line.add_members("{}");
  line.add_members(R"({"more":1})");
  const nlohmann::json read = nlohmann::json::parse(line.text());
  CHECK(read["text"] == std::string("a\"b\\c\n\x01\x7f\0 \xc3\xa9 \xef\xbf\xbd\xef\xbf\xbd", 19));
  CHECK(read["words"] == std::vector<std::string>{"", "x", "\xf0\x9f\x98\x80"});
  CHECK(read["none"].empty());
  CHECK(read["inner"]["big"] == ~std::uint64_t{0});
  CHECK(read["yes"] == true);
  CHECK(read["less"] == -7);
  CHECK(read["more"] == 1);
  CHECK(JsonLine().text() == "{}");
}

}  // namespace
}  // namespace policy
