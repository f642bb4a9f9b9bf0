#include "shelltool/setup/without_secrets.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "config/node.h"
#include "config/reader.h"
#include "sandbox/sys/error.h"
#include "sandbox/sys/text.h"
#include "shelltool/setup/sign_ins.h"
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
  std::string lines(text);
  std::replace(lines.begin(), lines.end(), '\r', '\n');  // one alone ends a line as well
  for (const std::string_view line : sys::split(lines, '\n')) {
    std::string_view key = trimmed(line.substr(0, line.find('=')));
    if (key.ends_with("[]")) key.remove_suffix(2);
    key = unquoted(key);
    const bool is_kept = is_one_of(npm_keys, key) || (key.starts_with('@') && key.ends_with(scoped_registry));
    if (is_kept) kept.append(without_sign_ins(without_bare_sign_in(trimmed(line)))).push_back('\n');
  }
  return kept;
}

Json scalar(const std::string& key, const config::Node& node) {
  if (!node.quoted && (node.scalar == "true" || node.scalar == "false")) return node.scalar == "true";
  return without_sign_ins(without_bare_sign_in(key + ": " + node.scalar)).substr(key.size() + 2);
}

Json yarn_value(const std::string& key, const config::Node& node) {
  if (node.kind == config::Node::Kind::scalar) return scalar(key, node);
  Json items = Json::array();
  for (const config::Node& item : node.items)
    if (item.kind == config::Node::Kind::scalar) items.push_back(scalar(key, item));
  return items;
}

Json yarn_settings(const config::Node& map) {
  if (map.kind != config::Node::Kind::map) config::fail_type(map, "a map");
  Json kept = Json::object();
  for (const config::Entry& entry : map.entries) {
    const std::string& key = entry.key.scalar;
    if (!is_one_of(yarn_keys, key)) continue;
    if (key != "npmScopes") {
      kept[key] = yarn_value(key, entry.value);
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

/// A line at a time: what a line that is left out begins goes with it.
class Lines {
 public:
  [[nodiscard]] bool is_kept(std::string_view line) {
    if (block_ != nullptr) {
      if (line.find(block_) != std::string_view::npos) block_ = nullptr;
      return false;
    }
    const std::string_view text = trimmed(line);
    if (text.starts_with('[')) is_in_secrets_ = false;
    const bool goes_on = is_left_out_ && !text.empty() && (line.front() == ' ' || line.front() == '\t');
    const bool is_secret = speaks_of_secrets(line);
    is_in_secrets_ = is_in_secrets_ || (is_secret && text.starts_with('['));
    is_left_out_ = is_secret || is_in_secrets_ || goes_on;
    if (is_left_out_) find_block(line);
    return !is_left_out_;
  }

 private:
  /// TOML's text of many lines.
  void find_block(std::string_view line) {
    for (const char* quotes : {"\"\"\"", "'''"}) {
      const std::size_t begin = line.find(quotes);
      if (begin != std::string_view::npos && line.find(quotes, begin + 3) == std::string_view::npos)
        block_ = quotes;
    }
  }

  bool is_left_out_ = false, is_in_secrets_ = false;
  const char* block_ = nullptr;  // what ends it
};

std::string lines_without_secrets(std::string_view text) {
  std::string kept;
  Lines lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    if (lines.is_kept(text.substr(0, end))) kept.append(without_bare_sign_in(text.substr(0, end)));
    text.remove_prefix(end);
  }
  return without_sign_ins(kept);
}

}  // namespace

std::string without_secrets(std::string_view text, SettingsForm form) {
  // UTF-16, which NuGet writes, too.
  if (text.find('\0') != std::string_view::npos)
    throw sys::Error(sys::Kind::invalid, "settings that are no text of ASCII or UTF-8");
  switch (form) {
    case SettingsForm::npmrc:
      return npmrc_without_secrets(text);
    case SettingsForm::yarnrc:
      return yarnrc_without_secrets(text);
    case SettingsForm::lines:
      return lines_without_secrets(text);
    case SettingsForm::urls:
      return without_sign_ins(text);
    case SettingsForm::xml:
      return without_sign_ins(xml_without_secrets(text));
  }
  return {};
}

}  // namespace shelltool
