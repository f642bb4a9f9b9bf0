#include "shelltool/setup/rules_files.h"

#include "config/file.h"

namespace shelltool {
namespace {

constexpr const char* without_files = "version: 1\nextends: [builtin:base]\n";

}  // namespace

std::vector<std::string> paths_of_rules(const Places& places, const std::vector<std::string>& named) {
  std::vector<std::string> paths = {places.system_rules()};
  paths.insert(paths.end(), named.begin(), named.end());
  if (named.empty()) paths.push_back(places.user_rules());
  return paths;
}

std::vector<policy::Source> read_rules_files(const Places& places, const std::vector<std::string>& named) {
  std::vector<policy::Source> sources;
  if (auto system = config::find_yaml_file(places.system_rules(), config::Author::root))
    sources.push_back({policy::Layer::system, std::move(*system)});
  for (const std::string& path : named)
    sources.push_back({policy::Layer::user, config::read_yaml_file(path)});
  if (!named.empty()) return sources;
  auto user = config::find_yaml_file(places.user_rules());
  sources.push_back(
      {policy::Layer::user, user ? std::move(*user) : config::read_yaml(without_files, "(built in)")});
  return sources;
}

}  // namespace shelltool
