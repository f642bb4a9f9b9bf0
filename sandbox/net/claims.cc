#include "sandbox/net/claims.h"

#include <algorithm>
#include <utility>

namespace sandbox {

bool Claims::add(Number number, sys::Fd copy) {
  const std::optional<Endpoint> own = own_endpoint(copy.get());
  if (!own || own->port == 0) return false;
  addresses_.insert_or_assign(number, *own);
  claims_.emplace(*own, Claim{number, std::move(copy)});
  return true;
}

std::optional<Claims::Number> Claims::take(const Endpoint& from, const Endpoint& relay) {
  const auto [first, last] = claims_.equal_range(from);
  const auto found = std::find_if(first, last, [&](const auto& entry) {
    const int copy = entry.second.copy.get();
    return own_endpoint(copy) == from && peer_endpoint(copy) == relay;
  });
  if (found == last) return std::nullopt;
  const Number number = found->second.number;
  claims_.erase(found);
  addresses_.erase(number);
  return number;
}

void Claims::forget(Number number) {
  const auto known = addresses_.extract(number);
  if (known.empty()) return;
  const auto [first, last] = claims_.equal_range(known.mapped());
  const auto found =
      std::find_if(first, last, [&](const auto& entry) { return entry.second.number == number; });
  if (found != last) claims_.erase(found);
}

}  // namespace sandbox
