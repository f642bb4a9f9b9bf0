/// Somebody swaps a directory for a link to elsewhere, all the time: what is judged is what is touched.

#include <doctest/doctest.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>

#include <atomic>
#include <filesystem>
#include <thread>

#include "shelltool/files/apply_patch.h"
#include "shelltool/files/file_ops.h"
#include "tests/unit/policy/made_up.h"
#include "tests/unit/temporary.h"

namespace shelltool::files {
namespace {

namespace fs = std::filesystem;
using Kind = FileOp::Kind;

/// `d` is a directory of the workspace, and as often a link to one outside, which the judge denies.
class Swapped {
 public:
  Swapped() {
    for (const char* const place : {"ws/d/", "outside/"}) {
      directory_.write(place + std::string("f"), "old\n");
      directory_.write(place + std::string("g"), "old\n");
      directory_.write(place + std::string("sub/x"), "old\n");
    }
    fs::create_directory_symlink(directory_ / "outside", directory_ / "ws/l");
    swapper_ = std::thread([this] {
      while (!is_over_)
        ::renameat2(AT_FDCWD, (directory_ / "ws/d").c_str(), AT_FDCWD, (directory_ / "ws/l").c_str(),
                    RENAME_EXCHANGE);
    });
  }
  ~Swapped() {
    is_over_ = true;
    swapper_.join();
  }

  [[nodiscard]] std::string workspace() const { return directory_ / "ws"; }
  [[nodiscard]] std::vector<Ruling> judge(const std::vector<Touch>& touches) const {
    std::vector<Ruling> rulings;
    for (const Touch& touch : touches)
      rulings.push_back({touch.real.starts_with(workspace() + "/"), "", "Outside."});
    return rulings;
  }
  [[nodiscard]] std::string outside() const {
    std::string text;
    for (const auto& entry : fs::recursive_directory_iterator(directory_ / "outside"))
      text += entry.path().string() + (entry.is_regular_file() ? sys::read_file(entry.path(), 100) : "/\n");
    return text;
  }

 private:
  tests::TemporaryDirectory directory_;
  std::atomic<bool> is_over_ = false;
  std::thread swapper_;
};

}  // namespace

TEST_CASE("names that are swapped during a call lead nowhere else") {
  const Swapped scene;
  const std::string before = scene.outside();
  const Judge judge = [&](const std::vector<Touch>& touches) { return scene.judge(touches); };
  Journal journal{sys::Fd(::memfd_create("journal", MFD_CLOEXEC))};
  int done = 0;
  for (int round = tests::rounds(400); round > 0; --round) {
    const auto attempt = [&](const auto& work) {
      try {
        work();
        ++done;
      } catch (const sys::Error& error) {
        CHECK(error.what() != std::string());
      }
    };
    const auto operate = [&](const FileOp& op) {
      attempt([&] { file_ops({{op}, scene.workspace(), {scene.workspace()}, false}, judge, journal); });
    };
    const std::string hunk = round % 2 == 0 ? "-old\n+new\n" : "-new\n+old\n";
    attempt([&] {
      apply_patch(
          {"*** Begin Patch\n*** Update File: d/f\n" + hunk + "*** Add File: d/made/n\n+x\n*** End Patch\n",
           scene.workspace(),
           false,
           false,
           0,
           {}},
          judge, journal);
    });
    operate({Kind::move, "d/g", "d/h", false, false});
    operate({Kind::move, "d/h", "d/g", false, false});
    operate({Kind::change_mode, "d/sub", round % 2 == 0 ? "700" : "755", false, false});
    operate({Kind::copy, "d/sub", "d/copy", false, true});
    operate({Kind::remove, "d/copy", "", false, true});
    operate({Kind::link, "d/f", "d/link", false, false});
    operate({Kind::remove, "d/link", "", false, false});
  }
  CHECK(done > tests::rounds(400) / 20);
  CHECK(scene.outside() == before);
}

}  // namespace shelltool::files
