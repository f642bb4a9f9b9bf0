#include "shelltool/setup/sign_ins.h"

#include <algorithm>
#include <array>

#include "config/text.h"

namespace shelltool {
namespace {

constexpr auto npos = std::string_view::npos;
constexpr std::string_view begins = "://";
constexpr std::string_view ends = "\" \t\r\n";
constexpr std::size_t longest = 4096;  // of a URL

/// What follows "://", to the end of the URL; longer than `longest` where that is not in sight.
std::string_view url_in(std::string_view rest) {
  const std::string_view near = rest.substr(0, longest + 1);
  return near.substr(0, near.find_first_of(ends));
}

/// In a password: a blank or a quote.
std::size_t end_of_odd_sign_in(std::string_view rest, std::size_t from) {
  const std::string_view near = rest.substr(0, longest);
  const std::size_t at = near.substr(0, near.find('\n')).find('@', from);
  return at == npos ? 0 : at + 1;
}

/// "user:password@" of what follows "://". A password need not be written as RFC 3986 wants it: "a:b/c@host".
std::size_t sign_in_of(std::string_view rest) {
  const std::string_view url = url_in(rest);
  if (url.size() > longest) return std::min(rest.find_first_of(ends, longest), rest.size());
  const std::string_view authority = url.substr(0, url.find_first_of("/?#"));
  if (const std::size_t at = authority.rfind('@'); at != npos) return at + 1;
  const std::size_t colon = std::min(authority.find(':'), authority.size());
  const std::size_t end = authority.find_first_not_of("0123456789", colon + 1);
  const bool is_port = authority.starts_with('[') || end >= authority.size() || authority[end] == ',' ||
                       authority[end] == '\'' || authority[end] == '<';
  if (is_port) return 0;
  const std::size_t at = url.rfind('@');
  return at == npos ? end_of_odd_sign_in(rest, url.size()) : at + 1;
}

}  // namespace

std::string without_sign_ins(std::string_view text) {
  std::string kept;
  for (std::size_t at = text.find(begins); at != npos; at = text.find(begins)) {
    const bool is_ssh = text.substr(0, at).ends_with("ssh");
    kept.append(text.substr(0, at + begins.size()));
    text.remove_prefix(at + begins.size());
    const std::size_t sign_in = sign_in_of(text);
    if (!is_ssh || text.substr(0, sign_in).find(':') != npos) text.remove_prefix(sign_in);
    const std::string_view url = url_in(text);
    const std::size_t query = url.find('?');
    if (query == npos || !speaks_of_secrets(url.substr(query))) continue;
    kept.append(url.substr(0, query));
    text.remove_prefix(url.size());
  }
  return kept.append(text);
}

std::string without_bare_sign_in(std::string_view line) {
  const std::size_t end = line.find_first_of("=:");
  const std::size_t last = end == npos ? npos : line.find_last_not_of(" \t\"'", end - 1);
  const bool is_proxy =
      last != npos && end > 0 && config::lower(std::string(line.substr(0, last + 1))).ends_with("proxy");
  const std::size_t sign_in = line.rfind('@');
  if (!is_proxy || sign_in == npos || sign_in < end || line.find(begins) != npos) return std::string(line);
  const std::size_t value = line.find_first_not_of(" \t\"'", end + 1);
  return std::string(line.substr(0, value)).append(line.substr(sign_in + 1));
}

bool speaks_of_secrets(std::string_view text) {
  constexpr std::array<std::string_view, 5> words = {"token", "passw", "secret", "_auth", "credential"};
  const std::string small = config::lower(std::string(text));
  std::string beside;
  for (std::size_t at = 0; at < small.size();) {
    const std::size_t begin = std::min(small.find(begins, at), small.size());
    beside.append(small, at, begin - at);
    at = std::min(small.find_first_of("\" \t\n,", begin), small.size());
  }
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return beside.find(word) != std::string::npos; });
}

}  // namespace shelltool
