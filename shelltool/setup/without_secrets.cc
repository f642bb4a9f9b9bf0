#include "shelltool/setup/without_secrets.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "config/node.h"
#include "config/reader.h"
#include "config/text.h"
#include "sandbox/sys/text.h"
#include "shelltool/setup/xml_without.h"

namespace shelltool {
namespace {

using Json = nlohmann::ordered_json;

// Reserved for what does not exist: RFC 2606.
constexpr std::string_view nowhere = "https://settings-that-cannot-be-read.invalid/";

constexpr std::array<std::string_view, 27> npm_keys = {"registry",
                                                       "replace-registry-host",
                                                       "strict-ssl",
                                                       "cafile",
                                                       "ca",
                                                       "proxy",
                                                       "https-proxy",
                                                       "http-proxy",
                                                       "noproxy",
                                                       "ignore-scripts",
                                                       "min-release-age",
                                                       "before",
                                                       "engine-strict",
                                                       "save-exact",
                                                       "save-prefix",
                                                       "legacy-peer-deps",
                                                       "audit",
                                                       "fund",
                                                       "package-lock",
                                                       "prefix",
                                                       "cache",
                                                       "prefer-offline",
                                                       "offline",
                                                       "node-linker",
                                                       "shamefully-hoist",
                                                       "minimum-release-age",
                                                       "strict-peer-dependencies"};
constexpr std::string_view scoped_registry = ":registry";  // "@scope:registry"

constexpr std::array<std::string_view, 12> yarn_keys = {
    "npmRegistryServer", "npmScopes",        "unsafeHttpWhitelist", "enableStrictSsl",
    "httpsCaFilePath",   "caFilePath",       "enableScripts",       "nodeLinker",
    "npmMinimalAgeGate", "checksumBehavior", "httpProxy",           "httpsProxy"};

template <class List>
bool is_one_of(const List& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blank = " \t\r";
  const std::size_t begin = text.find_first_not_of(blank);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(blank) + 1 - begin);
}

std::string_view unquoted(std::string_view text) {
  const bool is_quoted =
      text.size() > 1 && (text.front() == '"' || text.front() == '\'') && text.back() == text.front();
  return is_quoted ? text.substr(1, text.size() - 2) : text;
}

std::string npmrc_without_secrets(std::string_view text) {
  std::string kept;
  for (const std::string_view line : sys::split(text, '\n')) {
    std::string_view key = trimmed(line.substr(0, line.find('=')));
    if (key.ends_with("[]")) key.remove_suffix(2);
    key = unquoted(key);
    const bool is_kept = is_one_of(npm_keys, key) || (key.starts_with('@') && key.ends_with(scoped_registry));
    if (is_kept) kept.append(without_sign_ins(trimmed(line))).push_back('\n');
  }
  return kept;
}

Json scalar(const config::Node& node) {
  if (!node.quoted && (node.scalar == "true" || node.scalar == "false")) return node.scalar == "true";
  return without_sign_ins(node.scalar);
}

Json yarn_value(const config::Node& node) {
  if (node.kind == config::Node::Kind::scalar) return scalar(node);
  Json items = Json::array();
  for (const config::Node& item : node.items)
    if (item.kind == config::Node::Kind::scalar) items.push_back(scalar(item));
  return items;
}

Json yarn_settings(const config::Node& map) {
  if (map.kind != config::Node::Kind::map) config::fail_type(map, "a map");
  Json kept = Json::object();
  for (const config::Entry& entry : map.entries) {
    const std::string& key = entry.key.scalar;
    if (!is_one_of(yarn_keys, key)) continue;
    if (key != "npmScopes") {
      kept[key] = yarn_value(entry.value);
      continue;
    }
    if (entry.value.kind != config::Node::Kind::map) config::fail_type(entry.value, "a map");
    for (const config::Entry& scope : entry.value.entries)
      kept[key][scope.key.scalar] = yarn_settings(scope.value);
  }
  return kept;
}

/// YAML is what JSON is, too.
std::string yarnrc_without_secrets(std::string_view text) {
  Json kept;
  try {
    kept = yarn_settings(config::read_yaml(text, ".yarnrc.yml"));
  } catch (const sys::Error&) {
    kept["npmRegistryServer"] = nowhere;
  }
  return kept.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

/// "user:password@" of what follows "://". A password need not be written as RFC 3986 wants it: "a:b/c@host".
std::size_t sign_in_of(std::string_view rest) {
  const std::string_view url = rest.substr(0, rest.find_first_of("\" \t\r\n"));
  const std::string_view authority = url.substr(0, url.find_first_of("/?#"));
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) return at + 1;
  const std::size_t colon = std::min(authority.find(':'), authority.size());
  const std::size_t end = authority.find_first_not_of("0123456789", colon + 1);
  const bool is_port = authority.starts_with('[') || end >= authority.size() || authority[end] == ',' ||
                       authority[end] == '\'' || authority[end] == '<';
  return is_port ? 0 : url.rfind('@') + 1;
}

/// Speaks of a secret beside its URLs.
bool has_secret(std::string_view line) {
  constexpr std::array<std::string_view, 5> words = {"token", "passw", "secret", "_auth", "credential"};
  std::string rest = config::lower(std::string(line));
  for (std::size_t at = rest.find("://"); at != std::string::npos; at = rest.find("://", at))
    rest.erase(at, std::min(rest.find_first_of("\" \t,", at), rest.size()) - at);
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return rest.find(word) != std::string::npos; });
}

std::string lines_without_secrets(std::string_view text) {
  std::string kept;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    if (!has_secret(text.substr(0, end))) kept.append(text.substr(0, end));
    text.remove_prefix(end);
  }
  return without_sign_ins(kept);
}

}  // namespace

std::string without_sign_ins(std::string_view text) {
  constexpr std::string_view begins = "://";
  std::string kept;
  for (std::size_t at = text.find(begins); at != std::string_view::npos; at = text.find(begins)) {
    kept.append(text.substr(0, at + begins.size()));
    text.remove_prefix(at + begins.size());
    text.remove_prefix(sign_in_of(text));
  }
  return kept.append(text);
}

std::string without_secrets(std::string_view text, SettingsForm form) {
  switch (form) {
    case SettingsForm::npmrc:
      return npmrc_without_secrets(text);
    case SettingsForm::yarnrc:
      return yarnrc_without_secrets(text);
    case SettingsForm::lines:
      return lines_without_secrets(text);
    case SettingsForm::xml:
      return without_sign_ins(xml_without_secrets(text));
  }
  return {};
}

}  // namespace shelltool
