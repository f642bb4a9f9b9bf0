#pragma once

#include <string_view>

namespace shelltool::files {

/// What a content is by its first bytes: "image/png", "application/gzip" …; "application/octet-stream" for
/// what is not known.
std::string_view type_of(std::string_view beginning);
/// Of the kinds that models see: png, jpeg, gif, webp.
bool is_image(std::string_view type);

}  // namespace shelltool::files
