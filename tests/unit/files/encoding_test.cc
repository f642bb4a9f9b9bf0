#include "shelltool/files/encoding.h"

#include <doctest/doctest.h>

#include <random>

#include "shelltool/files/content_hash.h"

namespace shelltool::files {

TEST_CASE("what is decoded is encoded as it was") {
  std::mt19937 random(7);
  const std::vector<std::string> characters = {"a", "\n", "\xc3\xbc", "\xe2\x82\xac", "\xf0\x9f\x98\x80",
                                               " "};
  for (int round = 0; round < 200; ++round) {
    std::string text;
    for (std::size_t length = random() % 40; length > 0; --length)
      text += characters[random() % characters.size()];
    for (const Encoding encoding : {Encoding::utf8, Encoding::utf16le, Encoding::utf16be}) {
      CAPTURE(text);
      CHECK(decoded(*encoded(text, encoding), encoding) == text);
    }
  }
  std::string bytes;
  for (int c = 0; c < 256; ++c) bytes.push_back(static_cast<char>(c));
  CHECK(*encoded(decoded(bytes, Encoding::latin1), Encoding::latin1) == bytes);
  CHECK_FALSE(encoded("\xe2\x86\x92", Encoding::latin1));
}

TEST_CASE("contents are told apart by what is in them") {
  CHECK(encoding_of("") == Encoding::utf8);
  CHECK(encoding_of("gr\xc3\xbc\xc3\x9f") == Encoding::utf8);
  CHECK(encoding_of("\xef\xbb\xbfx") == Encoding::utf8_bom);
  CHECK(encoding_of("gr\xfc\xdf und so weiter") == Encoding::latin1);
  CHECK(encoding_of({"\xff\xfex\0", 4}) == Encoding::utf16le);
  CHECK(encoding_of({"\0x\0y", 4}) == Encoding::utf16be);
  CHECK(encoding_of({"x\0\0\1\2\3y", 7}) == Encoding::binary);
  CHECK(encoding_of("\x80\x01\x02\x03\x04\x05") == Encoding::binary);
  CHECK(encoding_of(std::string("\xFF\xFE\0\0a\0\0\0", 8)) == Encoding::binary);  // UTF-32
  CHECK(encoding_of(std::string("\0\0\xFE\xFF\0\0\0a", 8)) == Encoding::binary);
}

TEST_CASE("a version is XXH64, however the content comes") {
  CHECK(version_of("") == "ef46db3751d8e999");
  CHECK(version_of("a") == "d24ec4f1a98c6e5b");
  CHECK(version_of("abc") == "44bc2cf5ad770999");
  const std::string text(1000, 'x');
  for (const std::size_t piece : {1U, 7U, 31U, 32U, 33U, 999U}) {
    ContentHash hash;
    for (std::size_t at = 0; at < text.size(); at += piece)
      hash.add(std::string_view(text).substr(at, piece));
    CHECK(version_text(hash) == version_of(text));
  }
}

}  // namespace shelltool::files
