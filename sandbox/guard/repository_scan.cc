#include "sandbox/guard/repository_scan.h"

#include <fmt/core.h>

#include <algorithm>
#include <deque>
#include <iterator>
#include <set>

namespace sandbox {
namespace {

bool has(const std::vector<Listed>& names, const char* name) {
  return std::any_of(names.begin(), names.end(), [&](const Listed& listed) { return listed.name == name; });
}

bool is_skipped(const std::string& name) {
  return name == ".git" || std::find(std::begin(skipped_directories), std::end(skipped_directories), name) !=
                               std::end(skipped_directories);
}

RepositoryLook look_at(const DirectoryReading& reading) {
  const auto& names = reading.names;
  RepositoryLook look;
  if (!names) return look;
  look.is_listed = true;
  look.is_bare =
      has(*names, "HEAD") && ((has(*names, "objects") && has(*names, "refs")) || has(*names, "commondir"));
  look.has_dot_git = has(*names, ".git");
  for (const Listed& child : *names)
    if (child.kind == Entry::Kind::directory && !is_skipped(child.name)) look.below.push_back(child.name);
  return look;
}

struct Pending {
  std::string path;
  int depth = 0;
};

class Scan {
 public:
  Scan(const Roots& roots, ScanLimits limits, RepositoryLooks& looks)
      : roots_(roots), limits_(limits), looks_(looks) {}

  RepositoryScan run(const std::vector<std::string>& below) {
    for (const std::string& root : below) pending_.push_back({root, 0});
    while (!pending_.empty()) {
      if (looked_ == limits_.directories) {
        found_.complete = false;
        found_.left_out.push_back(
            fmt::format("repositories below {} and what follows it: more than {} directories",
                        roots_.shown(pending_.front().path), limits_.directories));
        break;
      }
      look(pending_.front());
      pending_.pop_front();
    }
    if (deep_ > 0)
      found_.left_out.push_back(fmt::format("repositories in {} directories more than {} below the workspace",
                                            deep_, limits_.depth));
    return std::move(found_);
  }

 private:
  void look(const Pending& place) {
    if (!seen_.insert(place.path).second) return;
    ++looked_;
    const RepositoryLook* found = looks_.look(roots_, place.path, true, look_at);
    if (found == nullptr) return;
    if (!found->is_listed) {
      found_.left_out.push_back(fmt::format("{}: it cannot be listed", roots_.shown(place.path)));
      return;
    }
    if (found->is_bare) {
      found_.bare.push_back(place.path);
      return;
    }
    if (found->has_dot_git) found_.dot_git.push_back(place.path);
    if (place.depth == limits_.depth) {
      deep_ += found->below.size();
      return;
    }
    for (const std::string& child : found->below)
      pending_.push_back({place.path + "/" + child, place.depth + 1});
  }

  const Roots& roots_;
  ScanLimits limits_;
  RepositoryLooks& looks_;
  std::deque<Pending> pending_;
  std::set<std::string> seen_;
  std::size_t looked_ = 0;
  std::size_t deep_ = 0;
  RepositoryScan found_;
};

}  // namespace

RepositoryScan find_repositories(const Roots& roots, const std::vector<std::string>& below, ScanLimits limits,
                                 RepositoryLooks& looks) {
  RepositoryScan found = Scan(roots, limits, looks).run(below);
  looks.forget_the_rest();
  return found;
}

}  // namespace sandbox
