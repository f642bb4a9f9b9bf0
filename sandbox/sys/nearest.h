#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sys {

/// The word of `known` that is an edit or two away (one for words of up to four letters), upper case or not; empty
/// when none is.
std::string nearest(std::string_view word, const std::vector<std::string>& known);

}  // namespace sys
