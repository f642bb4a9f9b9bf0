#include "shelltool/command/lint_command.h"

#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "config/file.h"
#include "policy/decision_json.h"
#include "policy/lint/lint.h"
#include "sandbox/sys/text.h"
#include "shelltool/setup/plan.h"

namespace shelltool {
namespace {

using Json = nlohmann::ordered_json;
using Holds = policy::Source::Holds;

struct LintedFile {
  std::string file;
  std::vector<policy::Finding> findings;
  std::string error;  ///< why it could not be read
};

policy::Layer layer_of(const std::string& file, const Places& places) {
  if (file == places.system_rules() || file == places.system_grants()) return policy::Layer::system;
  return ("/" + file).ends_with("/.gatehouse/rules.yaml") ? policy::Layer::project : policy::Layer::user;
}

/// What it is read with: rules with those in force of the layers above, grants with all rules in force.
std::vector<policy::Source> sources_for(const policy::Source& file, const Plan& plan) {
  std::vector<policy::Source> sources = rules_files_of(plan).read();
  const bool is_rules = file.holds == Holds::rules;
  std::erase_if(sources, [&](const policy::Source& source) {
    return source.holds == Holds::grants || (is_rules && source.layer >= file.layer);
  });
  return sources;
}

/// As gatehouse's own are named.
Holds content_of(const std::string& file) {
  return ("/" + file).ends_with("/grants.yaml") ? Holds::grants : Holds::rules;
}

LintedFile lint_file(const std::string& file, const Plan& plan) {
  try {
    const policy::Surroundings surroundings = surroundings_of(plan);
    if (file == policy::base_name)
      return {file, policy::lint({policy::Layer::user, policy::base_rules()}, {}, surroundings, plan.state()),
              ""};
    const policy::Source source{layer_of(file, plan.places), config::read_yaml_file(file), content_of(file)};
    return {file, policy::lint(source, sources_for(source, plan), surroundings, plan.state()), ""};
  } catch (const sys::Error& error) {
    return {file, {}, error.what()};
  }
}

int status_of(const LintedFile& linted) {
  if (!linted.error.empty()) return 2;
  return linted.findings.empty() ? 0 : 1;
}

void print_text(const LintedFile& linted) {
  if (!linted.error.empty()) fmt::print("{}\n", sys::visible(linted.error));
  for (const policy::Finding& finding : linted.findings)
    fmt::print("{}: {}: {}\n  Instead: {}\n", sys::visible(config::text_of(finding.place)), finding.kind,
               sys::visible(finding.sentence), sys::visible(finding.mend));
}

Json json_of(const LintedFile& linted) {
  Json json{{"file", sys::visible(linted.file)}, {"ok", status_of(linted) == 0}};
  if (!linted.error.empty()) json["error"] = sys::visible(linted.error);
  json["findings"] = Json::array();
  for (const policy::Finding& finding : linted.findings)
    json["findings"].push_back({{"kind", finding.kind},
                                {"source", sys::visible(config::text_of(finding.place))},
                                {"line", finding.place.line},
                                {"column", finding.place.column},
                                {"says", sys::visible(finding.sentence)},
                                {"mend", sys::visible(finding.mend)}});
  return json;
}

}  // namespace

int run_lint(const LintOptions& options) {
  const Plan plan = make_plan({}, {}, {});
  Json files = Json::array();
  int status = 0;
  for (const std::string& file : options.files) {
    const LintedFile linted = lint_file(file, plan);
    status = std::max(status, status_of(linted));
    if (options.json)
      files.push_back(json_of(linted));
    else
      print_text(linted);
  }
  if (options.json) fmt::print("{}\n", policy::json_text({{"ok", status == 0}, {"files", files}}, 2));
  return status;
}

}  // namespace shelltool
