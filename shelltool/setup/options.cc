#include "shelltool/setup/options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "config/text.h"
#include "shelltool/setup/environment.h"

namespace shelltool {
namespace {

template <class Value>
using Words = std::vector<std::pair<std::string, Value>>;

template <class Value>
void add_word(CLI::App& app, const std::string& name, std::optional<Value>& field, const std::string& help,
              const Words<Value>& words) {
  std::vector<std::string> known;
  for (const auto& word : words) known.push_back(word.first);
  const auto parse = [&field, name, words, known](const std::string& text) {
    const auto found = std::find(known.begin(), known.end(), text);
    if (found == known.end()) {
      const std::string near = config::nearest(text, known);
      throw CLI::ValidationError(
          name, fmt::format("unknown word {}; {}", config::shown(text),
                            near.empty() ? fmt::format("known are {}", fmt::join(known, ", "))
                                         : fmt::format("did you mean '{}'?", near)));
    }
    field = words[static_cast<std::size_t>(found - known.begin())].second;
  };
  app.add_option_function<std::string>(name, parse, help)
      ->type_name(fmt::format("{}", fmt::join(known, "|")));
}

/// The command line is another layer above the system's.
template <class Value>
void tighten(config::Config& config, const char* key, Value& field, const std::optional<Value>& asked) {
  if (!asked) return;
  field = config.held.count(key) > 0 ? std::min(field, *asked) : *asked;
  if (field != *asked)
    config.notes.push_back(
        fmt::format("{} is held tighter by the system's config than the command line asks", key));
}

}  // namespace

void add_workspace_option(CLI::App& app, CommonOptions& options) {
  app.add_option("--workspace", options.workspaces, "a directory that may be written; repeatable")
      ->type_name("DIR")
      ->allow_extra_args(false);
}

void add_state_options(CLI::App& app, CommonOptions& options) {
  using config::Mode;
  using config::NetworkMode;
  add_word<Mode>(app, "--mode", options.mode, "what may be written",
                 {{"read-only", Mode::read_only},
                  {"workspace-write", Mode::workspace_write},
                  {"danger-full-access", Mode::danger_full_access}});
  add_word<NetworkMode>(
      app, "--network", options.network, "what can be reached",
      {{"none", NetworkMode::none}, {"allowlist", NetworkMode::allowlist}, {"full", NetworkMode::full}});
}

void add_options(CLI::App& app, CommonOptions& options) {
  using config::ApprovalPolicy;
  app.add_option("--config", options.config, "config.yaml in place of the user's")->type_name("FILE");
  app.add_option("--rules", options.rules, "rules in place of the user's and the project's; repeatable")
      ->type_name("FILE")
      ->allow_extra_args(false);
  add_workspace_option(app, options);
  app.add_option("--audit", options.audit, "where decisions are recorded")->type_name("FILE");
  add_state_options(app, options);
  add_word<ApprovalPolicy>(app, "--approval", options.approval, "when a person is asked",
                           {{"on-request", ApprovalPolicy::on_request},
                            {"untrusted", ApprovalPolicy::untrusted},
                            {"never", ApprovalPolicy::never}});
}

void add_options(CLI::App& app, CommandOptions& options) {
  const auto check = [](const std::string& text) -> std::string {
    try {
      (void)parse_variable(text);
      return "";
    } catch (const sys::Error& error) {
      return error.what();
    }
  };
  app.add_option("--cwd", options.cwd, "where the command starts")->type_name("DIR");
  app.add_option("--env", options.env, "a variable for the command; repeatable")
      ->type_name("NAME=VALUE")
      ->allow_extra_args(false)
      ->check(CLI::Validator(check, ""));
}

config::Config load_settings(const CommonOptions& options, const Places& places) {
  const bool is_named = !options.config.empty();
  config::Config config =
      config::load_config(places.system_config(), is_named ? options.config : places.user_config(), is_named);
  tighten(config, "mode", config.mode, options.mode);
  tighten(config, "network.mode", config.network.mode, options.network);
  tighten(config, "approvals.policy", config.approvals.policy, options.approval);
  return config;
}

}  // namespace shelltool
