#include "policy/identity.h"

#include <dirent.h>
#include <glob.h>
#include <sys/stat.h>

#include <algorithm>
#include <memory>

#include "sandbox/sys/path.h"

namespace policy {
namespace {

constexpr const char* standard_directories[] = {"/usr/local/sbin", "/usr/local/bin", "/usr/sbin",
                                                "/usr/bin",        "/sbin",          "/bin"};

void add_once(std::vector<std::string>& list, const std::string& text) {
  if (std::find(list.begin(), list.end(), text) == list.end()) list.push_back(text);
}

KnownFile named(const std::string& name) {
  KnownFile file;
  file.name = name;
  return file;
}

bool is_program(const std::string& path, struct stat& status) {
  return ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) && (status.st_mode & 0111) != 0;
}

std::vector<std::string> expanded(const std::string& pattern) {
  glob_t found{};
  std::vector<std::string> paths;
  if (::glob(pattern.c_str(), GLOB_NOSORT, nullptr, &found) == 0)
    paths.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  ::globfree(&found);
  return paths;
}

}  // namespace

Identity::Identity(const Surroundings& surroundings) : home_(surroundings.home) {
  for (const std::string& directory : surroundings.search_path)
    if (directory.starts_with('/')) add_once(directories_, sys::normal_path(directory));
  for (const char* directory : standard_directories) add_once(directories_, directory);
  const auto is_ours = [&](const std::string& path) {
    return std::none_of(surroundings.workspaces.begin(), surroundings.workspaces.end(),
                        [&](const std::string& workspace) { return sys::is_within(path, workspace); });
  };
  for (const std::string& directory : directories_)
    if (const auto real = sys::real_path(directory); real && is_ours(*real))
      add_once(real_directories_, *real);
}

void Identity::list_directories() {
  constexpr std::size_t most_names = 20'000;
  for (const std::string& directory : real_directories_) {
    std::optional<std::vector<std::string>>& names = listings_.emplace_back();
    const std::unique_ptr<DIR, int (*)(DIR*)> stream(::opendir(directory.c_str()), &::closedir);
    if (!stream) continue;
    names.emplace();
    while (const dirent* entry = ::readdir(stream.get())) names->emplace_back(entry->d_name);
    if (names->size() > most_names) names.reset();
    if (names) std::sort(names->begin(), names->end());
  }
}

bool Identity::may_have(std::size_t directory, const std::string& name) {
  constexpr std::size_t few = 64;  // a look at each costs less than the lists
  if (added_.size() <= few) return true;
  if (listings_.empty()) list_directories();
  const auto& names = listings_[directory];
  return !names || name.find('/') != std::string::npos ||
         std::binary_search(names->begin(), names->end(), name);
}

void Identity::add(const std::string& name) {
  if (!added_.insert(name).second) return;
  const std::size_t before = files_.size();
  if (name.starts_with('/')) {
    add_file(named(name), name, false);
  } else {
    for (std::size_t i = 0; i < real_directories_.size(); ++i)
      if (may_have(i, name)) add_file(named(name), real_directories_[i] + "/" + name, false);
  }
  // gatehouse need not lie in the search path to be gatehouse.
  if (name == "gatehouse") {
    const auto own = sys::real_path("/proc/self/exe");
    if (own && sys::base_name(*own) == name) add_file(named(name), *own, false);
  }
  if (files_.size() == before) assume(name);
}

void Identity::assume(const std::string& name) {
  KnownFile file = named(name);
  file.path = missing_path(name);
  by_path_[file.path].push_back(files_.size());
  files_.push_back(std::move(file));
}

std::string Identity::missing_path(const std::string& name) {
  return name.starts_with('/') ? name : "/usr/bin/" + name;
}

void Identity::declare(const std::string& name, const std::string& path, bool writable_ok, int layer) {
  KnownFile declared = named(name);
  declared.writable_ok = writable_ok;
  declared.layer = layer;
  const std::string absolute = path.starts_with("~/") ? home_ + path.substr(1) : path;
  for (const std::string& each : expanded(absolute)) add_file(declared, each, true);
}

void Identity::declare_found(const std::string& name, int layer) {
  for (std::size_t index = 0, end = files_.size(); index < end; ++index) {
    if (files_[index].name != name) continue;
    KnownFile file = files_[index];
    file.writable_ok = true;
    file.layer = layer;
    by_path_[file.path].push_back(files_.size());
    files_.push_back(std::move(file));
  }
}

void Identity::add_file(KnownFile file, const std::string& path, bool declared) {
  struct stat status {};
  if (!is_program(path, status)) return;
  const auto real = sys::real_path(path);
  if (!real) return;
  file.path = *real;
  file.device = status.st_dev;
  file.inode = status.st_ino;
  const std::string name = sys::base_name(file.name);
  const std::string real_name = sys::base_name(*real);
  file.by_call = is_multicall_name(real_name) ? !is_multicall_name(name)
                                              : !declared && real_name.find(name) == std::string::npos;
  by_path_[file.path].push_back(files_.size());
  by_inode_[{file.device, file.inode}].push_back(files_.size());
  files_.push_back(std::move(file));
}

std::vector<Identity::Hit> Identity::find(const sandbox::File& file) const {
  std::vector<Hit> hits;
  const auto at_path = by_path_.find(file.path);
  const auto by_inode = by_inode_.find({file.device, file.inode});
  if (at_path != by_path_.end()) {
    for (const std::size_t index : at_path->second) {
      const KnownFile& known = files_[index];
      const bool same = known.device == file.device && known.inode == file.inode;
      hits.push_back({&known, same ? Kinship::same_file : Kinship::same_path});
    }
  }
  if (by_inode != by_inode_.end()) {
    for (const std::size_t index : by_inode->second)
      if (files_[index].path != file.path) hits.push_back({&files_[index], Kinship::linked});
  }
  if (file.copy_of.empty()) return hits;
  if (const auto original = by_path_.find(file.copy_of); original != by_path_.end())
    for (const std::size_t index : original->second) hits.push_back({&files_[index], Kinship::copy});
  return hits;
}

std::optional<std::string> Identity::look_up(const std::string& name) const {
  for (const std::string& directory : real_directories_) {
    struct stat status {};
    const std::string path = directory + "/" + name;
    if (is_program(path, status)) return sys::real_path(path);
  }
  return std::nullopt;
}

bool Identity::in_search_path(const std::string& path) const {
  return std::find(real_directories_.begin(), real_directories_.end(), sys::parent_of(path)) !=
         real_directories_.end();
}

bool Identity::is_there(const std::string& name) const { return share_file(name, name); }

bool Identity::share_file(const std::string& one, const std::string& other) const {
  return std::any_of(files_.begin(), files_.end(), [&](const KnownFile& file) {
    if (file.name != one || file.inode == 0) return false;
    const std::vector<std::size_t>& same = by_path_.at(file.path);
    return std::any_of(same.begin(), same.end(),
                       [&](std::size_t index) { return files_[index].name == other; });
  });
}

std::vector<std::string> Identity::paths() const {
  std::vector<std::string> paths;
  for (const KnownFile& file : files_)
    if (file.inode != 0) paths.push_back(file.path);
  std::sort(paths.begin(), paths.end());
  paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
  return paths;
}

}  // namespace policy
