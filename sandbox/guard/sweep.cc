#include "sandbox/guard/sweep.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "sandbox/guard/repository_scan.h"
#include "sandbox/sys/path.h"

namespace sandbox {
namespace {

using namespace std::chrono_literals;

constexpr auto lock_pause = 5ms;
constexpr int lock_rounds = 100;

std::vector<std::string> given_roots(const ProtectedNames& names) {
  std::vector<std::string> given;
  for (const std::string& root : names.roots)
    if (std::find(names.added_roots.begin(), names.added_roots.end(), root) == names.added_roots.end())
      given.push_back(root);
  return given;
}

}  // namespace

Sweep::Sweep(GuardRecord record, const std::string& state_directory)
    : record_(std::move(record)),
      roots_(record_.names.roots),
      quarantine_(sys::real_path_of_missing(state_directory), record_.names.roots, record_.label),
      ground_{record_.names, roots_, quarantine_, ledger_, nullptr, record_.mounts_hold},
      names_(ground_),
      configs_(ground_),
      repositories_(ground_, configs_) {}

void Sweep::known() {
  names_.sweep();
  repositories_.sweep();
}

void Sweep::look() {
  names_.look();
  repositories_.look();
}

void Sweep::everything() {
  known();
  repositories_.check_found(find_repositories(roots_, given_roots(record_.names), record_.limits, looks_),
                            record_.began_ns);
  for (int round = 0; waiting() && round < lock_rounds; ++round) {
    std::this_thread::sleep_for(lock_pause);
    repositories_.look();
  }
}

void Sweep::note(const std::string& sentence) {
  Taken notice;
  notice.kind = Taken::Kind::notice;
  notice.what = sentence;
  ledger_.add(std::move(notice));
}

}  // namespace sandbox
