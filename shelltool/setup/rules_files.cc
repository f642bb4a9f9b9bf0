#include "shelltool/setup/rules_files.h"

#include <utility>

#include "config/file.h"
#include "shelltool/setup/project_rules.h"

namespace shelltool {
namespace {

constexpr const char* without_files = "version: 1\nextends: [builtin:base]\n";

config::Node user_rules(const Places& places) {
  auto user = config::find_yaml_file(places.user_rules());
  return user ? std::move(*user) : config::read_yaml(without_files, "(built in)");
}

}  // namespace

std::vector<std::string> RulesFiles::paths() const {
  std::vector<std::string> paths = {places.system_rules()};
  paths.insert(paths.end(), named.begin(), named.end());
  if (named.empty()) paths.push_back(places.user_rules());
  for (const std::string& workspace : workspaces) paths.push_back(trusted_copy_path(places, workspace));
  return paths;
}

std::vector<policy::Source> RulesFiles::read() const {
  std::vector<policy::Source> sources;
  if (auto system = config::find_yaml_file(places.system_rules(), config::Author::root))
    sources.push_back({policy::Layer::system, std::move(*system)});
  for (const std::string& path : named)
    sources.push_back({policy::Layer::user, config::read_yaml_file(path)});
  if (named.empty()) sources.push_back({policy::Layer::user, user_rules(places)});
  for (const std::string& workspace : workspaces) {
    const ProjectRules project = find_project_rules(places, workspace);
    if (project.trusted)
      sources.push_back({policy::Layer::project, config::read_yaml(*project.trusted, project.path)});
  }
  return sources;
}

}  // namespace shelltool
