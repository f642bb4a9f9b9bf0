#include "shelltool/setup/held_files.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <system_error>

#include "sandbox/sys/path.h"
#include "sandbox/sys/text.h"

namespace shelltool {
namespace {

namespace fs = std::filesystem;
using policy::EventKind;

constexpr std::size_t most_names = 200'000;
constexpr std::size_t most_files = 1'000;  // each is a mount

class Search {
 public:
  Search(const policy::RuleSet& rules, const policy::State& state, EventKind kind)
      : rules_(rules), state_(state), kind_(kind) {}

  void look_below(const std::string& start) {
    std::error_code error;
    const fs::file_status status = fs::symlink_status(start, error);
    if (error || !fs::exists(status) || take(start) || !fs::is_directory(status)) return;
    constexpr auto skip = fs::directory_options::skip_permission_denied;
    fs::recursive_directory_iterator entry(start, skip, error);
    for (const fs::recursive_directory_iterator end; !error && entry != end; entry.increment(error)) {
      if (++looked_ > most_names || found_.size() >= most_files) {
        is_whole_ = false;
        return;
      }
      if (take(entry->path().string())) entry.disable_recursion_pending();
    }
  }

  [[nodiscard]] std::vector<std::string> found() const { return {found_.begin(), found_.end()}; }
  [[nodiscard]] bool is_whole() const { return is_whole_; }

 private:
  bool take(const std::string& path) {
    const policy::FileEvent event{kind_, {path, path}, "shell"};
    const policy::Decision decision = rules_.decide(event, state_);
    // What only the defaults deny is left to the sandbox: all files would be meant. What builtin:base denies,
    // too: there it is hidden, or protected, unless the settings say otherwise.
    const bool is_denied =
        std::any_of(decision.matched.begin(), decision.matched.end(), [](const policy::Matched& matched) {
          return matched.verdict == policy::Verdict::deny && matched.place.file != policy::base_name;
        });
    if (is_denied) found_.insert(path);
    return is_denied;
  }

  const policy::RuleSet& rules_;
  const policy::State& state_;
  EventKind kind_;
  std::set<std::string> found_;
  std::size_t looked_ = 0;
  bool is_whole_ = true;
};

/// Without those that lie in others.
std::vector<std::string> starts_of(std::vector<std::string> places,
                                   const std::vector<std::string>& workspaces) {
  if (std::erase(places, "/") > 0) places.insert(places.end(), workspaces.begin(), workspaces.end());
  std::sort(places.begin(), places.end());
  std::vector<std::string> starts;
  for (std::string& place : places)
    if (starts.empty() || !sys::is_within(place, starts.back())) starts.push_back(std::move(place));
  return starts;
}

std::vector<std::string> search(const policy::RuleSet& rules, const policy::State& state, EventKind kind,
                                const std::vector<std::string>& workspaces,
                                std::vector<std::string>& left_out) {
  Search search(rules, state, kind);
  for (const std::string& start : starts_of(rules.denied_places(kind), workspaces)) search.look_below(start);
  if (!search.is_whole())
    left_out.push_back(
        fmt::format("not every file that rules deny to {} is held: there are more than {} names, or {} files",
                    policy::name_of(kind), most_names, most_files));
  return search.found();
}

}  // namespace

HeldFiles find_held_files(const policy::RuleSet& rules, const policy::State& state,
                          const std::vector<std::string>& workspaces) {
  HeldFiles held;
  held.hidden = search(rules, state, EventKind::read, workspaces, held.left_out);
  held.read_only = search(rules, state, EventKind::write, workspaces, held.left_out);
  return held;
}

}  // namespace shelltool
