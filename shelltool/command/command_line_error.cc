#include "shelltool/command/command_line_error.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <vector>

#include "config/text.h"
#include "sandbox/sys/nearest.h"

namespace shelltool {
namespace {

/// The command that the words after it are of.
const CLI::App& named_last(const CLI::App& app) {
  const std::vector<CLI::App*> named = app.get_subcommands();
  return named.empty() ? app : named_last(*named.back());
}

std::vector<std::string> commands_of(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands({})) names.push_back(command->get_name());
  return names;
}

/// "unexpected '--netwrok'; did you mean --network?"
std::string unexpected(const CLI::App& app, const std::string& word) {
  std::vector<std::string> known = commands_of(app);
  for (const CLI::Option* option : app.get_options())
    for (const std::string& name : option->get_lnames()) known.push_back("--" + name);
  const std::string near = sys::nearest(word, known);
  return fmt::format("unexpected {}{}", config::shown(word),
                     near.empty() ? "" : "; did you mean " + near + "?");
}

/// "policy test": as it is called.
std::string path_of(const CLI::App& app) {
  const CLI::App* const parent = app.get_parent();
  const bool is_first = parent == nullptr || parent->get_parent() == nullptr;
  return is_first ? app.get_name() : path_of(*parent) + " " + app.get_name();
}

std::string missing(const CLI::App& app) {
  for (const CLI::Option* option : app.get_options()) {
    if (!option->get_required() || option->count() != 0) continue;
    const std::string name = option->get_positional() ? option->get_type_name() : option->get_name();
    return fmt::format("{} needs {}; --help says more", path_of(app), name);
  }
  const std::string commands = fmt::format("{}", fmt::join(commands_of(app), ", "));
  return app.get_parent() == nullptr ? "one of these commands is needed: " + commands
                                     : path_of(app) + " needs one of the commands " + commands;
}

}  // namespace

/// Where something is missing, a word that is left over is the mistake.
std::string sentence_on(const CLI::App& app, const CLI::ParseError& error) {
  const CLI::App& last = named_last(app);
  const std::vector<std::string> rest = app.remaining(true);
  const bool is_extra = error.get_exit_code() == static_cast<int>(CLI::ExitCodes::ExtrasError);
  const bool is_missing = error.get_exit_code() == static_cast<int>(CLI::ExitCodes::RequiredError);
  if ((is_extra || is_missing) && !rest.empty()) return unexpected(last, rest.front());
  return is_missing ? missing(last) : error.what();
}

}  // namespace shelltool
