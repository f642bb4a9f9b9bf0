#include <doctest/doctest.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cstdlib>
#include <random>

#include "shelltool/files/edit.h"
#include "shelltool/files/encoding.h"
#include "tests/unit/files/scene.h"

namespace shelltool::files {
namespace {

using Random = std::mt19937;

std::size_t rounds() {
  constexpr std::size_t usual = 200;
  const char* const times = std::getenv("GATEHOUSE_ROUNDS");
  return usual * (times != nullptr ? std::strtoul(times, nullptr, 10) : 1);
}

std::string pick(Random& random, const std::vector<std::string>& from) {
  return from[random() % from.size()];
}

/// Text of one encoding, as bytes, without a mark.
struct Sample {
  Encoding encoding;
  std::string bytes_of(const std::string& text) const { return *encoded(text, encoding); }
};

std::string random_text(Random& random, bool with_umlauts) {
  std::vector<std::string> pieces = {"a", "bc", " ", "\t", "\n", "\r\n", "\n\n", "()", "x = 1;", "\\n", "$&"};
  if (with_umlauts) pieces.insert(pieces.end(), {"\xc3\xbc", "gr\xc3\xbc\xc3\x9f"});
  std::string text;
  for (std::size_t length = random() % 30; length > 0; --length) text += pick(random, pieces);
  return text;
}

/// A file's attributes, as far as anybody can look at them.
struct Attributes {
  mode_t mode;
  uid_t user;
  gid_t group;
  nlink_t links;
  std::string note;
  bool operator==(const Attributes&) const = default;
};

Attributes attributes_of(const std::string& path) {
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  std::string note(64, '\0');
  const ssize_t length = ::getxattr(path.c_str(), "user.note", note.data(), note.size());
  note.resize(static_cast<std::size_t>(std::max<ssize_t>(length, 0)));
  return {status.st_mode, status.st_uid, status.st_gid, status.st_nlink, note};
}

void dress(Random& random, const std::string& path, const std::string& link) {
  const std::vector<mode_t> modes = {0644, 0600, 0755, 0664, 04755, 02640, 0777};
  if (random() % 2 == 0) (void)::setxattr(path.c_str(), "user.note", "value", 5, 0);
  if (random() % 4 == 0) REQUIRE(::link(path.c_str(), link.c_str()) == 0);
  REQUIRE(::chmod(path.c_str(), modes[random() % modes.size()]) == 0);
}

}  // namespace

TEST_CASE("an edit keeps every byte beside it, and everything else that the file has") {
  const std::string needle = "NEEDLE", thread = "a longer THREAD";
  for (std::size_t round = 0; round < rounds(); ++round) {
    CAPTURE(round);
    Random random(static_cast<Random::result_type>(round));
    const std::vector<Encoding> encodings = {Encoding::utf8, Encoding::utf8_bom, Encoding::latin1,
                                             Encoding::utf16le, Encoding::utf16be};
    const Sample sample{encodings[random() % encodings.size()]};
    const bool is_wide = sample.encoding == Encoding::utf16le || sample.encoding == Encoding::utf16be;
    const std::string mark = sample.encoding == Encoding::utf8_bom  ? "\xef\xbb\xbf"
                             : sample.encoding == Encoding::utf16le ? "\xff\xfe"
                             : sample.encoding == Encoding::utf16be ? "\xfe\xff"
                                                                    : "";
    std::string before = mark + sample.bytes_of(random_text(random, true));
    std::string behind = sample.bytes_of(random_text(random, true));
    if (!is_wide && random() % 3 == 0) behind += "\xff\xfe\x80 any bytes \xc3";
    tests::FileScene scene;
    scene.dir.write("f", before + sample.bytes_of(needle) + behind);
    dress(random, scene.dir / "f", scene.beside / "link");
    const Attributes then = attributes_of(scene.dir / "f");
    edit({scene.dir / "f", {{needle, thread, false}}, "", false}, tests::allow_all, scene.journal);
    CHECK(scene.content("f") == before + sample.bytes_of(thread) + behind);
    CHECK(attributes_of(scene.dir / "f") == then);
    CHECK(scene.names() == std::vector<std::string>{"f"});
  }
}

TEST_CASE("what is not the version that was read is not written") {
  tests::FileScene scene;
  scene.dir.write("f", "a\n");
  const auto change = [&](const std::string& version, bool dry) {
    return edit({scene.dir / "f", {{"a", "b", false}}, version, dry}, tests::allow_all, scene.journal);
  };
  CHECK(tests::code_of([&] { change("0123", false); }) == "stale");
  const ChangeResult dry = change("", true);
  CHECK(scene.content("f") == "a\n");
  CHECK(dry.diff.find("-a\n+b\n") != std::string::npos);
  CHECK(change(dry.version_before.substr(0, 8), false).version == dry.version);
  CHECK(scene.content("f") == "b\n");
}

TEST_CASE("a file is written whole, with its form and its attributes, and not over another by mistake") {
  tests::FileScene scene;
  scene.dir.write("f", "a\r\n\xfc\r\n");
  REQUIRE(::chmod((scene.dir / "f").c_str(), 0750) == 0);
  const auto put = [&](const std::string& name, const std::string& version) {
    return write({scene.dir / name, "\xc3\xa4\nb\n", version}, tests::hide_env, scene.journal);
  };
  CHECK(tests::code_of([&] { put("f", "none"); }) == "exists");
  CHECK(tests::code_of([&] { put("f", "0123"); }) == "stale");
  CHECK(tests::code_of([&] { put("new", "0123"); }) == "stale");
  CHECK(tests::code_of([&] { put(".env", ""); }) == "denied");
  CHECK(scene.names() == std::vector<std::string>{"f"});
  CHECK_FALSE(put("f", "").is_new);
  CHECK(scene.content("f") == "\xe4\r\nb\r\n");
  CHECK(attributes_of(scene.dir / "f").mode == 0100750);
  CHECK(put("x/y", "none").is_new);
  CHECK(scene.content("x/y") == "\xc3\xa4\nb\n");
  CHECK(put("x/y", "").version == put("x/y", "").version_before);
}

}  // namespace shelltool::files
