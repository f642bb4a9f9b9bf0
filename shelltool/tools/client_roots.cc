#include "shelltool/tools/client_roots.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <optional>
#include <string_view>
#include <utility>

#include "mcp/message.h"
#include "sandbox/sys/error.h"
#include "sandbox/sys/path.h"
#include "sandbox/sys/text.h"
#include "shelltool/session/log.h"

namespace shelltool {
namespace {

using mcp::Json;

constexpr auto longest_wait = std::chrono::seconds(2);
constexpr std::size_t most_roots = 1000;

/// RFC 3986, section 2.1; nothing where a '%' is no part of such a byte.
std::optional<std::string> percent_decoded(std::string_view text) {
  std::string bytes;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%') {
      bytes.push_back(text[at]);
      continue;
    }
    unsigned char byte = 0;
    const char* const digits = text.data() + at + 1;
    if (at + 2 >= text.size() || std::from_chars(digits, digits + 2, byte, 16).ptr != digits + 2)
      return std::nullopt;
    bytes.push_back(static_cast<char>(byte));
    at += 2;
  }
  return bytes;
}

/// RFC 8089: nothing where it is another machine's, or no file at all.
std::optional<std::string> path_of_uri(const std::string& uri) {
  constexpr std::string_view scheme = "file://";
  if (!uri.starts_with(scheme)) return std::nullopt;
  std::string_view rest = std::string_view(uri).substr(scheme.size());
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  const std::string_view host = rest.substr(0, slash);
  if (!host.empty() && host != "localhost") return std::nullopt;
  const auto path = percent_decoded(rest.substr(slash));
  if (!path || path->empty() || path->find('\0') != std::string::npos)
    throw sys::Error(sys::Kind::invalid, "{} names no path", sys::shown(uri));
  return sys::normal_path(*path);
}

}  // namespace

std::vector<std::string> read_client_roots(const Json& result) {
  const auto roots = result.is_object() ? result.find("roots") : result.end();
  if (!result.is_object() || roots == result.end() || !roots->is_array())
    throw sys::Error(sys::Kind::invalid, "there is no array 'roots'");
  if (roots->size() > most_roots)
    throw sys::Error(sys::Kind::invalid, "there are {} roots, and at most {} are read", roots->size(),
                     most_roots);
  std::vector<std::string> paths;
  for (const Json& root : *roots) {
    const auto uri = root.is_object() ? root.find("uri") : root.end();
    if (!root.is_object() || uri == root.end() || !uri->is_string())
      throw sys::Error(sys::Kind::invalid, "a root has no 'uri' that is a string");
    if (auto path = path_of_uri(*uri)) paths.push_back(std::move(*path));
  }
  return paths;
}

ClientRoots::ClientRoots(sys::Reactor& reactor, mcp::Dispatcher& dispatcher, Tell tell)
    : reactor_(reactor), dispatcher_(dispatcher), tell_(std::move(tell)) {
  for (const char* when : {"notifications/initialized", "notifications/roots/list_changed"})
    dispatcher_.on_notification(when, [this](const Json&) { ask(); });
}

void ClientRoots::heed(const Json& capabilities) { can_tell_ = capabilities.contains("roots"); }

void ClientRoots::ask() {
  if (!can_tell_) return;
  patience_ = reactor_.at(sys::BootClock::now() + longest_wait, [this] {
    log(LogLevel::warning,
        "the client does not tell its roots, as it said that it can; it is not waited for");
    go_on();
  });
  dispatcher_.request("roots/list", Json::object(),
                      [this, number = ++asked_](const mcp::Message& response) { take(response, number); });
}

/// What cannot be understood is as if nothing had been said: the owner's bounds hold in any case.
void ClientRoots::take(const mcp::Message& response, unsigned number) {
  const auto over = [this, number] {
    if (number == asked_) go_on();
  };
  try {
    if (!response.error.is_null())
      throw sys::Error(sys::Kind::invalid, "{}", sys::cut(mcp::text_of(response.error), 300));
    tell_(read_client_roots(response.result), over);
  } catch (const sys::Error& error) {
    log(LogLevel::warning, fmt::format("the client's roots are not heeded: {}", error.what()));
    over();
  }
}

void ClientRoots::go_on() {
  patience_.cancel();
  for (const Done& done : std::exchange(waiting_, {})) done();
}

void ClientRoots::when_told(Done callback) {
  if (!patience_) return callback();
  waiting_.push_back(std::move(callback));
}

}  // namespace shelltool
