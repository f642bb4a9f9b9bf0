#pragma once
/// Who signs in, in text that names where things come from.

#include <string>
#include <string_view>

namespace shelltool {

/// "https://user:password@host/x" without "user:password@", wherever it stands, and without a query that
/// speaks of a secret. A user alone stays in a URL of ssh's. In time that grows with the text.
std::string without_sign_ins(std::string_view text);

/// A line "proxy = user:password@host:80", whose value is no URL, without "user:password@".
std::string without_bare_sign_in(std::string_view line);

/// Of tokens, passwords and the like, beside its URLs.
bool speaks_of_secrets(std::string_view text);

}  // namespace shelltool
