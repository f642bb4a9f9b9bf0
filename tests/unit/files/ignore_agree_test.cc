/// Ignore patterns against git itself, on trees that are made up.

#include <doctest/doctest.h>
#include <fcntl.h>

#include "sandbox/sys/fd.h"
#include "sandbox/sys/process.h"
#include "tests/unit/files/searches.h"
#include "tests/unit/policy/made_up.h"

namespace shelltool::files {
namespace {

constexpr const char* names[] = {"a",  "b",   "ab", "a.c",     "b.c", "x.o",
                                 ".h", "a b", "d",  "caf\xE9", "!n",  "#c"};
constexpr const char* patterns[] = {
    "*.c", "*.o",  "a",     "/a",  "b/",          "!a",      "!*.c", "a/**",  "**/b", "a/**/b",
    "d/*", "[ab]", "[!a]*", "?",   "a\\ b",       "a b ",    "\\!n", "\\#c",  "#c",   "!n",
    "/*",  "!/d/", "*/",    "[",   "a\\",         "**",      ".*",   "d/a.c", "!d/",  "/d/**/",
    "**/", "ab/",  "caf?",  "*\r", "[[:alpha:]]", "x.[a-z]", "/",    ""};

void make_tree(const tests::TemporaryDirectory& directory, tests::Random& random, const std::string& below,
               int depth) {
  for (std::size_t left = 2 + random() % 5; left > 0; --left) {
    const std::string path = below + tests::pick(random, names);
    if (depth > 0 && random() % 3 == 0) {
      if (!std::filesystem::is_regular_file(directory / path))
        make_tree(directory, random, path + "/", depth - 1);
    } else if (!std::filesystem::exists(directory / path)) {
      directory.write(path, "x\n");
    }
  }
  if (random() % 2 == 0) return;
  std::string text;
  for (std::size_t left = 1 + random() % 4; left > 0; --left) text += tests::pick(random, patterns) + "\n";
  directory.write(below + ".gitignore", text);
}

int run(const tests::TemporaryDirectory& directory, std::vector<std::string> words,
        const std::string& output) {
  const sys::Fd out = sys::open_file(output, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  const sys::Fd none = sys::open_file("/dev/null", O_RDWR);
  words.insert(words.begin(), {"git", "-C", directory.path()});
  sys::Program program;
  program.argv = std::move(words);
  program.in = none.get();
  program.out = out.get();
  program.err = none.get();
  return sys::spawn(program).wait().as_shell();
}

std::vector<std::string> names_in(const std::string& bytes) {
  std::vector<std::string> found;
  for (std::size_t begin = 0; begin < bytes.size();) {
    const std::size_t end = bytes.find('\0', begin);
    found.push_back(bytes.substr(begin, end - begin));
    begin = end + 1;
  }
  return found;
}

TEST_CASE("find passes over exactly what git passes over") {
  tests::Random random(1);
  for (int round = tests::rounds(60); round > 0; --round) {
    const tests::TemporaryDirectory directory, elsewhere;
    if (run(directory, {"init", "-q"}, "/dev/null") != 0) {
      MESSAGE("SKIP: git is not installed");
      return;
    }
    make_tree(directory, random, "", 3);
    const std::string output = elsewhere / "names";
    REQUIRE(run(directory, {"ls-files", "-z", "--others", "--exclude-standard"}, output) == 0);
    FindRequest request;
    request.path = directory.path();
    request.limit = 100'000;
    CHECK(tests::paths_of(find(request, tests::allow_all)) == names_in(sys::read_file(output, 1 << 20)));
  }
}

}  // namespace
}  // namespace shelltool::files
