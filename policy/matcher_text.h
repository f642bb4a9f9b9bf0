#pragma once
/// Matchers, and why one does not match, for people.

#include <string>

#include "policy/rule_match.h"

namespace policy {

/// What the matcher says, about as it is written: "program git; args push *-fork; options any -f, --force".
std::string text_of(const Matcher& matcher);

/// The key that failed, what it wants and what it met: "options: none of -f, --force among -u, --tags". Words
/// in parentheses may also be values of the option before them. Of the environment only names are shown. The
/// look did fail, in this scene.
std::string mismatch_text(const Look& look, const Scene& scene);

}  // namespace policy
