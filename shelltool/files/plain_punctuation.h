#pragma once

#include <string>
#include <string_view>

namespace shelltool::files {

/// Typographic dashes, quotes and spaces as the ones of ASCII; everything else as it is.
std::string with_plain_punctuation(std::string_view text);

}  // namespace shelltool::files
