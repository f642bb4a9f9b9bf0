#include "sandbox/guard/repository_scan.h"

#include <fcntl.h>
#include <fmt/core.h>

#include <algorithm>
#include <deque>
#include <iterator>
#include <set>

#include "sandbox/guard/entry.h"

namespace sandbox {
namespace {

constexpr std::size_t most_names = 1'000'000;

struct Pending {
  std::string path;
  int depth = 0;
};

bool is_skipped(const std::string& name) {
  return std::find(std::begin(skipped_directories), std::end(skipped_directories), name) !=
         std::end(skipped_directories);
}

bool has(const std::vector<Listed>& names, const char* name) {
  return std::any_of(names.begin(), names.end(), [&](const Listed& listed) { return listed.name == name; });
}

class Scan {
 public:
  Scan(const Roots& roots, ScanLimits limits) : roots_(roots), limits_(limits) {}

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
    auto names = list_opened(roots_.open(place.path, O_RDONLY | O_DIRECTORY), most_names);
    if (!names) {  // its permissions may have been taken away
      const sys::Fd dir = roots_.open_directory(place.path);
      if (!dir) return;
      names = list(dir.get(), most_names);
    }
    if (!names) {
      found_.left_out.push_back(fmt::format("{}: it cannot be listed", roots_.shown(place.path)));
      return;
    }
    if (has(*names, "HEAD") &&
        ((has(*names, "objects") && has(*names, "refs")) || has(*names, "commondir"))) {
      found_.bare.push_back(place.path);
      return;
    }
    for (const Listed& child : *names) {
      if (child.name == ".git") found_.dot_git.push_back(place.path);
      if (child.kind != Entry::Kind::directory || child.name == ".git" || is_skipped(child.name)) continue;
      if (place.depth < limits_.depth)
        pending_.push_back({place.path + "/" + child.name, place.depth + 1});
      else
        ++deep_;
    }
  }

  const Roots& roots_;
  ScanLimits limits_;
  std::deque<Pending> pending_;
  std::set<std::string> seen_;
  std::size_t looked_ = 0;
  std::size_t deep_ = 0;
  RepositoryScan found_;
};

}  // namespace

RepositoryScan find_repositories(const Roots& roots, const std::vector<std::string>& below,
                                 ScanLimits limits) {
  return Scan(roots, limits).run(below);
}

}  // namespace sandbox
