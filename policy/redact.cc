#include "policy/redact.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <initializer_list>
#include <optional>
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
    Shape{"ghp_", 20},
    Shape{"gho_", 20},
    Shape{"ghs_", 20},
    Shape{"ghu_", 20},
    Shape{"github_pat_", 20},
    Shape{"glpat-", 16},
    Shape{"sk-", 20},
    Shape{"AKIA", 16},
    Shape{"ASIA", 16},
    Shape{"xoxb-", 10},
    Shape{"xoxp-", 10},
    Shape{"npm_", 30},
    Shape{"pypi-", 30},
    Shape{"AIza", 30},
    Shape{"eyJ", 30},
    Shape{"hvs.", 20},
    Shape{"dop_v1_", 30},
    Shape{"sk_live_", 16},
    Shape{"rk_live_", 16},
    Shape{"whsec_", 16},
    Shape{"ghr_", 20},
    Shape{"hf_", 20},
    Shape{"xapp-", 10},
    Shape{"xoxa-", 10},
    Shape{"AGE-SECRET-KEY-", 20},
    Shape{"ya29.", 20},
};
constexpr std::array secret_words = {"password", "passwd",    "passphrase", "secret",     "token",
                                     "apikey",   "accesskey", "privatekey", "credential", "authorization"};
constexpr std::array whole_names = {"auth", "pass"};  // parts of harmless words, too

bool is_token_char(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-' || c == '.' || c == '/' ||
         c == '+';
}

/// "--api-key" and "API_KEY" are "apikey"; of "--max-tokens", "--token-file" and a tokenizer none is secret.
bool names_a_secret(std::string_view name) {
  if (name.ends_with("_KEY")) return true;
  std::string word = config::lower(name);
  for (const char* harmless : {"tokens", "file", "path"})
    if (word.ends_with(harmless)) return false;
  if (word.ends_with("_pass") || word.ends_with("_pwd")) return true;
  std::erase_if(word, [](char c) { return c == '-' || c == '_'; });
  if (word.find("tokeniz") != std::string::npos) return false;
  return std::any_of(secret_words.begin(), secret_words.end(),
                     [&](std::string_view secret) { return word.find(secret) != std::string::npos; }) ||
         std::find(whole_names.begin(), whole_names.end(), word) != whole_names.end();
}

