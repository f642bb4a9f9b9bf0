#include "shelltool/files/file_ops.h"

#include <doctest/doctest.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <filesystem>
#include <map>

#include "sandbox/sys/fd.h"
#include "shelltool/files/file_error.h"
#include "shelltool/files/mode_text.h"
#include "shelltool/files/trash.h"
#include "tests/unit/files/scene.h"

namespace shelltool::files {
namespace {

namespace fs = std::filesystem;
using Kind = FileOp::Kind;

using tests::allow_all;

struct Scene {
  FileOpsResult run(std::vector<FileOp> ops, const Judge& judge = allow_all, bool dry_run = false) const {
    Journal journal{sys::Fd(::memfd_create("journal", MFD_CLOEXEC))};
    return file_ops({std::move(ops), directory.path(), {directory.path()}, dry_run}, judge, journal);
  }
  /// The code and the sentence of what fails; everything must stand as before then.
  [[nodiscard]] std::string fault(std::vector<FileOp> ops, const Judge& judge = allow_all) const {
    const std::string before = listing();
    std::string fault = "done";
    try {
      run(std::move(ops), judge);
    } catch (const FileError& error) {
      fault = error.code() + ": " + error.what();
    }
    CHECK(listing() == before);
    return fault;
  }
  /// Everything but the trash.
  [[nodiscard]] std::string listing() const {
    std::map<std::string, std::string> entries;
    for (const auto& entry : fs::recursive_directory_iterator(directory.path())) {
      const std::string name = entry.path().lexically_relative(directory.path());
      if (name.starts_with(trash_name)) continue;
      if (entry.is_symlink())
        entries[name] = "->" + fs::read_symlink(entry.path()).string();
      else if (entry.is_directory())
        entries[name] = "/";
      else if (entry.is_regular_file())
        entries[name] = "=" + sys::read_file(entry.path(), 1U << 20U);
    }
    std::string text;
    for (const auto& [name, what] : entries) text += (text.empty() ? "" : " ") + name + what;
    return text;
  }
  [[nodiscard]] mode_t mode(const std::string& name) const {
    struct stat status {};
    REQUIRE(::lstat((directory / name).c_str(), &status) == 0);
    return status.st_mode & 07777U;
  }

