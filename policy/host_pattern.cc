#include "policy/host_pattern.h"

#include <algorithm>

#include "config/text.h"
#include "sandbox/sys/error.h"

namespace policy {
namespace {

constexpr std::size_t longest_name = 253;
constexpr std::size_t longest_label = 63;
constexpr std::string_view digits = "0123456789";
constexpr std::string_view label_characters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";

char lower(char byte) { return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte - 'A' + 'a') : byte; }

/// `name` is in lower case already.
bool is_name(std::string_view host, std::string_view name) {
  return host.size() == name.size() && std::equal(host.begin(), host.end(), name.begin(),
                                                  [](char one, char other) { return lower(one) == other; });
}

bool is_address_like(std::string_view text) {
  return text.find('/') != std::string_view::npos || read_address(text).has_value();
}

}  // namespace

std::string normal_host(std::string_view host) {
  if (host.ends_with('.')) host.remove_suffix(1);
  return config::lower(host);
}

std::string fault_of_host(std::string_view host) {
  if (host.ends_with('.')) host.remove_suffix(1);
  if (host.empty()) return "it is empty";
  if (host.size() > longest_name) return "it is longer than 253 bytes";
  std::string_view label;
  for (std::size_t begin = 0; begin <= host.size(); begin += label.size() + 1) {
    label = host.substr(begin, host.find('.', begin) - begin);
    if (label.empty() || label.size() > longest_label)
      return "between its dots stand 1 to 63 letters, digits or '-'";
    if (std::any_of(label.begin(), label.end(), [](char byte) { return (byte & 0x80) != 0; }))
      return "a name with other letters than those of ASCII is written as it is looked up, xn--…";
    if (label.find_first_not_of(label_characters) != std::string_view::npos)
      return "between its dots stand 1 to 63 letters, digits or '-'";
  }
  // Resolvers take these for addresses: 10.1 is 10.0.0.1.
  if (label.find_first_not_of(digits) == std::string_view::npos || label.starts_with("0x"))
    return "it is no name, for it ends in a number, and no address of four";
  return "";
}

HostPattern::HostPattern(std::string_view text) {
  if (is_address_like(text)) {
    network_ = read_network(text);
    return;
  }
  below_ = text.starts_with("*.");
  const std::string_view name = below_ ? text.substr(2) : text;
  const std::string fault = fault_of_host(name);
  if (!fault.empty())
    throw sys::Error(sys::Kind::invalid, "a host is a name, *.name, an address or a CIDR; found {}: {}",
                     sys::shown(text),
                     name.find(':') != std::string_view::npos ? "a port stands under 'port'" : fault);
  name_ = normal_host(name);
}

std::string HostPattern::text() const {
  if (!network_) return (below_ ? "*." : "") + name_;
  return network_->prefix == network_->first.bits() ? text_of(network_->first) : text_of(*network_);
}

bool HostPattern::matches(std::string_view host, const std::optional<Address>& address) const {
  if (network_) return address && network_->contains(*address);
  if (host.ends_with('.')) host.remove_suffix(1);
  if (!below_) return is_name(host, name_);
  if (host.size() < name_.size() + 2 || host[host.size() - name_.size() - 1] != '.') return false;
  return is_name(host.substr(host.size() - name_.size()), name_);
}

}  // namespace policy
