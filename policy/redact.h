#pragma once
/// Keeps secrets out of records: argument values that look like one are replaced.

#include <string>
#include <vector>

namespace policy {

/// Replaces by "[redacted]": known token shapes (ghp_…, AKIA…, sk-…, eyJ….…), private keys, what follows a
/// password-like option, what such a name is given anywhere in a word (NAME=…, "NAME": …, ?name=…), the
/// password in a URL and of `--user NAME:PASSWORD`, and what follows "Bearer" or "Basic".
std::vector<std::string> redacted(const std::vector<std::string>& argv);

}  // namespace policy
