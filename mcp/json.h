#pragma once
/// One guarded parse and one safe dump: nlohmann's own copy and dump recurse, and its dump throws on bad
/// UTF-8.

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace mcp {

using Json = nlohmann::ordered_json;

/// Deeper than any message of the protocol, and than any stack is afraid of.
inline constexpr std::size_t max_depth = 128;
/// Of one object: each is looked for among all before it.
inline constexpr std::size_t max_keys = 1000;

/// Throws Error(parse_error) for what is no JSON, and Error(invalid_request) for what has more than those.
Json parse(std::string_view text);
/// On one line; bytes that are no UTF-8 become U+FFFD.
std::string text_of(const Json& json);

}  // namespace mcp
