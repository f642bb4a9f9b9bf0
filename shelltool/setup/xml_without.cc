#include "shelltool/setup/xml_without.h"

#include <algorithm>
#include <array>
#include <utility>

#include "config/text.h"

namespace shelltool {
namespace {

constexpr std::array<std::string_view, 4> lists = {"servers", "packagesourcecredentials", "apikeys",
                                                   "clientcertificates"};
constexpr std::array<std::string_view, 7> words = {"passw",      "passphrase", "token", "secret",
                                                   "credential", "privatekey", "apikey"};
constexpr auto npos = std::string_view::npos;

/// From "<" to behind ">", which may stand in an attribute's quotes, too. npos: it has no end.
std::size_t end_of_tag(std::string_view text, std::size_t begin) {
  char quote = '\0';
  for (std::size_t at = begin; at < text.size(); ++at) {
    const char c = text[at];
    if (quote != '\0') {
      if (c == quote) quote = '\0';
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '>') {
      return at + 1;
    }
  }
  return npos;
}

std::string_view name_in(std::string_view tag) {
  const std::size_t begin = tag.starts_with("</") ? 2 : 1;
  return tag.substr(begin, tag.find_first_of(" \t\r\n/>", begin) - begin);
}

bool is_secret(std::string_view tag) {
  const std::string small = config::lower(std::string(tag));
  if (std::find(lists.begin(), lists.end(), name_in(small)) != lists.end()) return true;
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return small.find(word) != std::string::npos; });
}

/// Behind the end of a comment or of CDATA that begins there; `begin` where none does.
std::size_t end_of_no_tag(std::string_view text, std::size_t begin) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 2> kinds = {
      {{"<!--", "-->"}, {"<![CDATA[", "]]>"}}};
  for (const auto& [first, last] : kinds) {
    if (!text.substr(begin).starts_with(first)) continue;
    const std::size_t end = text.find(last, begin + first.size());
    return end == npos ? npos : end + last.size();
  }
  return begin;
}

/// Behind the end of the element whose first tag ends there.
std::size_t end_of_element(std::string_view text, std::size_t at, std::string_view name) {
  for (int depth = 1; depth > 0;) {
    const std::size_t begin = text.find('<', at);
    if (begin == npos) return npos;
    if (const std::size_t behind = end_of_no_tag(text, begin); behind != begin) {
      if (behind == npos) return npos;
      at = behind;
      continue;
    }
    const std::size_t end = end_of_tag(text, begin);
    if (end == npos) return npos;
    const std::string_view tag = text.substr(begin, end - begin);
    at = end;
    if (name_in(tag) != name || tag.ends_with("/>")) continue;
    depth += tag.starts_with("</") ? -1 : 1;
  }
  return at;
}

/// Behind what begins with "<" and is left out; `begin` where it is not.
std::size_t end_of_left_out(std::string_view text, std::size_t begin) {
  if (const std::size_t behind = end_of_no_tag(text, begin); behind != begin) return behind;
  const std::size_t end = end_of_tag(text, begin);
  if (end == npos) return npos;
  const std::string_view tag = text.substr(begin, end - begin);
  if (tag.starts_with("</") || tag.starts_with("<?") || !is_secret(tag)) return begin;
  return tag.ends_with("/>") ? end : end_of_element(text, end, name_in(tag));
}

}  // namespace

std::string xml_without_secrets(std::string_view text) {
  std::string kept;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t begin = std::min(text.find('<', at), text.size());
    kept.append(text.substr(at, begin - at));
    if (begin == text.size()) break;
    const std::size_t out = end_of_left_out(text, begin);
    if (out == npos) break;
    const std::size_t end = out == begin ? end_of_tag(text, begin) : out;
    if (out == begin) kept.append(text.substr(begin, end - begin));
    at = end;
  }
  return kept;
}

}  // namespace shelltool
