#include "policy/target_index.h"

#include <algorithm>

namespace policy {
namespace {

/// What of these an event must have; nothing where it need not have any.
using Keys = std::optional<std::vector<std::string>>;

Keys keys_of(const Matcher& matcher) {
  if (matcher.path.empty() && matcher.hosts.empty()) return std::nullopt;
  std::vector<std::string> keys;
  for (const FilePattern& pattern : matcher.path) {
    const std::optional<std::vector<std::string>> names = pattern.names();
    if (!names) return std::nullopt;
    keys.insert(keys.end(), names->begin(), names->end());
  }
  for (const HostPattern& host : matcher.hosts)
    keys.push_back(host.network() ? text_of(*host.network()) : host.name());
  return keys;
}

Keys keys_of(const Rule& rule) {
  if (rule.when.empty()) return std::nullopt;
  std::vector<std::string> keys;
  for (const Matcher& matcher : rule.when) {
    const Keys some = keys_of(matcher);
    if (!some) return std::nullopt;
    keys.insert(keys.end(), some->begin(), some->end());
  }
  return keys;
}

/// The text behind each `divider`, and the whole.
template <class Visit>
void for_each_tail(std::string_view text, char divider, Visit visit) {
  for (std::size_t begin = 0;; ++begin) {
    visit(text.substr(begin));
    begin = text.find(divider, begin);
    if (begin == std::string_view::npos) return;
  }
}

std::vector<RuleIndex::Number> in_order(std::vector<RuleIndex::Number> found) {
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

}  // namespace

void TargetIndex::add(Number number, const Rule& rule) {
  const Keys keys = keys_of(rule);
  if (!keys) return always_.push_back(number);
  for (const std::string& key : *keys) by_key_[key].push_back(number);
  for (const Matcher& matcher : rule.when) {
    for (const HostPattern& host : matcher.hosts) {
      if (!host.network()) continue;
      const unsigned prefix = host.network()->prefix;
      if (std::find(prefixes_.begin(), prefixes_.end(), prefix) == prefixes_.end())
        prefixes_.push_back(prefix);
    }
  }
}

void TargetIndex::collect(std::string_view key, Numbers& found) const {
  const auto numbers = by_key_.find(key);
  if (numbers != by_key_.end()) found.insert(found.end(), numbers->second.begin(), numbers->second.end());
}

std::vector<TargetIndex::Number> TargetIndex::candidates(const FileEvent& event) const {
  Numbers found = always_;
  const auto collect_names = [&](std::string_view path) {
    for_each_tail(path, '/', [&](std::string_view tail) { collect(tail.substr(0, tail.find('/')), found); });
  };
  collect_names(event.file.plain);
  if (event.file.real && *event.file.real != event.file.plain) collect_names(*event.file.real);
  return in_order(std::move(found));
}

std::vector<TargetIndex::Number> TargetIndex::candidates(const NetEvent& event) const {
  Numbers found = always_;
  const std::string host = normal_host(event.host);
  for_each_tail(host, '.', [&](std::string_view name) { collect(name, found); });
  const std::optional<Address> address = event.known_address();
  if (!address) return in_order(std::move(found));
  for (const unsigned prefix : prefixes_)
    if (prefix <= address->bits()) collect(text_of(network_of(*address, prefix)), found);
  return in_order(std::move(found));
}

}  // namespace policy
