#include "shelltool/setup/live_rules.h"

#include <exception>
#include <utility>

namespace shelltool {
namespace {

using namespace std::chrono_literals;

constexpr auto pause = 10ms;
constexpr auto grace = 1s;

}  // namespace

// The versions are taken before the files are read: what changes meanwhile is read again.
LiveRules::LiveRules(std::vector<std::string> files, Read read)
    : files_(std::move(files)),
      read_(std::move(read)),
      seen_(versions_of(files_)),
      rules_(read_(generation_)),
      looked_(sys::BootClock::now()) {}

LiveRules::News LiveRules::look() {
  const auto now = sys::BootClock::now();
  if (now - looked_ < pause) return News::none;
  looked_ = now;
  const std::vector<FileVersion> found = versions_of(files_);
  if (found == seen_) missed_.reset();
  if (found == seen_ || !is_settled(found, now)) return News::none;
  return read_again(found);
}

bool LiveRules::is_settled(const std::vector<FileVersion>& found, sys::BootClock::time_point now) {
  bool is_one_gone = false;
  for (std::size_t i = 0; i < files_.size(); ++i) {
    if (found[i] == seen_[i]) continue;
    if (!is_there(found[i]))
      is_one_gone = true;
    else if (is_being_written(files_[i]))
      return false;
  }
  if (!is_one_gone) missed_.reset();
  if (is_one_gone && !missed_) missed_ = now;
  return !missed_ || now - *missed_ >= grace;
}

LiveRules::News LiveRules::read_again(const std::vector<FileVersion>& found) {
  std::optional<policy::RuleSet> read;
  std::string trouble;
  try {
    read = read_(generation_ + 1);
  } catch (const std::exception& error) {
    trouble = error.what();
  }
  // Perhaps read in two versions, or while the second was being written: the next look tells.
  if (versions_of(files_) != found) return News::none;
  if (read) {
    rules_ = *std::move(read);
    ++generation_;
  }
  seen_ = found;
  missed_.reset();
  trouble_ = std::move(trouble);
  return trouble_.empty() ? News::changed : News::broken;
}

}  // namespace shelltool
