#include "shelltool/setup/client_workspace.h"

#include <algorithm>
#include <filesystem>

#include "policy/file_pattern.h"
#include "sandbox/sys/error.h"
#include "sandbox/sys/text.h"
#include "shelltool/setup/workspace.h"

namespace shelltool {
namespace {

std::vector<policy::FilePattern> read_patterns(const std::vector<std::string>& patterns,
                                               const std::string& home) {
  std::vector<policy::FilePattern> read;
  for (const std::string& pattern : patterns) {
    try {
      read.emplace_back(pattern, policy::Surroundings{home, {}, {}});
    } catch (const sys::Error& error) {
      throw sys::Error(sys::Kind::invalid, "the config's 'workspaces': {}: {}", sys::shown(pattern),
                       error.what());
    }
  }
  return read;
}

bool is_there(const std::string& directory) {
  std::error_code error;
  return std::filesystem::is_directory(directory, error);
}

}  // namespace

std::vector<std::string> workspaces_around(const std::vector<std::string>& directories,
                                           const Caller& caller) {
  std::vector<std::string> around;
  for (const std::string& directory : directories)
    if (is_there(directory)) around.push_back(choose_workspace({}, directory, caller).roots.front());
  return around;
}

std::string first_workspace(const std::vector<std::string>& directories,
                            const std::vector<std::string>& patterns, const std::string& home) {
  const std::vector<policy::FilePattern> read = read_patterns(patterns, home);
  const auto may_be = [&](const std::string& directory) {
    return is_there(directory) &&
           std::any_of(read.begin(), read.end(), [&](const policy::FilePattern& pattern) {
             return pattern.covers(directory, policy::Reach::wide);
           });
  };
  const auto first = std::find_if(directories.begin(), directories.end(), may_be);
  return first == directories.end() ? std::string() : *first;
}

void check_workspace_patterns(const std::vector<std::string>& patterns, const std::string& home) {
  (void)read_patterns(patterns, home);
}

}  // namespace shelltool
