#include "shelltool/files/apply_patch.h"

#include <doctest/doctest.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <map>

#include "shelltool/files/file_error.h"
#include "tests/unit/data.h"
#include "tests/unit/files/scene.h"

namespace shelltool::files {
namespace {

namespace fs = std::filesystem;

using tests::allow_all;

class Scene {
 public:
  ApplyPatchResult apply(const std::string& patch, bool in_part = false, const Judge& judge = allow_all) {
    return apply_patch({patch, directory.path(), false, in_part, 30'000, {directory.path()}}, judge,
                       journal_);
  }
  std::string fault(const std::string& patch, const Judge& judge = allow_all) {
    try {
      apply(patch, false, judge);
    } catch (const FileError& error) {
      return error.code() + ": " + error.what();
    }
    return "applied";
  }
  /// Every file and link below the directory, and what is in it.
  [[nodiscard]] std::string listing() const {
    std::map<std::string, std::string> entries;
    for (const auto& entry : fs::recursive_directory_iterator(directory.path())) {
      const std::string name = entry.path().lexically_relative(directory.path());
      if (entry.is_symlink())
        entries[name] = "-> " + fs::read_symlink(entry.path()).string();
      else if (entry.is_regular_file())
        entries[name] = "= " + sys::read_file(entry.path(), 1U << 20U);
    }
    std::string text;
    for (const auto& [name, what] : entries) text += name + " " + what + "\n";
    return text;
  }
  [[nodiscard]] std::string content(const std::string& name) const {
    return sys::read_file(directory / name, 1U << 20U);
  }
  [[nodiscard]] struct stat status(const std::string& name) const {
    struct stat status {};
    REQUIRE(::lstat((directory / name).c_str(), &status) == 0);
    return status;
  }

  tests::TemporaryDirectory directory;

 private:
  Journal journal_{sys::Fd(::memfd_create("journal", MFD_CLOEXEC))};
};

std::string envelope(const std::string& body) { return "*** Begin Patch\n" + body + "*** End Patch\n"; }
std::string update(const std::string& name, const std::string& hunks) {
  return "*** Update File: " + name + "\n" + hunks;
}

}  // namespace

TEST_CASE("every scenario of Codex' apply_patch leaves the files that it says") {
  for (const auto& entry : fs::directory_iterator(tests::data_file("apply_patch"))) {
    if (!entry.is_directory()) continue;
    CAPTURE(entry.path().filename().string());
    Scene scene, expected;
    if (fs::exists(entry.path() / "input"))
      fs::copy(entry.path() / "input", scene.directory.path(), fs::copy_options::recursive);
    fs::copy(entry.path() / "expected", expected.directory.path(), fs::copy_options::recursive);
    const bool in_part = entry.path().filename().string().starts_with("015");
    try {
      const ApplyPatchResult result =
          scene.apply(sys::read_file(entry.path() / "patch.txt", 1U << 20U), in_part);
      CHECK(result.failure.empty() != in_part);
    } catch (const FileError& error) {
      CHECK(error.what() != std::string());
    }
    CHECK(scene.listing() == expected.listing());
  }
}

TEST_CASE("a patch that fails anywhere changes nothing anywhere") {
  Scene scene;
  scene.directory.write("a", "1\n");
  scene.directory.write("dir/x", "2\n");
  const std::string before = scene.listing();
  const std::string good = "*** Add File: new/n\n+x\n" + update("a", "-1\n+2\n");
  CHECK(scene.fault(envelope(good + update("dir/x", "-nope\n+y\n"))).find("does_not_apply: ") == 0);
  CHECK(scene.fault(envelope(good + "*** Delete File: dir\n")).find("does_not_apply: 'dir' is a directory") ==
        0);
  CHECK(scene.fault(envelope(good + "*** Add File: a/b\n+x\n")).find("not_a_directory: ") == 0);
  CHECK(scene.fault(envelope(good + "*** Delete File: gone\n"))
            .find("'gone' is not there (line 7 of the patch)") != std::string::npos);
  CHECK(scene.fault("--- a/../x\n").find("bad_patch: ") == 0);
  CHECK(scene.listing() == before);
}

TEST_CASE("a denied path stops the patch before it is read or written, and is judged by its true name") {
  Scene scene;
  scene.directory.write("a", "1\n");
  scene.directory.write("secret", "key\n");
  fs::create_symlink("secret", scene.directory / "innocent");
  const std::string before = scene.listing();
  std::vector<Touch> seen;
  const Judge judge = [&](const std::vector<Touch>& touches) {
    seen = touches;
    std::vector<Ruling> rulings;
    for (const Touch& touch : touches) {
      const bool allowed = touch.real != scene.directory / "secret";
      rulings.push_back({allowed, allowed ? "" : "secrets", allowed ? "" : "Secrets stay."});
    }
    return rulings;
  };
  const std::string fault =
      scene.fault(envelope(update("a", "-1\n+2\n") + update("innocent", "-guess\n+y\n")), judge);
  CHECK(fault == "denied: Secrets stay.");
  CHECK(seen.size() == 4);
  CHECK(seen[2].named == scene.directory / "innocent");
  CHECK(scene.listing() == before);
  fs::create_symlink("a", scene.directory / "alias");
  scene.fault(envelope(update("a", "-1\n+2\n") + update("alias", "-2\n+3\n")), judge);
  CHECK(seen.size() == 4);
  CHECK(seen[1].named == scene.directory / "alias");
  CHECK(seen[1].real == scene.directory / "a");
  fs::remove(scene.directory / "alias");
  scene.fault("diff --git a/a b/b\ncopy from a\ncopy to b\n", judge);
  REQUIRE(seen.size() == 2);
  CHECK(seen[0].access == Access::read);
  CHECK(seen[0].real == scene.directory / "a");
  CHECK(seen[1].access == Access::write);
  CHECK(seen[1].real == scene.directory / "b");
}

TEST_CASE("two names of one file are one file") {
  Scene scene;
  scene.directory.write("real/f", "a\nb\n");
  fs::create_directory_symlink("real", scene.directory / "other");
  fs::create_symlink("real/f", scene.directory / "link");
  scene.apply(envelope(update("real/f", "-a\n+x\n") + update("other/f", "-b\n+y\n") +
                       update("link", "-y\n+z\n") + update("other/../real/f", "-z\n+w\n")));
  CHECK(scene.content("real/f") == "x\nw\n");
  CHECK(fs::is_symlink(scene.directory / "link"));
}

TEST_CASE("links are followed to be changed, and never removed") {
  Scene scene;
  scene.directory.write("f", "a\n");
  fs::create_symlink("f", scene.directory / "link");
  fs::create_symlink("nowhere", scene.directory / "dangling");
  const std::string before = scene.listing();
  CHECK(scene.fault(envelope("*** Delete File: link\n")).find("special_file: 'link' is a link") == 0);
  CHECK(scene.fault(envelope("*** Update File: link\n*** Move to: g\n-a\n+b\n")).find("special_file: ") == 0);
  CHECK(scene.fault(envelope("*** Add File: dangling\n+x\n")).find("dangling_link: ") == 0);
  CHECK(scene.listing() == before);
}

TEST_CASE("odd paths are answered, not followed into") {
  Scene scene;
  scene.directory.write("f", "a\n");
  REQUIRE(::mkfifo((scene.directory / "fifo").c_str(), 0600) == 0);
  const std::string before = scene.listing();
  for (const std::string& path :
       {std::string("/proc/self/root/etc/hostname"), std::string("/dev/null"), std::string("fifo"),
        std::string("."), std::string("f/"), std::string(300, 'x'), std::string(5000, 'x'),
        std::string("f/x"), std::string("a\0b", 3)}) {
    CAPTURE(path);
    CHECK(scene.fault(envelope(update(path, "-a\n+b\n"))) != "applied");
    CHECK(scene.fault(envelope("*** Delete File: " + path + "\n")) != "applied");
  }
  CHECK(scene.listing() == before);
  const std::string name = "d\xff/\xe4 \"x\"\t'";
  scene.apply(envelope("*** Add File: " + name + "\n+x\n*** Add File: " + std::string(255, 'y') + "\n+y\n"));
  CHECK(scene.content(name) == "x\n");
  CHECK(scene.content(std::string(255, 'y')) == "y\n");
}

TEST_CASE("a file keeps its encoding, and its mode where the patch says nothing of it") {
  Scene scene;
  scene.directory.write("latin", "caf\xE9\r\nb\r\n");
  scene.directory.write("wide", std::string("\xFF\xFE"
                                            "a\0\r\0\n\0\xE9\0\n\0",
                                            12));
  ::chmod((scene.directory / "latin").c_str(), 0640);
  scene.apply(envelope(update("latin", " caf\xC3\xA9\n-b\n+\xC3\xA4\n") +
                       update("wide", "-a\n+\xC3\xBC\n \xC3\xA9\n")));
  CHECK(scene.content("latin") == "caf\xE9\r\n\xE4\r\n");
  CHECK(scene.content("wide") == std::string("\xFF\xFE\xFC\0\r\0\n\0\xE9\0\n\0", 12));
  CHECK((scene.status("latin").st_mode & 07777) == 0640);
  const std::string before = scene.listing();
  CHECK(scene.fault(envelope(update("latin", "+\xE2\x82\xAC\xE2\x9C\x93\n"))).find("encoding: ") == 0);
  CHECK(scene.listing() == before);
}

TEST_CASE("modes, moves and copies of a git diff are done") {
  Scene scene;
  scene.directory.write("a", "1\n");
  scene.directory.write("tool", "x\n");
  ::chmod((scene.directory / "tool").c_str(), 0750);
  scene.apply(
      "diff --git a/a b/a\nold mode 100644\nnew mode 100755\n"
      "diff --git a/a b/c\ncopy from a\ncopy to c\n--- a/a\n+++ b/c\n@@ -1 +1 @@\n-1\n+2\n"
      "diff --git a/tool b/bin/tool\nrename from tool\nrename to bin/tool\n"
      "diff --git a/n b/n\nnew file mode 100755\n--- /dev/null\n+++ b/n\n@@ -0,0 +1 @@\n+n\n");
  CHECK(scene.listing() == "a = 1\n\nbin/tool = x\n\nc = 2\n\nn = n\n\n");
  CHECK((scene.status("a").st_mode & 0111) != 0);
  CHECK((scene.status("n").st_mode & 0111) != 0);
  CHECK((scene.status("bin/tool").st_mode & 07777) == 0750);
}

TEST_CASE("a dry run says what would be, and does nothing") {
  Scene scene;
  scene.directory.write("a", "1\n2\n");
  const std::string before = scene.listing();
  Journal journal{sys::Fd(::memfd_create("journal", MFD_CLOEXEC))};
  const ApplyPatchResult result =
      apply_patch({envelope(update("a", " 1\n-2\n+3\n") + "*** Add File: n\n+x\n"),
                   scene.directory.path(),
                   true,
                   false,
                   1000,
                   {}},
                  allow_all, journal);
  CHECK(result.diff ==
        "--- a\n+++ a\n@@ -1,2 +1,2 @@\n 1\n-2\n+3\n--- /dev/null\n+++ n\n@@ -0,0 +1 @@\n+x\n");
  CHECK(result.changes.size() == 2);
  CHECK(result.changes[0].added == 1);
  CHECK(result.changes[0].path == scene.directory / "a");
  CHECK(result.changes[0].version.size() == 16);
  CHECK(scene.listing() == before);
}

TEST_CASE("a deleted file that is too large to be kept is in the trash, and an overwritten one is told") {
  Scene scene;
  const std::string large(most_kept_before + 1, 'x');
  scene.directory.write("gone", large);
  scene.directory.write("over", large);
  scene.directory.write("small", "1\n");
  const ApplyPatchResult result =
      scene.apply(envelope("*** Delete File: gone\n*** Add File: over\n+new\n*** Delete File: small\n"));
  REQUIRE(result.changes.size() == 3);
  CHECK(result.changes[0].trash.starts_with(scene.directory / ".gatehouse-trash/"));
  CHECK(fs::file_size(result.changes[0].trash) == large.size());
  CHECK_FALSE(fs::exists(scene.directory / "gone"));
  CHECK_FALSE(result.changes[0].is_before_lost);
  CHECK(result.changes[1].is_before_lost);
  CHECK(scene.content("over") == "new\n");
  CHECK(result.changes[2].trash.empty());
  CHECK_FALSE(fs::exists(scene.directory / "small"));
}

}  // namespace shelltool::files
