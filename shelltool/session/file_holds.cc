#include "shelltool/session/file_holds.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "sandbox/sys/text.h"

namespace shelltool {
namespace {

constexpr std::size_t most_named = 5;

bool is_same(const HeldFile& one, const HeldFile& other) {
  return one.held == other.held && one.device == other.device && one.inode == other.inode &&
         one.since_ns == other.since_ns;
}

/// "hidden from now on: /ws/.env (rule secrets), …"
std::string sentence_on(const std::vector<const HeldFile*>& files, sandbox::Held::As as) {
  std::string names;
  std::size_t count = 0;
  for (const HeldFile* file : files) {
    if (file->held.as != as || ++count > most_named) continue;
    names += fmt::format("{}{} (rule {})", names.empty() ? "" : ", ", sys::visible(file->held.path),
                         sys::visible(file->rule));
  }
  if (count == 0) return {};
  if (count > most_named) names += fmt::format(" and {} more", count - most_named);
  return fmt::format("{} from now on: {}", as == sandbox::Held::As::hidden ? "hidden" : "read-only", names);
}

}  // namespace

FileHolds::FileHolds(HeldFiles files, const policy::RuleSet& rules, const policy::State& state)
    : files_(std::move(files)) {
  for (HeldFile& file : files_.find(rules, state)) held_.emplace(file.held.path, std::move(file));
}

std::vector<sandbox::Held> FileHolds::held() const {
  std::vector<sandbox::Held> all;
  for (const auto& [path, file] : held_) all.push_back(file.held);
  return all;
}

sandbox::HoldOrder FileHolds::change_to(const Files& wanted) const {
  sandbox::HoldOrder change;
  for (const auto& [path, file] : wanted) {
    const auto known = held_.find(path);
    if (known == held_.end() || !is_same(known->second, file)) change.held.push_back(file.held);
  }
  for (const auto& [path, file] : held_)
    if (!wanted.contains(path)) change.let_go.push_back(path);
  return change;
}

std::vector<std::string> FileHolds::follow(const policy::RuleSet& rules, const policy::State& state,
                                           sandbox::Supervisor& supervisor) {
  Files wanted;
  for (HeldFile& file : files_.find(rules, state)) wanted.emplace(file.held.path, std::move(file));
  // A command that makes too many files to be looked at must not get at one that is held.
  if (!files_.is_whole()) wanted.insert(held_.begin(), held_.end());
  std::vector<std::string> sentences = files_.left_out();
  const sandbox::HoldOrder change = change_to(wanted);
  if (change.held.empty() && change.let_go.empty()) return sentences;
  for (const sandbox::NotHeld& failure : supervisor.hold(change)) {
    const auto failed = wanted.find(failure.path);
    if (failed == wanted.end()) continue;
    sentences.push_back(fmt::format("not held: {} (rule {}): {}", sys::visible(failure.path),
                                    sys::visible(failed->second.rule), failure.why));
    if (!failure.for_good) wanted.erase(failed);  // the next time it is tried again
  }
  std::vector<const HeldFile*> fresh;
  for (const sandbox::Held& held : change.held)
    if (const auto found = wanted.find(held.path); found != wanted.end()) fresh.push_back(&found->second);
  for (const sandbox::Held::As as : {sandbox::Held::As::hidden, sandbox::Held::As::read_only})
    if (std::string sentence = sentence_on(fresh, as); !sentence.empty())
      sentences.push_back(std::move(sentence));
  held_ = std::move(wanted);
  ++generation_;
  return sentences;
}

}  // namespace shelltool