bool is_name_char(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_'; }

bool is_quote(char c) { return c == '"' || c == '\''; }

struct Extent {
  std::size_t begin, end;
};

// What else stands in a shell's text is told.
constexpr std::string_view ends_value = " \t\r\n&;|<>()\"'`";

/// What is given to the name that ends before the '=' or ':' at `sign`: text of a shell, a header, a query,
/// JSON, an option in them. Nothing where a colon is none of these: "group/secret:tag", "secret://".
Extent value_behind(std::string_view word, std::size_t sign, bool is_header) {
  std::size_t begin = std::min(word.find_first_not_of(' ', sign + 1), word.size());
  const bool quoted = begin < word.size() && is_quote(word[begin]);
  if (word[sign] == '=' && begin != sign + 1) return {begin, begin};
  if (word[sign] == ' ' && word.substr(begin, 1) == "-") return {begin, begin};  // the next option
  if (word[sign] == ':' && begin == sign + 1 && !quoted && !is_quote(word[sign - 1]) && !is_header)
    return {begin, begin};
  if (quoted) return {begin + 1, std::min(word.find(word[begin], begin + 1), word.size())};
  for (const std::string_view scheme : {"bearer ", "basic ", "token "})
    if (config::lower(word.substr(begin, scheme.size())) == scheme) begin += scheme.size();
  return {begin, std::min(word.find_first_of(ends_value, begin), word.size())};
}

/// What a name that tells of a secret is given somewhere in a word.
void redact_named(std::string& word) {
  std::string shown;
  std::size_t done = 0;
  for (std::size_t sign = 0; (sign = word.find_first_of("=: ", sign)) != std::string::npos; ++sign) {
    const std::size_t end = sign > done && is_quote(word[sign - 1]) ? sign - 1 : sign;
    std::size_t begin = end;
    while (begin > done && is_name_char(word[begin - 1])) --begin;
    const std::string_view name = std::string_view(word).substr(begin, end - begin);
    if (name.empty() || (word[sign] == ' ' && !name.starts_with("--")) || !names_a_secret(name)) continue;
    // "X-Api-Key:S" and "PRIVATE-TOKEN:S" need no blank.
    const Extent value = value_behind(word, sign, begin == 0 && word.find('-') < end);
    if (value.begin >= value.end ||
        std::string_view(word).substr(value.begin, value.end - value.begin) == mark)
      continue;
    shown.append(word, done, value.begin - done).append(mark);
    done = value.end;
    sign = done - 1;
  }
  if (done > 0) word = shown.append(word, done);
}

void redact_private_keys(std::string& word) {
  constexpr std::string_view name = "PRIVATE KEY", dashes = "-----";
  for (std::size_t at = 0; (at = word.find(name, at)) != std::string::npos;) {
    const std::size_t begin = word.find(dashes, at);
    if (begin == std::string::npos) return;
    at = begin + dashes.size();
    const std::size_t end = std::min(word.find("-----END", at), word.size());
    word.replace(at, end - at, mark);
    at = std::min(word.find('\n', at + mark.size()), word.size());
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
      // Names of branches begin with "sk-" as well.
      const bool is_made_up = shape.prefix != "sk-" ||
                              std::any_of(begin, end, [](unsigned char c) { return std::isdigit(c) != 0; });
      if (!starts_here || !is_made_up || static_cast<std::size_t>(end - begin) < shape.min_rest) {
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

/// "Bearer x", where x is long enough for one: others speak of bearers, too.
void redact_scheme(std::string& word) {
  constexpr std::size_t least = 16;
  const std::string lower = config::lower(word);
  std::string shown;
  std::size_t done = 0;
  for (const std::string_view scheme : {"bearer ", "basic "}) {
    for (std::size_t at = lower.find(scheme); at != std::string::npos; at = lower.find(scheme, at)) {
      at += scheme.size();
      const std::size_t end = std::min(word.find_first_of(ends_value, at), word.size());
      if (end - at < least || at < done) continue;
      shown.append(word, done, at - done).append(mark);
      done = end;
    }
  }
  if (done > 0) word = shown.append(word, done);
}

/// "user:password", behind an option that names a user.
void redact_password_of_user(std::string& word, std::size_t begin) {
  const std::size_t colon = word.find(':', begin);
  if (colon != std::string::npos && colon + 1 < word.size()) word.replace(colon + 1, std::string::npos, mark);
}

/// Where in the word the user's name begins, if it names one.
std::optional<std::size_t> begin_of_user(std::string_view word, std::string_view option) {
  for (const std::string_view name : {"-u", "--user", "-U", "--proxy-user"}) {
    if (option == name) return 0;
    if (name.size() > 2 && word.starts_with(std::string(name) + "=")) return name.size() + 1;
    if (name.size() == 2 && word.size() > 2 && word.starts_with(name)) return 2;
  }
  return std::nullopt;
}

bool is_one_of(std::string_view program, std::initializer_list<std::string_view> names) {
  const std::string_view name = program.substr(program.rfind('/') + 1);
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// They take "-pPASSWORD".
bool takes_passwords(std::string_view program) {
  return is_one_of(program, {"mysql", "mysqldump", "mysqladmin", "mysqlimport", "mysqlshow", "mariadb",
                             "mariadb-dump", "mariadb-admin", "sshpass", "7z", "7za", "7zr"});
}

/// "set //registry/:_authToken VALUE", "set aws_secret_access_key VALUE"
bool sets_a_secret(std::string_view before, std::string_view name) {
  return before == "set" && names_a_secret(name.substr(name.find_last_of("/:.") + 1));
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
  const std::string_view program = argv.empty() ? std::string_view() : argv.front();
  const bool has_users = is_one_of(program, {"curl", "wget", "http", "https", "xh"});
  const bool has_passwords = takes_passwords(program);
  std::string_view option;  // the word before
  for (std::size_t index = 0; index < argv.size(); option = argv[index++]) {
    std::string& word = result[index];
    const bool is_secret = option.starts_with('-') &&
                           std::all_of(option.begin(), option.end(), is_name_char) && names_a_secret(option);
    if ((is_secret && !word.starts_with("--")) || (index > 1 && sets_a_secret(argv[index - 2], option))) {
      word = mark;
      continue;
    }
    if (has_passwords && word.starts_with("-p") && word.size() > 2) {
      word.replace(2, std::string::npos, mark);
      continue;
    }
    const std::size_t equals = word.find('=');
    const std::string_view name = std::string_view(word).substr(0, equals);
    if (equals != std::string::npos && name.starts_with('-') &&
        std::all_of(name.begin(), name.end(), is_name_char) && names_a_secret(name)) {
      word.replace(equals + 1, std::string::npos, mark);
      continue;
    }
    if (has_users)
      if (const auto user = begin_of_user(word, option)) redact_password_of_user(word, *user);
    redact_word(word);
  }
  return result;
}

}  // namespace policy
