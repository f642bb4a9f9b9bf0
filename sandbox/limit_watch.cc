#include "sandbox/limit_watch.h"

#include <fmt/core.h>
#include <sys/vfs.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>
#include <string>
#include <utility>

#include "sandbox/launcher/descendants.h"
#include "sandbox/sys/error.h"
#include "sandbox/sys/text.h"

namespace sandbox {
namespace {

using Which = LimitReached::Which;

/// What is refused by the kernel is looked for at leisure; what we have to end ourselves is not.
constexpr auto at_leisure = std::chrono::seconds(1);
constexpr auto shortest_interval = std::chrono::milliseconds(50);
/// So a look costs a tenth of a processor at most, however many processes there are.
constexpr int rest_per_look = 10;
constexpr std::size_t longest_file = 64 * 1024;

std::uint64_t kilobytes(std::string_view text, std::string_view name) {
  return sys::number_behind(text, name) * 1024;
}

/// A process that has ended meanwhile has nothing.
std::string text_of(pid_t process, const char* name) {
  try {
    return sys::read_file(fmt::format("/proc/{}/{}", process, name), longest_file);
  } catch (const sys::Error&) {
    return {};
  }
}

/// One whose first thread has ended lives on, and tells of its memory by the others alone.
Usage usage_of(pid_t process) {
  Usage usage = usage_in_status(text_of(process, "status"));
  if (usage.bytes > 0) return usage;
  std::error_code ignored;
  for (const auto& task :
       std::filesystem::directory_iterator(fmt::format("/proc/{}/task", process), ignored)) {
    usage =
        usage_in_status(text_of(process, ("task/" + task.path().filename().string() + "/status").c_str()));
    if (usage.bytes > 0) break;
  }
  return usage;
}

/// The upper bound where the process does not let itself be looked into.
std::uint64_t exact_bytes_of(pid_t process) {
  const std::string rollup = text_of(process, "smaps_rollup");
  return rollup.empty() ? usage_of(process).bytes : bytes_in_rollup(rollup);
}

/// The largest of something, and whose it is.
struct Largest {
  std::uint64_t amount = 0, id = 0;
  void take(std::uint64_t other, std::uint64_t other_id) {
    if (other > amount) amount = other, id = other_id;
  }
};

struct Sum {
  std::uint64_t total = 0;
  Largest tree, process;
};

template <class Amount>
Sum sum_of(const std::vector<LimitWatch::Tree>& trees, Amount amount_of) {
  Sum sum;
  for (const LimitWatch::Tree& tree : trees) {
    std::uint64_t of_tree = 0;
    for (const pid_t process : descendants_of(tree.root)) {
      const std::uint64_t amount = amount_of(process);
      of_tree += amount;
      sum.process.take(amount, static_cast<std::uint64_t>(process));
    }
    sum.tree.take(of_tree, tree.id);
    sum.total += of_tree;
  }
  return sum;
}

}  // namespace

/// At the beginning of a line: a process may call itself "RssAnon:0".
Usage usage_in_status(std::string_view status) {
  return {kilobytes(status, "\nRssAnon:") + kilobytes(status, "\nRssShmem:") + kilobytes(status, "\nVmSwap:"),
          sys::number_behind(status, "\nThreads:")};
}

std::uint64_t bytes_in_rollup(std::string_view rollup) {
  return kilobytes(rollup, "\nPss_Anon:") + kilobytes(rollup, "\nPss_Shmem:") +
         kilobytes(rollup, "\nSwapPss:");
}

LimitWatch::LimitWatch(sys::Reactor& reactor, const Limits& limits, pid_t init, sys::Fd tmp,
                       Handlers handlers)
    : reactor_(reactor), limits_(limits), init_(init), tmp_(std::move(tmp)), handlers_(std::move(handlers)) {
  if (limits_.memory_bytes != 0) join_group();
  look_soon({});
}

void LimitWatch::join_group() {
  std::optional<ControlGroup> group = ControlGroup::make(limits_);
  if (!group) return;
  group_.emplace(std::move(*group));
  std::vector<pid_t> all = descendants_of(init_);
  all.push_back(init_);
  if (!std::all_of(all.begin(), all.end(), [this](pid_t process) { return group_->take(process); }))
    group_.reset();
}

void LimitWatch::look_soon(std::chrono::nanoseconds last_look) {
  const bool is_pressing = limits_.memory_bytes != 0;
  if (!is_pressing && limits_.processes == 0 && !tmp_) return;
  const std::chrono::nanoseconds shortest = is_pressing ? shortest_interval : at_leisure;
  next_look_ =
      reactor_.at(sys::BootClock::now() + std::max(shortest, last_look * rest_per_look), [this] { look(); });
}

void LimitWatch::look() {
  const auto begin = sys::BootClock::now();
  const std::vector<Tree> trees = handlers_.trees();
  if (limits_.memory_bytes != 0) look_at_memory(trees);
  if (limits_.processes != 0) look_at_processes(trees);
  if (is_tmp_full()) handlers_.reached(0, {Which::tmp, limits_.tmp_bytes});
  look_soon(sys::BootClock::now() - begin);
}

void LimitWatch::look_at_memory(const std::vector<Tree>& trees) {
  const std::uint64_t limit = limits_.memory_bytes;
  Sum sum = sum_of(trees, [](pid_t process) { return usage_of(process).bytes; });
  const bool is_refused = group_ && group_->memory_reached();  // whoever had it is gone
  if (!is_refused && sum.total > limit / 2) {
    largest_ = command_of(static_cast<pid_t>(sum.process.id));
    largest_tree_ = sum.tree.id;
  }
  if (!is_refused && sum.total > limit) sum = sum_of(trees, exact_bytes_of);
  if (!is_refused && sum.total <= limit) return;
  const bool is_there =
      std::any_of(trees.begin(), trees.end(), [this](const Tree& tree) { return tree.id == largest_tree_; });
  handlers_.reached(is_there ? largest_tree_ : sum.tree.id, {Which::memory, limit, largest_});
}

/// The kernel counts ours in the sandbox, too. It has refused nobody for certain, but a program that comes so
/// near has most likely been further.
void LimitWatch::look_at_processes(const std::vector<Tree>& trees) {
  const std::vector<pid_t> all = descendants_of(init_);
  std::uint64_t count = 1;
  for (const pid_t process : all) count += usage_of(process).threads;
  const bool is_refused = group_ && group_->processes_reached();
  if (!is_refused && count < limits_.processes - limits_.processes / 32) return;
  std::map<std::string, std::uint64_t> commands;
  const Sum sum = sum_of(trees, [&](pid_t process) {
    ++commands[command_of(process)];
    return std::uint64_t{1};
  });
  const auto most = std::max_element(commands.begin(), commands.end(),
                                     [](const auto& a, const auto& b) { return a.second < b.second; });
  handlers_.reached(sum.tree.id,
                    {Which::processes, limits_.processes, most == commands.end() ? "" : most->first});
}

bool LimitWatch::is_tmp_full() const {
  struct statfs room {};
  return tmp_ && ::fstatfs(tmp_.get(), &room) == 0 &&
         (room.f_bfree == 0 || (room.f_files != 0 && room.f_ffree == 0));
}

std::vector<LimitReached> LimitWatch::last_reached() {
  std::vector<LimitReached> reached;
  if (is_tmp_full()) reached.push_back({Which::tmp, limits_.tmp_bytes});
  if (group_ && group_->memory_reached()) reached.push_back({Which::memory, limits_.memory_bytes, largest_});
  if (group_ && group_->processes_reached()) reached.push_back({Which::processes, limits_.processes});
  return reached;
}

}  // namespace sandbox
