#include "policy/redact.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

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

bool is_token_char(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-' || c == '.' || c == '/' ||
         c == '+';
}

/// "--api-key" and "API_KEY" are "apikey".
std::string folded(std::string_view name) {
  std::string result;
  for (const char c : name)
    if (c != '-' && c != '_')
      result.push_back(static_cast<char>(std::tolower(static_cast<unsigned char>(c))));
  return result;
}

bool names_a_secret(std::string_view name) {
  const std::string word = folded(name);
  return std::any_of(secret_words.begin(), secret_words.end(),
                     [&](std::string_view secret) { return word.find(secret) != std::string::npos; });
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
  const std::string lower = [&] {
    std::string copy = word;
    std::transform(copy.begin(), copy.end(), copy.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return copy;
  }();
  for (const std::string_view scheme :
       {"bearer ", "basic ", "authorization: ", "x-api-key: ", "private-token: "}) {
    const std::size_t at = lower.find(scheme);
    if (at == std::string::npos) continue;
    word.replace(at + scheme.size(), std::string::npos, mark);
    return;
  }
}

}  // namespace

std::vector<std::string> redacted(const std::vector<std::string>& argv) {
  std::vector<std::string> result = argv;
  bool secret_next = false;
  for (std::string& word : result) {
    if (secret_next && !word.starts_with('-')) {
      word = mark;
      secret_next = false;
      continue;
    }
    secret_next = false;
    const std::size_t equals = word.find('=');
    const std::string_view name = std::string_view(word).substr(0, equals);
    const bool plain_name = std::all_of(name.begin(), name.end(), [](char c) {
      return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_';
    });
    if (plain_name && names_a_secret(name)) {
      if (equals != std::string::npos) {
        word.replace(equals + 1, std::string::npos, mark);
        continue;
      }
      secret_next = word.starts_with('-');
    }
    redact_scheme(word);
    redact_urls(word);
    redact_shapes(word);
  }
  return result;
}

}  // namespace policy
