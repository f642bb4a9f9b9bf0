#include "shelltool/setup/upstream.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "config/text.h"
#include "sandbox/sys/error.h"

namespace shelltool {
namespace {

using sandbox::Upstream;

constexpr std::size_t longest_part = 255;  // of what is told a SOCKS proxy

[[noreturn]] void refuse(const std::string& source, const char* why) {
  throw sys::Error(sys::Kind::invalid, "the proxy of {} {}; `network: {{upstream: none}}` does without",
                   source, why);
}

std::string first_of(const Variables& environment, std::initializer_list<const char*> names,
                     std::string& source) {
  for (const char* name : names) {
    std::string value = value_of(environment, name);
    if (value.empty()) continue;
    source = name;
    return value;
  }
  return {};
}

std::string percent_decoded(std::string_view text) {
  std::string decoded;
  for (std::size_t at = 0; at < text.size(); ++at) {
    unsigned value = 0;
    const char* const digits = text.data() + at + 1;
    const bool is_code = text[at] == '%' && at + 2 < text.size() &&
                         std::from_chars(digits, digits + 2, value, 16).ptr == digits + 2;
    decoded.push_back(is_code ? static_cast<char>(value) : text[at]);
    if (is_code) at += 2;
  }
  return decoded;
}

Upstream::Kind take_scheme(std::string_view& url, const std::string& source) {
  const std::size_t end = url.find("://");
  if (end == std::string_view::npos) return Upstream::Kind::http;
  const std::string scheme = config::lower(url.substr(0, end));
  url.remove_prefix(end + 3);
  if (scheme == "http") return Upstream::Kind::http;
  if (scheme == "socks5" || scheme == "socks5h") return Upstream::Kind::socks5;
  refuse(source, scheme == "https" ? "is spoken to by TLS, which gatehouse does not do"
                                   : "is neither http:// nor socks5://");
}

void take_user(Upstream& upstream, std::string_view& url, const std::string& source) {
  const std::size_t at = url.rfind('@');
  if (at == std::string_view::npos) return;
  const std::string_view user = url.substr(0, at);
  const std::size_t colon = std::min(user.find(':'), user.size());
  upstream.user = percent_decoded(user.substr(0, colon));
  if (colon < user.size()) upstream.password = percent_decoded(user.substr(colon + 1));
  if (upstream.user.size() > longest_part || upstream.password.size() > longest_part)
    refuse(source, "has a user or password that is too long");
  url.remove_prefix(at + 1);
}

void take_host(Upstream& upstream, std::string_view url, const std::string& source) {
  url = url.substr(0, url.find_first_of("/?#"));
  const bool is_bracketed = url.starts_with('[');
  const std::size_t end = is_bracketed ? url.find(']') : std::min(url.find(':'), url.size());
  if (end == std::string_view::npos) refuse(source, "has no host");
  upstream.host = config::lower(url.substr(is_bracketed ? 1 : 0, is_bracketed ? end - 1 : end));
  url.remove_prefix(is_bracketed ? end + 1 : end);
  constexpr std::uint16_t http_port = 80, socks_port = 1080;
  upstream.port = upstream.kind == Upstream::Kind::http ? http_port : socks_port;
  if (upstream.host.empty()) refuse(source, "has no host");
  if (url.empty()) return;
  const char* const last = url.data() + url.size();
  const auto read = std::from_chars(url.data() + 1, last, upstream.port);
  if (url[0] != ':' || read.ec != std::errc() || read.ptr != last || upstream.port == 0)
    refuse(source, "has a port that is none");
}

std::vector<std::string> exceptions_in(std::string list) {
  std::replace(list.begin(), list.end(), ' ', ',');
  std::vector<std::string> entries;
  for (std::string_view entry : sys::split(list, ',')) {
    while (entry.starts_with('.') || entry.starts_with("*.")) entry.remove_prefix(entry[0] == '*' ? 2 : 1);
    if (!entry.empty()) entries.push_back(config::lower(entry));
  }
  return entries;
}

}  // namespace

std::optional<Upstream> upstream_of(const std::string& configured, const Variables& environment) {
  std::string source = "network.upstream";
  const std::string text =
      configured == "env"
          ? first_of(environment, {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"}, source)
          : configured;
  if (text.empty() || text == "none") return std::nullopt;
  std::string_view url = text;
  Upstream upstream;
  upstream.kind = take_scheme(url, source);
  take_user(upstream, url, source);
  take_host(upstream, url, source);
  std::string no_proxy;
  upstream.direct = exceptions_in(first_of(environment, {"no_proxy", "NO_PROXY"}, no_proxy));
  return upstream;
}

std::optional<Upstream> upstream_for(const sandbox::Spec& spec, const config::Config& config,
                                     const Variables& environment) {
  if (spec.network != sandbox::Network::allowlist) return std::nullopt;
  return upstream_of(config.network.upstream, environment);
}

}  // namespace shelltool
