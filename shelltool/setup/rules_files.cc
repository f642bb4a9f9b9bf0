#include "shelltool/setup/rules_files.h"

#include <utility>

#include "config/file.h"
#include "config/frozen.h"
#include "config/kept_trees.h"
#include "shelltool/setup/project_rules.h"
#include "shelltool/without_files.inc"

namespace shelltool {
namespace {

/// `read` returns the document, or nothing where there is none that counts.
template <class Read>
RulesOrigin origin(policy::Layer layer, std::string file, Read read) {
  RulesOrigin origin;
  origin.layer = layer;
  origin.file = std::move(file);
  try {
    origin.document = read(origin.file);
    if (origin.document) origin.state = RulesOrigin::State::in_force;
  } catch (const sys::Error&) {
    origin.state = RulesOrigin::State::broken;
    origin.fault = std::current_exception();
  }
  return origin;
}

/// A file of that author, if there is one.
RulesOrigin file_of(config::Author author, std::string file, const config::KeptTrees& trees) {
  const auto layer = author == config::Author::root ? policy::Layer::system : policy::Layer::user;
  return origin(layer, std::move(file),
                [&](const std::string& path) { return config::find_yaml_file(path, author, trees); });
}

RulesOrigin grants(RulesOrigin origin) {
  origin.holds = policy::Source::Holds::grants;
  return origin;
}

RulesOrigin named_rules(const std::string& file, const config::KeptTrees& trees) {
  return origin(policy::Layer::user, file, [&](const std::string& path) {
    return std::make_optional(config::read_yaml_file(path, trees));
  });
}

RulesOrigin users_rules(const Places& places, const config::KeptTrees& trees) {
  RulesOrigin user = file_of(config::Author::anyone, places.user_rules(), trees);
  if (user.state != RulesOrigin::State::absent) return user;
  user.state = RulesOrigin::State::in_force;
  user.document = config::thaw(frozen_without_files, "(built in)");
  user.note = "there is no such file, so builtin:base holds";
  return user;
}

RulesOrigin project_rules(const Places& places, const std::string& workspace,
                          const config::KeptTrees& trees) {
  std::optional<ProjectRules> found;
  RulesOrigin project = origin(policy::Layer::project, project_rules_path(workspace),
                               [&](const std::string& path) -> std::optional<config::Node> {
                                 found = find_project_rules(places, workspace);
                                 if (!found->trusted) return std::nullopt;
                                 return trees.read(*found->trusted, path);
                               });
  if (found) project.note = note_on(*found);
  if (project.state == RulesOrigin::State::absent && !project.note.empty())
    project.state = RulesOrigin::State::untrusted;
  return project;
}

}  // namespace

std::vector<std::string> RulesFiles::paths() const {
  std::vector<std::string> paths = {places.system_rules(), places.system_grants()};
  paths.insert(paths.end(), named.begin(), named.end());
  if (!named.empty()) return paths;
  paths.insert(paths.end(), {places.user_rules(), places.user_grants()});
  for (const std::string& workspace : workspaces) paths.push_back(trusted_copy_path(places, workspace));
  return paths;
}

std::vector<RulesOrigin> RulesFiles::find() const {
  using config::Author;
  const config::KeptTrees trees(places.trees());
  std::vector<RulesOrigin> origins = {file_of(Author::root, places.system_rules(), trees),
                                      grants(file_of(Author::root, places.system_grants(), trees))};
  for (const std::string& path : named) origins.push_back(named_rules(path, trees));
  if (!named.empty()) return origins;
  origins.push_back(users_rules(places, trees));
  origins.push_back(grants(file_of(Author::anyone, places.user_grants(), trees)));
  for (const std::string& workspace : workspaces) origins.push_back(project_rules(places, workspace, trees));
  return origins;
}

std::vector<policy::Source> RulesFiles::read() const {
  std::vector<RulesOrigin> origins = find();
  for (const RulesOrigin& origin : origins)
    if (origin.fault) std::rethrow_exception(origin.fault);
  return sources_of(std::move(origins));
}

std::vector<policy::Source> sources_of(std::vector<RulesOrigin> origins) {
  std::vector<policy::Source> sources;
  for (RulesOrigin& origin : origins)
    if (origin.document) sources.push_back({origin.layer, std::move(*origin.document), origin.holds});
  return sources;
}

}  // namespace shelltool
