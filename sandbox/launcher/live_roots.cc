#include "sandbox/launcher/live_roots.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <optional>
#include <string_view>
#include <utility>

#include "sandbox/launcher/layout.h"
#include "sandbox/launcher/mount_api.h"
#include "sandbox/launcher/stillness.h"
#include "sandbox/launcher/writers.h"
#include "sandbox/sys/error.h"
#include "sandbox/sys/path.h"
#include "sandbox/sys/process.h"

namespace sandbox {
namespace {

constexpr int most_rounds = 5;
/// What is opened and closed again in a loop is closed for a moment soon; nobody has it open who makes
/// directories in one, or is asleep in such a call. Who holds a file is found at once by looking for him;
/// where nobody is, or others took their turn, the session stands still from then on, which ends such calls.
constexpr std::chrono::microseconds first_trying(500), later_trying = std::chrono::milliseconds(20),
                                                       longest_stillness = std::chrono::milliseconds(300);
constexpr int workers_may_finish = 2, rounds_in_motion = 2;
constexpr auto longest_death = std::chrono::milliseconds(200);

bool is_one_of(const std::string& path, const std::vector<std::string>& paths) {
  return std::find(paths.begin(), paths.end(), path) != paths.end();
}

/// The length of the longest of these directories that the path lies in; -1: in none.
int depth_in(const std::string& path, const std::vector<std::string>& directories) {
  int depth = -1;
  for (const std::string& directory : directories)
    if (sys::is_within(path, directory)) depth = std::max(depth, static_cast<int>(directory.size()));
  return depth;
}

bool has_one_below(const std::string& root, const std::vector<std::string>& paths) {
  return std::any_of(paths.begin(), paths.end(),
                     [&](const std::string& path) { return path != root && sys::is_within(path, root); });
}

BusyMounts busy(const std::vector<ListedMount>& mounts) {
  BusyMounts busy;
  for (const ListedMount& mount : mounts) {
    busy.numbers.insert(mount.number);
    busy.devices.insert(mount.device);
  }
  return busy;
}

/// SIGKILL, and its files are closed when this returns; a process that cannot die is waited for so long only.
void end_all(const std::vector<Writer>& writers) {
  std::vector<sys::Fd> processes;
  for (const Writer& writer : writers) {
    sys::Fd process = sys::open_process(writer.process);
    ::kill(writer.process, SIGKILL);
    if (process) processes.push_back(std::move(process));
  }
  const auto limit = std::chrono::steady_clock::now() + longest_death;
  for (const sys::Fd& process : processes) {
    pollfd death{process.get(), POLLIN, 0};
    const auto rest = std::chrono::ceil<std::chrono::milliseconds>(limit - std::chrono::steady_clock::now());
    ::poll(&death, 1, static_cast<int>(std::max<long>(0, rest.count())));
  }
}

/// Longer and longer: who is to come out of a call may wait for the processor that we take.
void pause(std::chrono::steady_clock::duration tried) {
  ::usleep(50 +
           static_cast<useconds_t>(std::chrono::duration_cast<std::chrono::microseconds>(tried / 8).count()));
}

}  // namespace

LiveRoots::LiveRoots(const Spec& spec) : others_(writable_places_of(spec)) {
  if (spec.mode == Mode::workspace_write) roots_ = spec.writable;
  std::erase_if(others_, [&](const std::string& path) { return is_one_of(path, roots_); });
  others_.insert(others_.end(), {"/dev", "/proc", "/run"});
  kept_ = roots_;
}

LiveRoots::Fate LiveRoots::fate_of(const std::string& path) const {
  const int lost = depth_in(path, lost_), kept = std::max(depth_in(path, kept_), depth_in(path, others_));
  if (lost < 0 && kept < 0) return Fate::not_ours;
  return lost >= kept ? Fate::loses : Fate::keeps;
}

bool LiveRoots::is_in_roots(const std::string& path) const {
  return depth_in(path, roots_) > depth_in(path, others_);
}

void LiveRoots::remember() {
  if (!roots_.empty()) look();
}

/// The mounts in the roots. One that was writable and is not among them any more goes on for who is in it:
/// the kernel took it off with its directory, and changes none that is mounted nowhere (EINVAL).
std::vector<ListedMount> LiveRoots::look() {
  std::vector<ListedMount> mounts = list_mounts();
  std::erase_if(mounts, [&](const ListedMount& mount) { return !is_in_roots(mount.path); });
  std::map<std::uint64_t, std::string> missing = std::exchange(writable_, {});
  for (const ListedMount& mount : mounts) {
    missing.erase(mount.number);
    gone_.erase(mount.number);
    if (mount.is_writable) writable_[mount.number] = mount.path;
  }
  gone_.merge(missing);
  return mounts;
}

/// Empty where another mount than a part covers it.
sys::Fd LiveRoots::place_of(const ListedMount& listed) const {
  const auto covered = covered_.find(listed.number);
  if (covered != covered_.end()) return sys::duplicate(covered->second.get());
  sys::Fd place = try_place(listed.path);
  const bool is_it = place && is_mount_root(place.get()) && mount_number(place.get()) == listed.number;
  return is_it ? std::move(place) : sys::Fd();
}

/// Somebody outside may have put another directory in its place, which took the mount off.
bool LiveRoots::is_part(const std::string& path) {
  const auto part = parts_.find(path);
  if (part == parts_.end()) return false;
  const std::uint64_t number = mount_number(part->second.get());
  const std::vector<ListedMount> mounts = look();
  return std::any_of(mounts.begin(), mounts.end(),
                     [&](const ListedMount& mount) { return mount.number == number && mount.path == path; });
}

/// What is kept of a root needs a mount of its own. One that cannot be had is not kept.
void LiveRoots::choose(const RootsOrder& order, HeldCovers& held, RootsAnswer& answer) {
  kept_.clear();
  for (const std::string& path : order.writable) {
    try {
      if (depth_in(path, roots_) < 0) throw sys::Error(sys::Kind::invalid, "{} is in no writable root", path);
      if (!is_one_of(path, roots_) && !is_part(path)) bind_onto_itself(path, held);
      kept_.push_back(path);
    } catch (const sys::Error& error) {
      answer.failures.emplace_back(error.what());
    }
  }
  lost_.clear();
  for (const std::string& root : roots_)
    if (depth_in(root, kept_) < 0) lost_.push_back(root);
}

/// It, or what it lies in, is protected, held or hidden: a copy that is made writable would take that away.
bool LiveRoots::is_covered(int place) {
  const std::uint64_t number = mount_number(place);
  const auto is_it = [number](const Flipped& flipped) { return mount_number(flipped.mount.get()) == number; };
  if (std::any_of(flipped_.begin(), flipped_.end(), is_it)) return false;
  const std::vector<ListedMount> mounts = look();
  return std::none_of(mounts.begin(), mounts.end(),
                      [&](const ListedMount& mount) { return mount.number == number && mount.is_writable; });
}

void LiveRoots::bind_onto_itself(const std::string& directory, HeldCovers& held) {
  const sys::Fd place = place_at(directory);
  if (is_covered(place.get()))
    throw sys::Error(sys::Kind::denied, "{} is protected, and stays read-only", directory);
  sys::Fd tree = copy_tree(place.get(), directory);
  for (const ListedMount& listed : look())
    if (sys::is_within(listed.path, directory))
      if (sys::Fd inner = place_of(listed)) covered_[listed.number] = std::move(inner);
  attach(tree.get(), place.get(), directory);
  held.find_copies_below(directory);
  // What was copied from a root that is read-only now is so, too.
  change_mounts(tree.get(), {.clear = MOUNT_ATTR_RDONLY, .recursive = false},
                "making " + directory + " writable");
  for (const Flipped& flipped : flipped_) {
    const sys::Fd copy = sys::is_within(flipped.path, directory) ? try_place(flipped.path) : sys::Fd();
    if (copy && is_mount_root(copy.get()))
      change_mounts(copy.get(), {.clear = MOUNT_ATTR_RDONLY, .recursive = false},
                    "making " + flipped.path + " writable");
  }
  parts_[directory] = std::move(tree);
}

/// The rest stays read-only, which is told.
void LiveRoots::loosen(RootsAnswer& answer) {
  std::erase_if(flipped_, [&](const Flipped& flipped) {
    if (fate_of(flipped.path) == Fate::loses) return false;
    const int error =
        try_change_mounts(flipped.mount.get(), {.clear = MOUNT_ATTR_RDONLY, .recursive = false});
    if (error != 0)
      answer.failures.emplace_back(sys::SysError(error, "making {} writable", flipped.path).what());
    return error == 0;
  });
}

/// Throws where some of it is out of reach.
std::vector<ListedMount> LiveRoots::still_writable() {
  std::vector<ListedMount> mounts = look();
  for (const auto& [number, path] : gone_)
    if (fate_of(path) == Fate::loses)
      throw sys::Error(sys::Kind::unsupported,
                       "the directory {} was removed or moved from outside, so what is open there cannot be "
                       "made read-only",
                       path);
  std::erase_if(mounts, [&](const ListedMount& mount) {
    return !mount.is_writable || fate_of(mount.path) != Fate::loses;
  });
  return mounts;
}

/// All of a root at once, also what others cover; false where something in it is kept.
bool LiveRoots::flip_whole(const std::string& root, const std::vector<ListedMount>& wanted) {
  const auto mount = mounts_.find(root);
  if (mount == mounts_.end() || has_one_below(root, kept_) || has_one_below(root, others_)) return false;
  std::vector<Flipped> within;
  for (const ListedMount& listed : wanted)
    if (sys::is_within(listed.path, root))
      if (sys::Fd place = place_of(listed)) within.push_back({listed.path, std::move(place)});
  const int error = try_change_mounts(mount->second.get(), {.set = MOUNT_ATTR_RDONLY});
  if (error == EBUSY) return false;
  if (error != 0) throw sys::SysError(error, "making {} read-only", root);
  std::move(within.begin(), within.end(), std::back_inserter(flipped_));
  return true;
}

/// What stays writable.
std::vector<ListedMount> LiveRoots::flip(std::vector<ListedMount> wanted) {
  for (const std::string& root : lost_)
    if (!wanted.empty() && flip_whole(root, wanted))
      std::erase_if(wanted, [&](const ListedMount& listed) { return sys::is_within(listed.path, root); });
  std::erase_if(wanted, [&](const ListedMount& listed) {
    sys::Fd place = place_of(listed);
    if (!place) return false;
    const int error = try_change_mounts(place.get(), {.set = MOUNT_ATTR_RDONLY, .recursive = false});
    if (error != 0 && error != EBUSY) throw sys::SysError(error, "making {} read-only", listed.path);
    if (error == 0) flipped_.push_back({listed.path, std::move(place)});
    return error == 0;
  });
  return wanted;
}

std::vector<ListedMount> LiveRoots::tighten(std::chrono::microseconds longest) {
  const auto begun = std::chrono::steady_clock::now();
  std::vector<ListedMount> left = flip(still_writable());
  for (auto now = begun; !left.empty() && now < begun + longest; now = std::chrono::steady_clock::now()) {
    pause(now - begun);
    left = flip(std::move(left));
  }
  return left.empty() ? still_writable() : left;
}

RootsAnswer LiveRoots::change(const RootsOrder& order, HeldCovers& held, const std::vector<pid_t>& workers) {
  RootsAnswer answer;
  try {
    choose(order, held, answer);
    loosen(answer);
    bool is_somebody = true;
    std::optional<Stillness> still;
    for (int round = 0;; ++round) {
      if (!still && (!is_somebody || round == rounds_in_motion)) still.emplace();
      const std::vector<ListedMount> left = tighten(round == 0    ? first_trying
                                                    : is_somebody ? later_trying
                                                                  : longest_stillness);
      if (left.empty()) return answer;
      std::vector<Writer> writers = writers_in(busy(left));
      is_somebody = !writers.empty() || round == 0;
      if (!order.end_writers || round == most_rounds) {
        answer.in_the_way = std::move(writers);
        break;
      }
      if (round < workers_may_finish)
        std::erase_if(writers, [&](const Writer& writer) {
          return std::find(workers.begin(), workers.end(), writer.process) != workers.end();
        });
      end_all(writers);
      answer.ended.insert(answer.ended.end(), writers.begin(), writers.end());
    }
  } catch (const sys::Error& error) {
    answer.failures.emplace_back(error.what());
    answer.is_lost = true;
  }
  answer.in_force = false;
  return answer;
}

}  // namespace sandbox
