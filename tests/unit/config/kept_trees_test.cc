#include "config/kept_trees.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "config/yaml_text.h"
#include "sandbox/sys/fd.h"
#include "tests/unit/temporary.h"

using config::KeptTrees;
using config::Node;
using config::read_yaml;
using tests::TemporaryDirectory;
namespace fs = std::filesystem;

namespace {

/// Long enough to be kept. `name` makes another text of it.
std::string long_text(const std::string& name = "rule") {
  std::string text = "version: 1\nrules:\n";
  for (int number = 0; text.size() < config::worth_keeping; ++number)
    text += fmt::format("  - {{id: {}{}, when: [\"yes\", yes, 'ü: #', \"\"]}}\n", name, number);
  return text;
}

void check_equal(const Node& a, const Node& b) {
  REQUIRE(text_of(a.place) == text_of(b.place));
  REQUIRE(a.kind == b.kind);
  REQUIRE(a.scalar == b.scalar);
  REQUIRE(a.quoted == b.quoted);
  REQUIRE(a.items.size() == b.items.size());
  REQUIRE(a.entries.size() == b.entries.size());
  for (std::size_t i = 0; i < a.items.size(); ++i) check_equal(a.items[i], b.items[i]);
  for (std::size_t i = 0; i < a.entries.size(); ++i) {
    check_equal(a.entries[i].key, b.entries[i].key);
    check_equal(a.entries[i].value, b.entries[i].value);
  }
}

std::vector<std::string> files_in(const std::string& directory) {
  std::vector<std::string> files;
  if (!fs::exists(directory)) return files;
  for (const auto& entry : fs::directory_iterator(directory)) files.push_back(entry.path());
  return files;
}

void change(const std::string& file, std::size_t at, char to) {
  std::string bytes = sys::read_file(file, 1 << 30);
  bytes.at(at) = to;
  sys::write_all(sys::open_file(file, O_WRONLY | O_TRUNC).get(), bytes, file);
}

}  // namespace

TEST_CASE("a long file read again is the same tree, with its places, also under another name") {
  const TemporaryDirectory dir;
  const KeptTrees trees(dir / "trees");
  const std::string text = long_text();
  check_equal(trees.read(text, "a.yaml"), read_yaml(text, "a.yaml"));
  REQUIRE(files_in(dir / "trees").size() == 1);
  check_equal(trees.read(text, "b.yaml"), read_yaml(text, "b.yaml"));
  CHECK(files_in(dir / "trees").size() == 1);
}

TEST_CASE("what is kept is what is read: a kept tree is believed") {
  const TemporaryDirectory dir;
  const KeptTrees trees(dir / "trees");
  const std::string text = long_text();
  REQUIRE(trees.read(text, "a.yaml").entries[1].value.items[0].entries[0].value.scalar == "rule0");
  const std::string file = files_in(dir / "trees")[0];
  const std::size_t in_tree = sys::read_file(file, 1 << 30).rfind("rule0");
  change(file, in_tree, 'R');
  CHECK(trees.read(text, "a.yaml").entries[1].value.items[0].entries[0].value.scalar == "Rule0");
}

TEST_CASE("short files are not kept, nor those with a fault, nor any without a directory") {
  const TemporaryDirectory dir;
  const KeptTrees trees(dir / "trees");
  CHECK(trees.read("version: 1\n", "a.yaml").entries.size() == 1);
  const std::string fault = long_text() + "rules: again\n";
  for (int time = 0; time < 2; ++time) CHECK_THROWS_AS((void)trees.read(fault, "a.yaml"), config::BadInput);
  CHECK(KeptTrees("").read(long_text(), "a.yaml").entries.size() == 2);
  CHECK(KeptTrees(dir / "no/trees").read(long_text(), "a.yaml").entries.size() == 2);
  CHECK(files_in(dir / "trees").empty());
}

TEST_CASE("a kept tree that is cut off, of another text or not one's own is not believed") {
  const TemporaryDirectory dir;
  const KeptTrees trees(dir / "trees");
  const std::string text = long_text();
  (void)trees.read(text, "a.yaml");
  const std::string file = files_in(dir / "trees")[0];
  const std::string whole = sys::read_file(file, 1 << 30);
  SUBCASE("cut off") {
    for (const std::size_t size : {std::size_t{0}, std::size_t{3}, whole.size() / 2, whole.size() - 1}) {
      REQUIRE(::truncate(file.c_str(), static_cast<off_t>(size)) == 0);
      check_equal(trees.read(text, "a.yaml"), read_yaml(text, "a.yaml"));
      CHECK(sys::read_file(file, 1 << 30) == whole);  // mended
    }
  }
  SUBCASE("of another text") {
    change(file, whole.find("rule0"), 'R');
    check_equal(trees.read(text, "a.yaml"), read_yaml(text, "a.yaml"));
  }
  SUBCASE("of another reader") {
    change(file, 0, '\x7F');
    check_equal(trees.read(text, "a.yaml"), read_yaml(text, "a.yaml"));
  }
  SUBCASE("writable for others") {
    change(file, whole.rfind("rule0"), 'R');
    REQUIRE(::chmod(file.c_str(), 0622) == 0);
    check_equal(trees.read(text, "a.yaml"), read_yaml(text, "a.yaml"));
  }
}

TEST_CASE("only the trees read last are kept, and nothing else lies there") {
  const TemporaryDirectory dir;
  const KeptTrees trees(dir / "trees");
  for (int number = 0; number < 12; ++number)
    (void)trees.read(long_text(fmt::format("r{}_", number)), "a.yaml");
  CHECK(files_in(dir / "trees").size() == 8);
}