  tests::TemporaryDirectory directory;
};

FileOp op(Kind kind, const std::string& path, const std::string& to = {}, bool overwrite = false,
          bool recursive = false) {
  return {kind, path, to, overwrite, recursive};
}

}  // namespace

TEST_CASE("operations of one call are done in their order, each after what those before have made") {
  Scene scene;
  scene.directory.write("a", "1");
  scene.directory.write("d/x", "2");
  scene.run({op(Kind::make_directory, "n/m", "", false, true), op(Kind::move, "a", "n/m/a"),
             op(Kind::copy, "n/m/a", "b"), op(Kind::move, "d", "n/d"), op(Kind::move, "n/d/x", "n/y"),
             op(Kind::link, "n/y", "n/m/l"), op(Kind::change_mode, "b", "u=rw,go="),
             op(Kind::remove, "n/d")});
  CHECK(scene.listing() == "b=1 n/ n/m/ n/m/a=1 n/m/l->../y n/y=2");
  CHECK(scene.mode("b") == 0600);
}

TEST_CASE("nothing is replaced but on demand, and then it can be had back") {
  Scene scene;
  scene.directory.write("a", "1");
  scene.directory.write("b", "2");
  scene.directory.write("d/x", "3");
  CHECK(scene.fault({op(Kind::move, "a", "b")}).find("exists: ") == 0);
  CHECK(scene.fault({op(Kind::copy, "a", "b")}).find("exists: ") == 0);
  CHECK(scene.fault({op(Kind::copy, "a", "d", true)}).find("is_a_directory: ") == 0);
  CHECK(scene.fault({op(Kind::make_directory, "b")}).find("exists: ") == 0);
  CHECK(scene.fault({op(Kind::move, "a", "a", true)}).find("bad_argument: ") == 0);
  const FileOpsResult result = scene.run({op(Kind::move, "a", "b", true)});
  CHECK(scene.listing() == "b=1 d/ d/x=3");
  REQUIRE(result.ops[0].replaces);
  CHECK(sys::read_file(result.ops[0].trash, 100) == "2");
}

TEST_CASE("what is deleted is in the trash, which git passes over, and can be moved back") {
  Scene scene;
  scene.directory.write("d/e/x", "1");
  scene.directory.write("f", "2");
  CHECK(scene.fault({op(Kind::remove, "d")}).find("recursive true") != std::string::npos);
  const FileOpsResult result = scene.run({op(Kind::remove, "d", "", false, true), op(Kind::remove, "f")});
  CHECK(scene.listing().empty());
  CHECK(result.ops[0].entries == 3);
  CHECK(sys::read_file(result.ops[0].trash + "/e/x", 100) == "1");
  CHECK(sys::read_file(fs::path(result.ops[0].trash).parent_path() / ".origin", 1000) ==
        scene.directory / "d");
  CHECK(sys::read_file(scene.directory / trash_name + "/.gitignore", 100) == "*\n");
  scene.run({op(Kind::move, result.ops[0].trash, "d")});
  CHECK(scene.listing() == "d/ d/e/ d/e/x=1");
  CHECK(scene.run({op(Kind::remove, result.ops[1].trash)}).ops[0].trash.empty());
  CHECK_FALSE(fs::exists(result.ops[1].trash));
}

TEST_CASE("a link is what is moved, copied and deleted, not what it leads to") {
  Scene scene;
  scene.directory.write("d/x", "1");
  fs::create_directory_symlink("d", scene.directory / "l");
  fs::create_symlink("nowhere", scene.directory / "dangling");
  scene.run({op(Kind::copy, "l", "c"), op(Kind::move, "l", "m"), op(Kind::remove, "dangling")});
  CHECK(scene.listing() == "c->d d/ d/x=1 m->d");
  scene.run({op(Kind::remove, "m"), op(Kind::move, "c/x", "y")});
  CHECK(scene.listing() == "c->d d/ y=1");
  CHECK(scene.fault({op(Kind::change_mode, "c", "755")}).find("special_file: ") == 0);
}

TEST_CASE("a copy of a directory has what is in it, with its permissions") {
  Scene scene;
  scene.directory.write("d/e/x", "1");
  scene.directory.write("d/run", "#!");
  fs::create_symlink("e/x", scene.directory / "d/l");
  ::chmod((scene.directory / "d/run").c_str(), 04755);
  ::chmod((scene.directory / "d/e").c_str(), 0555);
  CHECK(scene.fault({op(Kind::copy, "d", "c")}).find("recursive true") != std::string::npos);
  scene.run({op(Kind::copy, "d", "c", false, true)});
  CHECK(scene.listing() == "c/ c/e/ c/e/x=1 c/l->e/x c/run=#! d/ d/e/ d/e/x=1 d/l->e/x d/run=#!");
  CHECK(scene.mode("c/run") == 0755);
  CHECK(scene.mode("c/e") == 0555);
  ::chmod((scene.directory / "d/e").c_str(), 0755), ::chmod((scene.directory / "c/e").c_str(), 0755);
}

TEST_CASE("operations are checked before the first is done, and taken back when one fails") {
  Scene scene;
  scene.directory.write("a", "1");
  scene.directory.write("d/x", "2");
  const std::vector<FileOp> good{op(Kind::make_directory, "n"), op(Kind::move, "a", "n/a"),
                                 op(Kind::change_mode, "d/x", "600"), op(Kind::remove, "d/x"),
                                 op(Kind::copy, "n", "c", false, true)};
  const auto with = [&](const FileOp& bad) {
    std::vector<FileOp> ops = good;
    ops.push_back(bad);
    return scene.fault(ops);
  };
  CHECK(with(op(Kind::move, "a", "z")).find("not_found: operation 6 of 6: ") == 0);
  CHECK(with(op(Kind::move, "n", "n/m")).find("bad_argument: ") == 0);
  CHECK(with(op(Kind::copy, "n/a", "gone/a")).find("op mkdir, recursive true") != std::string::npos);
  CHECK(with(op(Kind::change_mode, "n/a", "4755")).find("bad_argument: ") == 0);
  CHECK(with(op(Kind::remove, ".")).find("bad_path: ") == 0);
  CHECK(with(op(Kind::remove, scene.directory.path(), "", false, true)).find("refused: ") == 0);
  // Known only to the kernel: the name is too long.
  CHECK(with(op(Kind::make_directory, std::string(300, 'x'))).find("name_too_long: operation 6 of 6: ") == 0);
  CHECK_FALSE(fs::exists(scene.directory / trash_name + "/x"));
}

TEST_CASE("every name that is concerned is judged, also below a directory, before and after") {
  Scene scene;
  scene.directory.write("d/x", "1");
  scene.directory.write("d/.env", "key");
  fs::create_directory_symlink("d", scene.directory / "l");
  std::vector<std::string> seen;
  std::string last_named;
  const Judge judge = [&](const std::vector<Touch>& touches) {
    std::vector<Ruling> rulings;
    for (const Touch& touch : touches) {
      seen.push_back((touch.access == Access::write ? "w " : "r ") +
                     touch.real.substr(scene.directory.path().size() + 1));
      last_named = touch.named;
      const bool allowed = !touch.real.ends_with(".env");
      rulings.push_back({allowed, "", allowed ? "" : "Secrets stay."});
    }
    return rulings;
  };
  CHECK(scene.fault({op(Kind::move, "d", "e")}, judge).find("denied: Secrets stay.") == 0);
  CHECK(seen == std::vector<std::string>{"r d", "r d/.env", "r d/x", "w d", "w d/.env", "w d/x", "w e",
                                         "w e/.env", "w e/x"});
  CHECK(scene.fault({op(Kind::remove, "l/.env")}, judge).find("denied: ") == 0);
  CHECK(scene.fault({op(Kind::copy, "d/x", "l/new.env")}, judge).find("denied: ") == 0);
  CHECK(seen.back() == "w d/new.env");
  CHECK(last_named == scene.directory / "l/new.env");
}

TEST_CASE("a denial without a rule or a word is a denial") {
  Scene scene;
  scene.directory.write("a", "1");
  const Judge judge = [](const std::vector<Touch>& touches) {
    return std::vector<Ruling>(touches.size(), Ruling{false, "", ""});
  };
  CHECK(scene.fault({op(Kind::remove, "a")}, judge).find("denied: ") == 0);
}

TEST_CASE("a dry run checks all, and does nothing") {
  Scene scene;
  scene.directory.write("a", "1");
  const FileOpsResult result = scene.run({op(Kind::move, "a", "b"), op(Kind::remove, "b")}, allow_all, true);
  CHECK(result.ops.size() == 2);
  CHECK(result.ops[1].path == scene.directory / "b");
  CHECK(scene.listing() == "a=1");
  CHECK_FALSE(fs::exists(scene.directory / trash_name));
}

TEST_CASE("odd paths are answered") {
  Scene scene;
  scene.directory.write("f", "1");
  REQUIRE(::mkfifo((scene.directory / "fifo").c_str(), 0600) == 0);
  for (const std::string& path :
       {std::string("f/x"), std::string("gone/../f"), std::string(""), std::string("/"),
        std::string("a\0b", 3), std::string(5000, 'x'), std::string("x/..")}) {
    CAPTURE(path);
    CHECK(scene.fault({op(Kind::move, path, "z")}) != "done");
    CHECK(scene.fault({op(Kind::copy, "f", path)}) != "done");
  }
  CHECK(scene.fault({op(Kind::copy, "fifo", "z")}).find("special_file: ") == 0);
  const std::string name = "\xff\n\"'\t";
  scene.run({op(Kind::move, "f", name), op(Kind::copy, name, std::string(255, 'y'))});
  CHECK(fs::exists(scene.directory / name));
  CHECK(fs::exists(scene.directory / std::string(255, 'y')));
}

TEST_CASE("modes are read as chmod reads them") {
  CHECK(mode_after("755", 0600) == 0755);
  CHECK(mode_after("0644", 04600) == 04644);
  CHECK(mode_after("+x", 0644) == 0755);
  CHECK(mode_after("u+x,go-r", 0644) == 0700);
  CHECK(mode_after("a=r", 0777) == 0444);
  CHECK(mode_after("g=", 0777) == 0707);
  for (const char* text : {"", "77", "888", "4755", "+s", "x", "u", "z+x", "u+x,", "u+x,,g+x"}) {
    CAPTURE(text);
    CHECK_FALSE(mode_after(text, 0644));
  }
}

}  // namespace shelltool::files
