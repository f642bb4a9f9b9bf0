#pragma once
/// What gatehouse itself has to say, beside a command's own output.

#include <string>
#include <string_view>

namespace shelltool {

/// Every line with "gatehouse: " before it and a newline behind it.
std::string notice(std::string_view text);
/// The same, to standard error.
void say(std::string_view text);

}  // namespace shelltool
