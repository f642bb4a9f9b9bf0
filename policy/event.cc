#include "policy/event.h"

#include <charconv>

#include "policy/host_pattern.h"
#include "sandbox/sys/error.h"
#include "sandbox/sys/text.h"

namespace policy {
namespace {

[[noreturn]] void refuse(std::string_view text, std::string_view cause) {
  throw sys::Error(sys::Kind::invalid, "reading {} as HOST:PORT: {}", sys::shown(text), cause);
}

std::uint16_t read_port(std::string_view text, std::string_view digits) {
  std::uint16_t port = 0;
  const char* const end = digits.data() + digits.size();
  const auto read = std::from_chars(digits.data(), end, port);
  if (read.ec != std::errc() || read.ptr != end || port == 0)
    refuse(text, "behind the last ':' stands a port from 1 to 65535");
  return port;
}

}  // namespace

const char* name_of(EventKind kind) {
  switch (kind) {
    case EventKind::exec:
      return "exec";
    case EventKind::read:
      return "read";
    case EventKind::write:
      return "write";
    case EventKind::net:
      return "net";
  }
  return "";
}

FileEvent file_event(EventKind kind, std::string_view path, const std::string& cwd, const std::string& home,
                     Resolve resolve) {
  if (path.empty()) throw sys::Error(sys::Kind::invalid, "reading a path: it is empty");
  const bool is_home = path == "~" || path.starts_with("~/");
  const std::string whole = is_home ? home + std::string(path.substr(1)) : std::string(path);
  return {kind, named_file(whole, cwd, resolve), name_of(kind)};
}

NetEvent net_event(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) refuse(text, "the port is missing");
  NetEvent event;
  event.port = read_port(text, text.substr(colon + 1));
  std::string_view host = text.substr(0, colon);
  const bool in_brackets = host.size() > 1 && host.front() == '[' && host.back() == ']';
  if (in_brackets) host = host.substr(1, host.size() - 2);
  event.address = read_address(host);
  const bool has_colon = host.find(':') != std::string_view::npos;
  if (has_colon != in_brackets || (in_brackets && !event.address))
    refuse(text, "an IPv6 address, and nothing else, stands in brackets");
  if (event.address) return event;
  const std::string fault = fault_of_host(host);
  if (!fault.empty()) refuse(text, "the host: " + fault);
  event.host = normal_host(host);
  return event;
}

std::vector<std::string> words_of(const FileEvent& event) { return {name_of(event.kind), event.file.plain}; }

std::vector<std::string> words_of(const NetEvent& event) {
  std::string host = event.host;
  if (host.empty() && event.address)
    host = event.address->is_ipv4 ? text_of(*event.address) : "[" + text_of(*event.address) + "]";
  return {name_of(EventKind::net), host + ":" + std::to_string(event.port)};
}

}  // namespace policy
