#include "shelltool/files/read.h"

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "sandbox/sys/text.h"
#include "tests/unit/files/scene.h"

namespace shelltool::files {
namespace {

using Kind = ReadPiece::Kind;
using Lines = std::vector<std::string>;

ReadPiece read_one(const std::string& path, std::int64_t offset = 1, std::int64_t limit = 2000,
                   ReadAs as = ReadAs::automatic, std::size_t room = 30'000) {
  return read({{{path, offset, limit}}, as, room}, tests::allow_all).pieces.at(0);
}

Lines lines_of(const ReadPiece& piece) {
  Lines lines;
  for (const std::string_view line : sys::split(piece.text, '\n')) lines.emplace_back(line);
  if (!lines.empty()) lines.pop_back();  // behind the last newline
  return lines;
}

struct Found {
  const char* encoding;
  const char* line_ends;
  Lines lines;
};

void check_text(const std::string& content, const Found& expected) {
  tests::FileScene scene;
  scene.dir.write("f", content);
  const ReadPiece piece = read_one(scene.dir / "f");
  CAPTURE(content);
  CHECK(piece.kind == Kind::text);
  CHECK(piece.encoding == std::string(expected.encoding));
  CHECK(piece.line_ends == std::string(expected.line_ends));
  CHECK(lines_of(piece) == expected.lines);
}

}  // namespace

TEST_CASE("lines are read by ranges, from the beginning and from the end") {
  tests::FileScene scene;
  scene.dir.write("f", "1\n2\n3\n4\n5\n");
  const ReadPiece all = read_one(scene.dir / "f");
  CHECK(all.total == 5);
  CHECK(all.ends_with_newline);
  CHECK(lines_of(all) == Lines{"1", "2", "3", "4", "5"});
  CHECK(lines_of(read_one(scene.dir / "f", 2, 2)) == Lines{"2", "3"});
  const ReadPiece end = read_one(scene.dir / "f", -2);
  CHECK(lines_of(end) == Lines{"4", "5"});
  CHECK(end.first == 4);
  CHECK(lines_of(read_one(scene.dir / "f", -99, 1)) == Lines{"1"});
  const ReadPiece behind = read_one(scene.dir / "f", 6);
  CHECK(behind.text.empty());
  CHECK(behind.last < behind.first);
  CHECK(behind.total == 5);
}

TEST_CASE("a link that leads nowhere is said to be one") {
  tests::FileScene scene;
  scene.dir.make_directory("d");
  std::filesystem::create_symlink("../gone", scene.dir / "d/link");
  const std::string sentence =
      scene.dir / "d/link" + (" is a link that leads nowhere: " + (scene.dir / "gone"));
  for (const std::string& path : {scene.dir / "d/link", scene.dir / "d/link/below"}) {
    const ReadPiece piece = read_one(path);
    CHECK(piece.sentence.find(sentence) != std::string::npos);
  }
}

TEST_CASE("encoding and line ends are named, and text is shown whatever they are") {
  check_text("a\nb", {"utf-8", "lf", {"a", "b"}});
  check_text("a\r\nb\r\n", {"utf-8", "crlf", {"a", "b"}});
  check_text("a\r\nb\n", {"utf-8", "mixed", {"a", "b"}});
  check_text("a\rb", {"utf-8", "cr", {"a\\rb"}});
  check_text("", {"utf-8", "", {}});
  check_text("\xef\xbb\xbfgr\xc3\xbc\xc3\x9f\n", {"utf-8 bom", "lf", {"gr\xc3\xbc\xc3\x9f"}});
  check_text("gr\xfc\xdf \x93q\x94\n", {"latin-1", "lf", {"gr\xc3\xbc\xc3\x9f \xe2\x80\x9cq\xe2\x80\x9d"}});
  check_text({"\xff\xfe"
              "a\0\n\0",
              6},
             {"utf-16le", "lf", {"a"}});
  check_text({"\xfe\xff\0a\0\r\0\n", 8}, {"utf-16be", "crlf", {"a"}});
  check_text({"a\0b\0c\0d\0", 8}, {"utf-16le", "", {"abcd"}});
  check_text("\tx\x1b[2J\n", {"utf-8", "lf", {"\tx\\x1b[2J"}});
}

TEST_CASE("a binary file is its type, its size and its beginning") {
  tests::FileScene scene;
  scene.dir.write("f", std::string("\x7f"
                                   "ELF\x02\0\0",
                                   7) +
                           std::string(500, '\1'));
  const ReadPiece piece = read_one(scene.dir / "f");
  CHECK(piece.kind == Kind::binary);
  CHECK(piece.encoding == "application/x-elf");
  CHECK(piece.size == 507);
  CHECK(piece.text.size() == 64);
  CHECK(piece.version.size() == 16);
  CHECK(read_one(scene.dir / "f", 1, 2000, ReadAs::text).kind == Kind::text);
}

TEST_CASE("an image is handed over as it is, unless it is larger than hosts take") {
  tests::FileScene scene;
  const std::string png = "\x89PNG\r\n\x1a\n" + std::string(1000, '\2');
  scene.dir.write("f", png);
  scene.dir.write("large", png + std::string(4'000'000, '\3'));
  const ReadPiece piece = read_one(scene.dir / "f");
  CHECK(piece.kind == Kind::image);
  CHECK(piece.text == png);
  const ReadPiece large = read_one(scene.dir / "large");
  CHECK(large.kind == Kind::binary);
  CHECK(large.sentence.find("larger") != std::string::npos);
}

TEST_CASE("a directory is its entries, sorted, with what they are") {
  tests::FileScene scene;
  scene.dir.write("b", "123");
  scene.dir.make_directory("a");
  REQUIRE(::symlink("b", (scene.dir / "c").c_str()) == 0);
  const ReadPiece piece = read_one(scene.dir.path());
  CHECK(piece.kind == Kind::directory);
  CHECK(lines_of(piece) == Lines{"a/", "b  3 bytes", "c -> b"});
  CHECK(lines_of(read_one(scene.dir.path(), 2, 1)) == Lines{"b  3 bytes"});
}

TEST_CASE("what could hang or never end is refused without being opened") {
  tests::FileScene scene;
  REQUIRE(::mkfifo((scene.dir / "fifo").c_str(), 0600) == 0);
  const sys::Fd socket(::socket(AF_UNIX, SOCK_STREAM, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  (scene.dir / "socket").copy(static_cast<char*>(address.sun_path), sizeof address.sun_path - 1);
  REQUIRE(::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  for (const std::string& path :
       {scene.dir / "fifo", scene.dir / "socket", std::string("/dev/zero"), std::string("/dev/tty")}) {
    const ReadPiece piece = read_one(path);
    CAPTURE(path);
    CHECK(piece.kind == Kind::failed);
    CHECK(piece.code == "special_file");
  }
  CHECK(read_one("/proc/self/root/etc/passwd").code == "link_loop");
  CHECK(read_one("/proc/self/status").kind == Kind::text);  // its size is 0
}

TEST_CASE("several files are read in one call, each with its own failure") {
  tests::FileScene scene;
  scene.dir.write("a.txt", "a\n");
  scene.dir.write(".env", "KEY=1\n");
  REQUIRE(::symlink(".env", (scene.dir / "harmless").c_str()) == 0);
  const ReadResult result =
      read({{{scene.dir / "a.txt"}, {scene.dir / "b.txt"}, {scene.dir / ".env"}, {scene.dir / "harmless"}},
            ReadAs::automatic,
            30'000},
           tests::hide_env);
  CHECK(lines_of(result.pieces.at(0)) == Lines{"a"});
  CHECK(result.pieces.at(1).code == "not_found");
  CHECK(result.pieces.at(1).sentence.find("a.txt") != std::string::npos);
  for (const std::size_t i : {2U, 3U}) {
    CHECK(result.pieces.at(i).code == "denied");
    CHECK(result.pieces.at(i).sentence.find("rule secrets") != std::string::npos);
    CHECK(result.pieces.at(i).text.empty());
  }
}

TEST_CASE("the text that is read has bounds, and says where it ends") {
  tests::FileScene scene;
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += "a line of some length\n";
  scene.dir.write("f", text);
  const ReadPiece piece = read_one(scene.dir / "f", 1, 1'000'000);
  CHECK(piece.total == 100'000);
  CHECK(piece.last < 1100);
  CHECK(read_one(scene.dir / "f", piece.last + 1).first == piece.last + 1);
  scene.dir.write("long", std::string(3'000'000, 'x') + "\nend\n");
  const ReadPiece line = read_one(scene.dir / "long");
  CHECK(lines_of(line).at(0).ends_with("… [2992000 more bytes in this line]"));
  CHECK(lines_of(line).at(1) == "end");
}

TEST_CASE("a version names the content alone") {
  tests::FileScene scene;
  scene.dir.write("a", "x\n");
  scene.dir.write("b", "x\n");
  scene.dir.write("c", "x \n");
  CHECK(read_one(scene.dir / "a").version == read_one(scene.dir / "b").version);
  CHECK(read_one(scene.dir / "a").version != read_one(scene.dir / "c").version);
}

TEST_CASE("names need not be UTF-8, and directories may be in the way") {
  tests::FileScene scene;
  scene.dir.write("\xff\n", "x\n");
  CHECK(lines_of(read_one(scene.dir / "\xff\n")) == Lines{"x"});
  scene.dir.write("f", "x\n");
  CHECK(read_one(scene.dir / "f/g").code == "not_a_directory");
  CHECK(read_one(scene.dir / std::string(300, 'n')).code == "name_too_long");
}

}  // namespace shelltool::files
