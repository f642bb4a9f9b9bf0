#pragma once
/// XML without the elements that hold secrets, as text: what is left is as it was written.

#include <string>
#include <string_view>

namespace shelltool {

/// Leaves out comments, and elements whose name or attributes speak of passwords, tokens and their like, or
/// that list who signs in where (Maven's `servers`, NuGet's `packageSourceCredentials` and `apikeys`). One
/// that has no end is left out with all that follows.
std::string xml_without_secrets(std::string_view text);

}  // namespace shelltool
