#include "shelltool/setup/places.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "sandbox/sys/error.h"
#include "sandbox/sys/path.h"

namespace shelltool {
namespace {

std::string base_directory(const Variables& variables, const char* variable, const std::string& otherwise) {
  const std::string value = value_of(variables, variable);
  return sys::normal_path(value.starts_with('/') ? value : otherwise);
}

bool is_directory_of(const std::string& path, uid_t uid) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode) && status.st_uid == uid;
}

void add_once(std::vector<std::string>& paths, const std::string& path) {
  if (std::find(paths.begin(), paths.end(), path) == paths.end()) paths.push_back(path);
}

bool is_link(const std::string& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0 && S_ISLNK(status.st_mode);
}

constexpr const char* own_files[] = {"config.yaml", "rules.yaml", "grants.yaml"};

void claim(const std::string& path, unsigned mode) {
  try {
    sys::make_directories(path, mode);
  } catch (const sys::SysError& error) {
    constexpr int expected[] = {EACCES, EPERM, EROFS, ENOTDIR,
                                ENOENT};  // ENOENT: procfs makes no directories
    if (std::find(std::begin(expected), std::end(expected), error.error_number()) == std::end(expected))
      throw;
  }
}

}  // namespace

Places find_places(const Caller& caller) {
  const std::string home = home_of(caller);
  Places places;
  places.config = base_directory(caller.variables, "XDG_CONFIG_HOME", home + "/.config") + "/gatehouse";
  places.state = base_directory(caller.variables, "XDG_STATE_HOME", home + "/.local/state") + "/gatehouse";
  places.cache = base_directory(caller.variables, "XDG_CACHE_HOME", home + "/.cache") + "/gatehouse";
  const std::string runtime = value_of(caller.variables, "XDG_RUNTIME_DIR");
  // Under sudo it is still the other user's.
  const bool is_ours = runtime.starts_with('/') && is_directory_of(runtime, caller.uid);
  places.runtime = is_ours ? sys::normal_path(runtime) + "/gatehouse" : places.state + "/run";
  return places;
}

Places usual_places(const std::string& home) {
  Caller caller;
  caller.variables["HOME"] = home;
  return find_places(caller);
}

void make_private_directory(const std::string& path) {
  try {
    sys::make_directories(path, 0700);
  } catch (const sys::SysError& error) {
    throw sys::Error(sys::Kind::io,
                     "{}: gatehouse keeps its own files in {}; name places that you can write: set HOME, or "
                     "XDG_STATE_HOME and XDG_CACHE_HOME",
                     error.what(), path);
  }
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) throw sys::SysError(errno, "looking at {}", path);
  if (!S_ISDIR(status.st_mode)) throw sys::Error(sys::Kind::denied, "{} is no directory", path);
  if (status.st_uid != ::geteuid())
    throw sys::Error(sys::Kind::denied,
                     "{} belongs to user {}; gatehouse keeps its own files in directories of the "
                     "user who runs it",
                     path, status.st_uid);
  if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
    throw sys::Error(sys::Kind::denied, "others may write {} (mode {:04o}); mend it with: chmod 700 {}", path,
                     status.st_mode & 07777, path);
}

void claim_own_directories(const Places& places, bool with_system) {
  for (const std::string& path : {places.config, places.state, places.runtime}) claim(path, 0700);
  if (with_system) claim(places.system, 0755);
}

std::vector<std::string> own_paths(const Places& places) {
  std::vector<std::string> paths;
  for (const std::string& directory : {places.system, places.config}) {
    add_once(paths, sys::real_path_of_missing(directory));
    for (const char* file : own_files) {
      const std::string path = directory + "/" + file;
      if (is_link(path)) add_once(paths, sys::real_path_of_missing(path));
    }
  }
  return paths;
}

std::vector<std::string> own_hidden_paths(const Places& places) {
  std::vector<std::string> paths;
  for (const std::string& directory : {places.state, places.cache, places.runtime})
    add_once(paths, sys::real_path_of_missing(directory));
  return paths;
}

std::vector<std::string> links_to_own(const Places& places) {
  std::vector<std::string> links;
  for (std::string path = places.config; path != "/"; path = sys::parent_of(path)) {
    if (is_link(path)) links.push_back(path);
  }
  return links;
}

}  // namespace shelltool
