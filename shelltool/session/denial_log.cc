#include "shelltool/session/denial_log.h"

namespace shelltool {
namespace {

constexpr std::size_t max_denials = 1000;

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text.append(word).push_back('\0');
  return text;
}

}  // namespace

bool DenialLog::add(Denial denial) {
  const std::string key =
      denial.decision.rule + '\0' + joined(denial.argv) + '\0' + joined(denial.decision.chain);
  const auto known = index_.find(key);
  if (known != index_.end()) {
    ++denials_[known->second].times;
    return false;
  }
  if (denials_.size() >= max_denials) return false;
  index_.emplace(key, denials_.size());
  denials_.push_back(std::move(denial));
  return true;
}

}  // namespace shelltool
