#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace policy {

/// A JSON object on one line, written as it grows: for what is recorded at every exec, where a tree of values
/// would cost more than the decision. Bytes that are no UTF-8 become U+FFFD.
class JsonLine {
 public:
  void add(std::string_view key, std::string_view value);
  void add(std::string_view key, const std::vector<std::string>& values);
  void add(std::string_view key, const JsonLine& object);
  void add(std::string_view key, const std::vector<JsonLine>& objects);
  template <std::integral Number>
  void add(std::string_view key, Number number) {
    begin(key);
    if constexpr (std::same_as<Number, bool>)
      members_ += number ? "true" : "false";
    else
      members_ += std::to_string(number);
  }
  /// Those of an object's text, "{…}".
  void add_members(std::string_view object);

  [[nodiscard]] std::string text() const { return "{" + members_ + "}"; }

 private:
  void begin(std::string_view key);

  std::string members_;
};

}  // namespace policy
