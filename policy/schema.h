#pragma once
/// The JSON Schema, draft 2020-12, of what a shape takes. What it cannot say the reader alone refuses: keys
/// that stand twice, sets and programs that are nowhere, patterns that are none, days that no month has,
/// ranges that go down.

#include <nlohmann/json_fwd.hpp>

#include "config/shape.h"

namespace policy {

nlohmann::ordered_json schema_of(const config::Shape& document, std::string_view title);

}  // namespace policy
