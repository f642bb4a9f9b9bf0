#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace shelltool::files {

/// XXH64 with seed 0, piece by piece: tells contents apart that nobody made to collide.
class ContentHash {
 public:
  void add(std::string_view bytes);
  [[nodiscard]] std::uint64_t value() const;

 private:
  void mix(const char* stripe);

  std::array<std::uint64_t, 4> lanes_ = {0x60ea27eeadc0b5d6, 0xc2b2ae3d27d4eb4f, 0, 0x61c8864e7a143579};
  std::string rest_;  // less than a stripe
  std::uint64_t size_ = 0;
};

/// What a file's content is called: 16 hexadecimal digits.
std::string version_of(std::string_view content);
std::string version_text(const ContentHash& hash);

}  // namespace shelltool::files
