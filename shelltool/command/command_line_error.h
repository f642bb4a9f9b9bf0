#pragma once
/// What is wrong with a command line, in a sentence that names the word or what is missing.

#include <string>

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace shelltool {

/// `app` as it was when parsing ended with `error`.
std::string sentence_on(const CLI::App& app, const CLI::ParseError& error);

}  // namespace shelltool
