#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/sandbox/guard_scene.h"

using namespace guard_test;

TEST_CASE("dangerous configuration is taken back and named, and no other byte changes") {
  const Scene scene;
  const std::string config =
      "# mine\n[core]\n\tbare = false ; odd\n\teditor = \"my \\\n editor\"\n[alias]\n\tst = status\n\tmine = "
      "!make\n";
  scene.dir.write("ws/.git/HEAD", "ref: refs/heads/main\n");
  scene.dir.make_directory("ws/.git/objects");
  scene.dir.make_directory("ws/.git/refs");
  scene.dir.write("ws/.git/config", config);
  REQUIRE(::chmod((scene / ".git/config").c_str(), 0640) == 0);
  const auto taken = guarded(scene, [&] {
    write_file(AT_FDCWD, ".git/config",
               "# mine\n[core]\n\tbare = false ; odd\n\tEDITOR = evil\n\tfsmonitor = /x\n[alias]\n\tst = "
               "status\n\tmine = "
               "!make\n\tnew = !evil\n[include]\n\tpath = ../x\n[user]\n\tname = kept\n");
    ::usleep(20'000);
    write_file(AT_FDCWD, ".git/config.worktree", "[core]\n\thooksPath = x\n");
    const sys::Fd hard(::open(".git/config", O_RDONLY | O_CLOEXEC));
    ::link(".git/config", "other-name");
    write_file(AT_FDCWD, "other-name", "[diff]\n\texternal = evil\n", O_WRONLY | O_APPEND);
  });
  CHECK(scene.text(".git/config") == config + "[include]\n[user]\n\tname = kept\n[diff]\n");
  CHECK(scene.text(".git/config.worktree") == "[core]\n");
  CHECK((std::filesystem::status(scene / ".git/config").permissions() & std::filesystem::perms::all) ==
        static_cast<std::filesystem::perms>(0640));
  CHECK(names(taken,
              "took back core.EDITOR = evil from .git/config: it would start a program outside the sandbox"));
  CHECK(names(taken, "took back core.fsmonitor = /x from .git/config"));
  CHECK(names(taken, "took back alias.new = !evil from .git/config"));
  CHECK(names(taken, "took back include.path = ../x from .git/config: it would lead git elsewhere"));
  CHECK(names(taken, "took back core.hooksPath = x from .git/config.worktree"));
  CHECK(names(taken, "took back diff.external = evil from .git/config"));
}

TEST_CASE("a configuration file that is none, is locked for ever or is written all the time ends harmless") {
  const Scene scene;
  scene.dir.write("ws/.git/HEAD", "ref: refs/heads/main\n");
  scene.dir.make_directory("ws/.git/objects");
  scene.dir.make_directory("ws/.git/refs");
  const std::string evil = "[core]\n\thooksPath = x\n";
  SUBCASE("a symlink") {
    guarded(scene, [&] {
      write_file(AT_FDCWD, "evil", evil);
      ::symlink("../evil", ".git/config");
    });
    CHECK(!scene.has(".git/config"));
  }
  SUBCASE("a FIFO") {
    guarded(scene, [&] { ::mkfifo(".git/config", 0644); });
    CHECK(!scene.has(".git/config"));
  }
  SUBCASE("a lock that stays") {
    guarded(scene, [&] {
      write_file(AT_FDCWD, ".git/config.lock", "");
      write_file(AT_FDCWD, ".git/config", evil);
    });
    CHECK(scene.text(".git/config") == "[core]\n");
    CHECK(!scene.has(".git/config.lock"));
  }
  SUBCASE("no permissions") {
    guarded(scene, [&] {
      write_file(AT_FDCWD, ".git/config", evil);
      ::chmod(".git/config", 0);
      ::chmod(".git", 0500);
    });
    CHECK(scene.text(".git/config") == "[core]\n");
  }
  SUBCASE("written without end, by rename and in place and through a mapping") {
    guarded(scene, [&] {
      for (int i = 0; i < 2'000; ++i) {
        write_file(AT_FDCWD, ".git/config", evil);
        write_file(AT_FDCWD, ".git/new", evil);
        ::rename(".git/new", ".git/config");
      }
      const sys::Fd file(::open(".git/config", O_RDWR | O_CLOEXEC));
      write_file(AT_FDCWD, ".git/config", "# [core]\n\thooksPath = x\n");
      ::usleep(50'000);
      void* map = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file.get(), 0);
      if (map != MAP_FAILED) *static_cast<char*>(map) = ' ';
    });
    // A guard that was in time to replace the file leaves the comment: a key of no section, which git
    // refuses.
    const std::string text = scene.has(".git/config") ? scene.text(".git/config") : "";
    CHECK_MESSAGE((text.find("hooksPath") == std::string::npos || text.starts_with("# [core]")), text);
  }
}

TEST_CASE("a repository that leads git elsewhere is found wherever it points") {
  const Scene scene;
  const std::string evil = "[core]\n\thooksPath = x\n";
  const auto make_evil = [&] {
    for (const char* name : {"evil", "evil/objects", "evil/refs", "evil/hooks"}) ::mkdir(name, 0755);
    write_file(AT_FDCWD, "evil/HEAD", "ref: refs/heads/main\n");
    write_file(AT_FDCWD, "evil/config", evil);
    write_file(AT_FDCWD, "evil/hooks/pre-commit", "evil");
  };
  const auto is_harmless = [&] {
    return scene.text("evil/config") == "[core]\n" && !scene.has("evil/hooks/pre-commit");
  };
  SUBCASE("a .git file inside") {
    guarded(scene, [&] { make_evil(), write_file(AT_FDCWD, ".git", "gitdir: evil\n"); });
    CHECK(is_harmless());
    CHECK(scene.has(".git"));
  }
  SUBCASE("a .git file outside") {
    guarded(scene, [&] { write_file(AT_FDCWD, ".git", "gitdir: /tmp\n"); });
    CHECK(!scene.has(".git"));
  }
  SUBCASE("a .git symlink") {
    guarded(scene, [&] { make_evil(), ::symlink("evil", ".git"); });
    CHECK(!scene.has(".git"));
    CHECK(is_harmless());  // a bare repository of its own
  }
  SUBCASE("commondir") {
    guarded(scene, [&] {
      ::mkdir(".git", 0755);
      write_file(AT_FDCWD, ".git/HEAD", "ref: refs/heads/main\n");
      write_file(AT_FDCWD, ".git/commondir", "../evil\n");
      make_evil();
    });
    CHECK(is_harmless());
  }
  SUBCASE("modules through a symlink") {
    guarded(scene, [&] { ::mkdir(".git", 0755), make_evil(), ::symlink("..", ".git/modules"); });
    CHECK(!scene.has(".git/modules"));
  }
  SUBCASE("a submodule's git directory") {
    guarded(scene, [&] {
      ::mkdir(".git", 0755), ::mkdir(".git/modules", 0755), ::mkdir(".git/modules/a", 0755);
      make_evil(), ::rename("evil", ".git/modules/a/b");
      ::symlink(".git/modules/a/b", "evil");
    });
    CHECK(is_harmless());
  }
  SUBCASE("a nested repository, and one in a directory that is moved") {
    guarded(scene, [&] {
      make_evil(), ::mkdir("a", 0755), ::mkdir("a/b", 0755), ::rename("evil", "a/b/.git"),
          ::symlink("a/b/.git", "evil");
    });
    CHECK(is_harmless());
  }
}

TEST_CASE("what stood there before stays: hooks, keys and names of the owner") {
  const Scene scene;
  REQUIRE(have_git());
  REQUIRE(shell(scene,
                "git init -q . && git config core.editor mine && git init -q a/nested && cd a/nested && "
                "git config alias.x '!mine'"));
  scene.dir.write("ws/.git/hooks/pre-commit", "mine");
  scene.dir.write("ws/a/nested/.git/hooks/pre-push", "mine");
  scene.dir.write("ws/.vscode/settings.json", "mine");
  const std::string config = scene.text(".git/config");
  const auto taken = guarded(scene, [&] { static_cast<void>(shell(scene, "touch f; mv a b; git add f")); });
  CHECK(taken.empty());
  CHECK(scene.text(".git/config") == config);
  CHECK(scene.has(".git/hooks/pre-commit"));
  CHECK(scene.has("b/nested/.git/hooks/pre-push"));
  CHECK(scene.text("b/nested/.git/config").find("!mine") != std::string::npos);
  CHECK(scene.has(".vscode/settings.json"));
}

TEST_CASE("git's own work goes on unharmed under the guard") {
  if (!have_git()) {
    MESSAGE("SKIP: no /usr/bin/git");
    return;
  }
  const Scene scene;
  REQUIRE(
      shell(scene,
            "git init -q --bare ../remote.git; git init -q -b main ../lib; cd ../lib; echo 1 >l; git add l; "
            "git commit -qm l; cd ../ws; git init -q -b main .; echo 1 >f; git add f; git commit -qm 1"));
  const SharedNumber good;
  const auto taken = guarded(scene, [&] {
    good.value() = shell(
        scene,
        "echo 2 >f; git commit -qam 2; git remote add origin ../remote.git; git push -q -u origin main; "
        "git switch -q -c topic --track main; git branch -m topic other; git switch -q main; "
        "git worktree add -q wt other; (cd wt; echo 3 >g; git add g; git commit -qm 3); "
        "git submodule --quiet add ../lib sub; git commit -qm sub; git submodule --quiet update --init; "
        "git clone -q ../lib cloned; git init -q made; (cd made; git commit -q --allow-empty -m x); "
        "git merge -q other; git stash list; git gc -q; git sparse-checkout list || true; "
        "git config user.name someone; git remote rename origin up; git fetch -q up; git worktree remove wt; "
        "git fsck; git -C sub fsck; git -C cloned status; git -C made log -1");
  });
  CHECK(good.value() == 1);
  for (const Taken& one : taken) MESSAGE(one.sentence());
  CHECK(taken.empty());
  CHECK(shell(scene,
              "test -z \"$(git status --porcelain | grep -v '?? cloned/\\|?? made/')\"; git -C sub log -1; "
              "test \"$(git config branch.main.remote)\" = up; test \"$(git config user.name)\" = someone; "
              "git -C cloned log -1; git -C made log -1; git submodule status"));
}

TEST_CASE("what git is told to plant is taken back while its work stays") {
  if (!have_git()) {
    MESSAGE("SKIP: no /usr/bin/git");
    return;
  }
  const Scene scene;
  REQUIRE(shell(scene, "git init -q -b main .; echo 1 >f; git add f; git commit -qm 1"));
  const std::string before = scene.text(".git/config");
  const auto taken = guarded(scene, [&] {
    static_cast<void>(
        shell(scene,
              // A lock that the guard holds while it takes one key back may refuse the next.
              "set +e; git config core.hooksPath x; sleep 0.1; git config alias.evil '!touch X'; sleep 0.1; "
              "git config core.fsmonitor "
              "./evil; git config include.path ../evil; echo evil >.git/hooks/pre-commit; "
              "git clone -q . c -c core.sshCommand=evil; git init -q --template= d; mkdir d/.git/hooks; "
              "echo evil >d/.git/hooks/post-checkout; git config user.name kept || true"));
  });
  CHECK(names(taken,
              "took back core.hooksPath = x from .git/config: it would start a program outside the sandbox"));
  CHECK(names(taken, "took back alias.evil = !touch X from .git/config"));
  CHECK(names(taken, "took back core.fsmonitor = ./evil from .git/config"));
  CHECK(names(taken, "took back include.path = ../evil from .git/config"));
  CHECK(names(taken, "took back core.sshcommand = evil from c/.git/config"));
  CHECK(names(taken, "took the hook .git/hooks/pre-commit"));
  CHECK(names(taken, "took the hook d/.git/hooks/post-checkout"));
  CHECK(!scene.has(".git/hooks/pre-commit"));
  CHECK(scene.text(".git/config").starts_with(before));
  CHECK(shell(scene, "git status; git -C c status; git -C d status"));
}
