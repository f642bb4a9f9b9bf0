#include "policy/redact.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

#include "config/text.h"

namespace policy {
namespace {

constexpr std::string_view mark = "[redacted]";

struct Shape {
  std::string_view prefix;
  std::size_t min_rest;
};
constexpr std::array shapes = {
    Shape{"ghp_", 20},        Shape{"gho_", 20},   Shape{"ghs_", 20},  Shape{"ghu_", 20},
    Shape{"github_pat_", 20}, Shape{"glpat-", 16}, Shape{"sk-", 20},   Shape{"AKIA", 16},
    Shape{"ASIA", 16},        Shape{"xoxb-", 10},  Shape{"xoxp-", 10}, Shape{"npm_", 30},
    Shape{"pypi-", 30},       Shape{"AIza", 30},   Shape{"eyJ", 30},   Shape{"hvs.", 20},
    Shape{"dop_v1_", 30},
};
constexpr std::array secret_words = {"password", "passwd",    "passphrase", "secret",     "token",
                                     "apikey",   "accesskey", "privatekey", "credential", "authorization"};
constexpr std::array whole_names = {"auth", "pass", "mysqlpwd"};  // parts of harmless words, too

bool is_token_char(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-' || c == '.' || c == '/' ||
         c == '+';
}

/// "--api-key" and "API_KEY" are "apikey".
bool names_a_secret(std::string_view name) {
  std::string word = config::lower(name);
  std::erase_if(word, [](char c) { return c == '-' || c == '_'; });
  return std::any_of(secret_words.begin(), secret_words.end(),
                     [&](std::string_view secret) { return word.find(secret) != std::string::npos; }) ||
         std::find(whole_names.begin(), whole_names.end(), word) != whole_names.end();
}

bool is_name_char(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_'; }

bool is_quote(char c) { return c == '"' || c == '\''; }

struct Extent {
  std::size_t begin, end;
};

/// What is given to the name that ends before the '=' or ':' at `sign`: text of a shell, a header, a query,
/// JSON. Nothing where a colon is none of these: "group/secret:tag", "secret://".
Extent value_behind(std::string_view word, std::size_t sign) {
  const std::size_t begin = std::min(word.find_first_not_of(' ', sign + 1), word.size());
  const bool quoted = begin < word.size() && is_quote(word[begin]);
  if (word[sign] == ':' && begin == sign + 1 && !quoted && !is_quote(word[sign - 1])) return {begin, begin};
  if (quoted) {
    const std::size_t end = word.find(word[begin], begin + 1);
    return {begin + 1, std::min(end, word.size())};
  }
  const std::string_view ends = word[sign] == '=' ? " \t\r\n&;|<>()\"'" : "\r\n\"'";
  return {begin, std::min(word.find_first_of(ends, begin), word.size())};
}

/// What a name that tells of a secret is given somewhere in a word.
void redact_named(std::string& word) {
  std::string shown;
  std::size_t done = 0;
  for (std::size_t sign = 0; (sign = word.find_first_of("=:", sign)) != std::string::npos; ++sign) {
    const std::size_t end = sign > done && is_quote(word[sign - 1]) ? sign - 1 : sign;
    std::size_t begin = end;
    while (begin > done && is_name_char(word[begin - 1])) --begin;
    if (begin == end || !names_a_secret(std::string_view(word).substr(begin, end - begin))) continue;
    const Extent value = value_behind(word, sign);
    if (value.begin >= value.end || std::string_view(word).substr(0, value.end).ends_with(mark)) continue;
    shown.append(word, done, value.begin - done).append(mark);
    done = value.end;
    sign = done - 1;
  }
  if (done > 0) word = shown.append(word, done);
}

void redact_private_keys(std::string& word) {
  constexpr std::string_view last = "PRIVATE KEY-----";
  for (std::size_t at = 0; (at = word.find(last, at)) != std::string::npos;) {
    at += last.size();
    const std::size_t end = std::min(word.find("-----END", at), word.size());
    word.replace(at, end - at, mark);
    at = std::min(word.find(last, at), word.size() - last.size()) + last.size();
  }
}

void redact_shapes(std::string& word) {
  for (const Shape& shape : shapes) {
    for (std::size_t at = word.find(shape.prefix); at != std::string::npos;
         at = word.find(shape.prefix, at)) {
      const std::size_t rest = at + shape.prefix.size();
      const auto begin = word.begin() + static_cast<std::ptrdiff_t>(rest);
      const auto end = std::find_if_not(begin, word.end(), is_token_char);
      const bool starts_here = at == 0 || !std::isalnum(static_cast<unsigned char>(word[at - 1]));
      if (!starts_here || static_cast<std::size_t>(end - begin) < shape.min_rest) {
        at = rest;
        continue;
      }
      word.replace(at, static_cast<std::size_t>(end - begin) + shape.prefix.size(), mark);
      at += mark.size();
    }
  }
}

/// https://user:password@host, and https://token@host. In time that grows with the word.
void redact_urls(std::string& word) {
  constexpr std::string_view begins = "://";
  std::string shown;
  std::string_view rest = word;
  for (std::size_t scheme = rest.find(begins); scheme != std::string_view::npos; scheme = rest.find(begins)) {
    const std::string_view before = rest.substr(0, scheme);
    const bool may_be_token = before.ends_with("http") || before.ends_with("https");
    shown.append(rest.substr(0, scheme + begins.size()));
    rest.remove_prefix(scheme + begins.size());
    const std::string_view authority = rest.substr(0, rest.find('/'));
    const std::size_t end = authority.rfind('@');
    if (end == std::string_view::npos) continue;
    const std::size_t colon = authority.find(':');
    if (colon < end)
      shown.append(rest.substr(0, colon + 1)).append(mark);
    else
      shown.append(may_be_token ? mark : rest.substr(0, end));
    rest.remove_prefix(end);
  }
  word = shown.append(rest);
}

/// "Authorization: Bearer x", "Basic x".
void redact_scheme(std::string& word) {
  const std::string lower = config::lower(word);
  for (const std::string_view scheme :
       {"bearer ", "basic ", "authorization: ", "x-api-key: ", "private-token: "}) {
    const std::size_t at = lower.find(scheme);
    if (at == std::string::npos) continue;
    word.replace(at + scheme.size(), std::string::npos, mark);
    return;
  }
}

/// "user:password", behind an option that names a user; not "1000:1000".
void redact_password_of_user(std::string& word, std::size_t begin) {
  const std::size_t colon = word.find(':', begin);
  if (colon == std::string::npos || colon + 1 == word.size()) return;
  if (word.find_first_not_of("0123456789", colon + 1) != std::string::npos)
    word.replace(colon + 1, std::string::npos, mark);
}

bool names_a_user(std::string_view option) {
  return option == "-u" || option == "--user" || option == "--proxy-user" || option == "-U";
}

void redact_word(std::string& word) {
  redact_private_keys(word);
  redact_scheme(word);
  redact_urls(word);
  redact_shapes(word);
  redact_named(word);
}

}  // namespace

std::vector<std::string> redacted(const std::vector<std::string>& argv) {
  std::vector<std::string> result = argv;
  std::string_view option;  // the word before
  for (std::size_t index = 0; index < argv.size(); option = argv[index++]) {
    std::string& word = result[index];
    const bool is_secret = option.starts_with('-') && option.find('=') == std::string_view::npos &&
                           std::all_of(option.begin(), option.end(), is_name_char) && names_a_secret(option);
    if (is_secret && !word.starts_with("--")) {
      word = mark;
      continue;
    }
    const std::size_t equals = word.find('=');
    const std::string_view name = std::string_view(word).substr(0, equals);
    if (equals != std::string::npos && std::all_of(name.begin(), name.end(), is_name_char) &&
        names_a_secret(name)) {
      word.replace(equals + 1, std::string::npos, mark);
      continue;
    }
    if (names_a_user(option)) redact_password_of_user(word, 0);
    if (equals != std::string::npos && names_a_user(name)) redact_password_of_user(word, equals + 1);
    redact_word(word);
  }
  return result;
}

}  // namespace policy
