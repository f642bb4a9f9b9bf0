#include "shelltool/session/denial_log.h"

#include <algorithm>

#include "sandbox/sys/text.h"

namespace shelltool {
namespace {

constexpr std::size_t max_denials = 1000;
constexpr std::size_t max_argv = 4096;         // bytes of one: what comes behind does not tell it from others
constexpr std::size_t max_bytes = 256 * 1024;  // of all

/// The words as far as they are kept, and how many bytes those are.
std::size_t shorten(std::vector<std::string>& words) {
  std::size_t kept = 0, count = 0;
  for (std::string& word : words) {
    if (kept == max_argv) break;
    const std::size_t room = max_argv - kept;
    if (word.size() >= room) word = std::string(sys::cut(word, room - 1)) + "…";
    kept = std::min(max_argv, kept + word.size() + 1);
    ++count;
  }
  words.resize(count);
  return kept;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text.append(word).push_back('\0');
  return text;
}

}  // namespace

bool DenialLog::add(Denial denial) {
  const std::size_t bytes = shorten(denial.argv);
  const std::string key =
      denial.decision.rule + '\0' + joined(denial.argv) + '\0' + joined(denial.decision.chain);
  const auto known = index_.find(key);
  if (known != index_.end()) {
    ++denials_[known->second].times;
    return false;
  }
  if (denials_.size() >= max_denials || bytes_ + bytes > max_bytes) return false;
  bytes_ += bytes;
  index_.emplace(key, denials_.size());
  denials_.push_back(std::move(denial));
  return true;
}

}  // namespace shelltool
