#include "sandbox/net/upstream.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <utility>

#include "sandbox/net/endpoint.h"

namespace sandbox {
namespace {

constexpr std::size_t longest_head = 16 * 1024;
constexpr std::size_t least_reply = 5;  // so much of it tells its size

std::string base64(std::string_view bytes) {
  constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const std::string_view three = bytes.substr(at, 3);
    unsigned bits = 0;
    for (std::size_t i = 0; i < 3; ++i)
      bits = (bits << 8U) | (i < three.size() ? static_cast<unsigned char>(three[i]) : 0U);
    for (std::size_t i = 0; i < 4; ++i)
      text.push_back(i > three.size() ? '=' : letters[(bits >> (18U - 6U * static_cast<unsigned>(i))) & 63U]);
  }
  return text;
}

std::string connect_request(const Upstream& upstream, const std::string& host, std::uint16_t port) {
  const bool is_ipv6 = host.find(':') != std::string::npos;
  const std::string to = fmt::format("{}{}{}:{}", is_ipv6 ? "[" : "", host, is_ipv6 ? "]" : "", port);
  std::string request = fmt::format("CONNECT {} HTTP/1.1\r\nHost: {}\r\n", to, to);
  if (!upstream.user.empty())
    request += "Proxy-Authorization: Basic " + base64(upstream.user + ":" + upstream.password) + "\r\n";
  return request + "\r\n";
}

/// The first `bits` of both are the same.
bool begin_alike(const Endpoint& one, const Endpoint& other, unsigned bits) {
  for (unsigned at = 0; at < bits; at += 8) {
    const unsigned beyond = bits - at < 8 ? 8 - (bits - at) : 0;
    if ((one.bytes[at / 8] ^ other.bytes[at / 8]) >> beyond != 0) return false;
  }
  return true;
}

/// `network` is "10.0.0.0/8". What is none has nobody in it, and a name is in none.
bool lies_in(const std::string& host, const std::string& network) {
  const std::size_t slash = network.find('/');
  if (slash == std::string::npos) return false;
  const auto base = read_address(network.substr(0, slash), 0), address = read_address(host, 0);
  unsigned bits = 0;
  const char* const end = network.data() + network.size();
  const auto read = std::from_chars(network.data() + slash + 1, end, bits);
  if (read.ec != std::errc() || read.ptr != end || !base || !address) return false;
  return base->is_ipv4 == address->is_ipv4 && bits <= (base->is_ipv4 ? 32U : 128U) &&
         begin_alike(*base, *address, bits);
}

std::string with_size(std::string_view bytes) { return static_cast<char>(bytes.size()) + std::string(bytes); }

}  // namespace

std::string name_of(const Upstream& upstream) {
  const bool is_ipv6 = upstream.host.find(':') != std::string::npos;
  return fmt::format("{}{}{}:{}", is_ipv6 ? "[" : "", upstream.host, is_ipv6 ? "]" : "", upstream.port);
}

bool goes_direct(const Upstream& upstream, const std::string& host) {
  return std::any_of(upstream.direct.begin(), upstream.direct.end(), [&](const std::string& entry) {
    return entry == "*" || host == entry || host.ends_with("." + entry) || lies_in(host, entry);
  });
}

UpstreamTalk::UpstreamTalk(const Upstream& upstream, std::string host, std::uint16_t port)
    : upstream_(upstream), host_(std::move(host)), port_(port) {
  if (upstream.kind == Upstream::Kind::http) {
    stage_ = Stage::http;
    to_say_ = connect_request(upstream, host_, port_);
  } else {
    stage_ = Stage::method;
    to_say_ = upstream.user.empty() ? std::string("\5\1\0", 3) : std::string("\5\2\0\2", 4);
    wanted_ = 2;
  }
}

void UpstreamTalk::end(int error, std::string why) {
  is_over_ = true;
  error_ = error;
  why_ = std::move(why);
}

std::size_t UpstreamTalk::hear(std::string_view bytes) {
  std::size_t taken = 0;
  while (taken < bytes.size() && !is_over_) {
    heard_.push_back(bytes[taken++]);
    if (stage_ == Stage::http) {
      if (heard_.ends_with("\r\n\r\n"))
        take_status();
      else if (heard_.size() == longest_head)
        end(EPROTO, "does not answer in HTTP");
      continue;
    }
    if (heard_.size() < wanted_) continue;
    if (stage_ == Stage::method)
      take_method(static_cast<unsigned char>(heard_[1]));
    else if (stage_ == Stage::reply)
      take_reply();
    else if (heard_[1] == '\0')
      ask_to_connect();
    else
      end(EACCES, "refuses the user");
  }
  return taken;
}

void UpstreamTalk::take_status() {
  const bool is_http = heard_.starts_with("HTTP/1.") && heard_.size() > 12 && heard_[8] == ' ';
  if (!is_http) return end(EPROTO, "does not answer in HTTP");
  std::string status = heard_.substr(9, 3);
  const bool is_number = status.find_first_not_of("0123456789") == std::string::npos;
  if (!is_number) return end(EPROTO, "does not answer in HTTP");
  if (status[0] == '2') return end(0, "");
  const bool is_gone = status == "502" || status == "503" || status == "504";
  end(is_gone ? EHOSTUNREACH : EACCES, "answers " + status);
}

void UpstreamTalk::take_method(unsigned char method) {
  if (heard_[0] != '\5') return end(EPROTO, "does not answer in SOCKS 5");
  if (method == 0) return ask_to_connect();
  if (method != 2 || upstream_.user.empty()) return end(EACCES, "wants another proof of who asks");
  heard_.clear();
  stage_ = Stage::password;  // RFC 1929
  to_say_ += "\1" + with_size(upstream_.user) + with_size(upstream_.password);
}

void UpstreamTalk::ask_to_connect() {
  heard_.clear();
  stage_ = Stage::reply;
  wanted_ = least_reply;
  to_say_ += std::string("\5\1\0", 3);
  if (const auto address = read_address(host_, port_)) {
    to_say_ += address->is_ipv4 ? '\1' : '\4';
    to_say_.append(reinterpret_cast<const char*>(address->bytes.data()), address->is_ipv4 ? 4 : 16);
  } else {
    to_say_ += '\3' + with_size(host_);
  }
  to_say_ += static_cast<char>(port_ >> 8U);
  to_say_ += static_cast<char>(port_ & 0xffU);
}

void UpstreamTalk::take_reply() {
  if (heard_[0] != '\5') return end(EPROTO, "does not answer in SOCKS 5");
  if (const auto code = static_cast<unsigned char>(heard_[1]); code != 0) {
    constexpr std::array errors = {0,           ECONNREFUSED, EACCES,
                                   ENETUNREACH, EHOSTUNREACH, ECONNREFUSED,
                                   ETIMEDOUT,   EOPNOTSUPP,   EAFNOSUPPORT};
    return end(code < errors.size() ? errors[code] : EPROTO, fmt::format("answers {}", code));
  }
  constexpr std::size_t around = 6;  // what stands before the address, and the port
  std::size_t size = 0;
  if (heard_[3] == '\1') size = around + 4;
  if (heard_[3] == '\3') size = around + 1 + static_cast<unsigned char>(heard_[4]);
  if (heard_[3] == '\4') size = around + 16;
  if (size == 0) return end(EPROTO, "does not answer in SOCKS 5");
  wanted_ = size;
  if (heard_.size() >= size) end(0, "");
}

}  // namespace sandbox
