#include "shelltool/files/content_hash.h"

#include <fmt/core.h>

#include <bit>
#include <cstring>

namespace shelltool::files {
namespace {

// https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md
constexpr std::uint64_t prime1 = 0x9e3779b185ebca87, prime2 = 0xc2b2ae3d27d4eb4f, prime3 = 0x165667b19e3779f9,
                        prime4 = 0x85ebca77c2b2ae63, prime5 = 0x27d4eb2f165667c5;
constexpr std::size_t stripe_size = 32;

template <class Number>
Number number_at(const char* bytes) {
  Number number = 0;
  std::memcpy(&number, bytes, sizeof number);
  return number;
}

std::uint64_t rounded(std::uint64_t lane, std::uint64_t input) {
  return std::rotl(lane + input * prime2, 31) * prime1;
}

std::uint64_t finished(std::uint64_t hash, std::string_view rest) {
  while (rest.size() >= 8) {
    hash = std::rotl(hash ^ rounded(0, number_at<std::uint64_t>(rest.data())), 27) * prime1 + prime4;
    rest.remove_prefix(8);
  }
  if (rest.size() >= 4) {
    hash = std::rotl(hash ^ (number_at<std::uint32_t>(rest.data()) * prime1), 23) * prime2 + prime3;
    rest.remove_prefix(4);
  }
  for (const char c : rest) hash = std::rotl(hash ^ (static_cast<unsigned char>(c) * prime5), 11) * prime1;
  hash = (hash ^ hash >> 33U) * prime2;
  hash = (hash ^ hash >> 29U) * prime3;
  return hash ^ hash >> 32U;
}

}  // namespace

void ContentHash::mix(const char* stripe) {
  for (std::size_t i = 0; i < lanes_.size(); ++i)
    lanes_[i] = rounded(lanes_[i], number_at<std::uint64_t>(stripe + 8 * i));
}

void ContentHash::add(std::string_view bytes) {
  size_ += bytes.size();
  if (!rest_.empty()) {
    const std::size_t missing = std::min(stripe_size - rest_.size(), bytes.size());
    rest_.append(bytes.substr(0, missing));
    bytes.remove_prefix(missing);
    if (rest_.size() < stripe_size) return;
    mix(rest_.data());
    rest_.clear();
  }
  for (; bytes.size() >= stripe_size; bytes.remove_prefix(stripe_size)) mix(bytes.data());
  rest_.append(bytes);
}

std::uint64_t ContentHash::value() const {
  std::uint64_t hash = prime5;
  if (size_ >= stripe_size) {
    hash = std::rotl(lanes_[0], 1) + std::rotl(lanes_[1], 7) + std::rotl(lanes_[2], 12) +
           std::rotl(lanes_[3], 18);
    for (const std::uint64_t lane : lanes_) hash = (hash ^ rounded(0, lane)) * prime1 + prime4;
  }
  return finished(hash + size_, rest_);
}

std::string version_text(const ContentHash& hash) { return fmt::format("{:016x}", hash.value()); }

std::string version_of(std::string_view content) {
  ContentHash hash;
  hash.add(content);
  return version_text(hash);
}

}  // namespace shelltool::files
