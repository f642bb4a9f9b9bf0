#include <doctest/doctest.h>

#include <filesystem>

#include "tests/sandbox/gate_harness.h"

using gate_test::Run;
using gate_test::run;
using gate_test::script;
using gate_test::Setup;
using sandbox::ExecEvent;
using sandbox::Occasion;
using sandbox::Ruling;
using tests::TemporaryDirectory;

namespace {

/// The first program runs, and no other.
Setup replaced(std::vector<std::string> argv, const std::string& cwd, Ruling ruling = Ruling::succeed) {
  Setup setup;
  setup.argv = std::move(argv);
  setup.cwd = cwd;
  setup.judge = [ruling](const ExecEvent& event, Occasion) { return event.caller ? ruling : Ruling::allow; };
  return setup;
}

Setup shell(const std::string& text, const TemporaryDirectory& dir, Ruling ruling = Ruling::succeed) {
  return replaced({"/bin/sh", "-c", text}, dir.path(), ruling);
}

bool has_mark(const TemporaryDirectory& dir) { return std::filesystem::exists(dir / "mark"); }

}  // namespace

TEST_CASE("a replaced program succeeds, prints nothing and does not run") {
  const TemporaryDirectory dir;
  script(dir, "writes", "#!/bin/sh\necho ran\ntouch mark\n");
  const Run result =
      run(shell("./writes; echo status $?; (exec ./writes) && echo on; x=$(./writes); "
                "echo \"<$x>\"; ./writes | while read line; do echo line; done",
                dir));
  CHECK(result.output == "status 0\non\n<>\n");
  CHECK(result.status.code == 0);
  CHECK(result.counts.replaced == 4);
  CHECK(result.counts.verified == 1);
  CHECK_FALSE(has_mark(dir));
}

TEST_CASE("a replaced program can fail") {
  const TemporaryDirectory dir;
  const Run result = run(
      shell("/bin/true || echo failed; if /bin/true; then echo yes; fi; exec /bin/true", dir, Ruling::fail));
  CHECK(result.output == "failed\n");
  CHECK(result.status.code == 1);
}

TEST_CASE("what replaces a program takes no time, needs no file and leaves nobody seized") {
  const TemporaryDirectory dir;
  script(dir, "text", "echo interpreted\n");
  const Run result = run(shell(
      "sleep 600; ./text; nosuch; echo $?; for i in 1 2 3; do /bin/sleep 600 & done; wait; echo done", dir));
  CHECK(result.output.find("interpreted") == std::string::npos);
  CHECK(result.output.find("127\ndone\n") != std::string::npos);
  CHECK(result.counts.replaced == 5);
}

TEST_CASE("a signal does not save a caller from its end") {
  const TemporaryDirectory dir;
  script(dir, "writes", "#!/bin/sh\ntouch mark\n");
  const Run result =
      run(shell("for i in 1 2 3 4 5 6 7 8 9; do (trap '' TERM; exec ./writes) & kill -TERM $!; "
                "kill -STOP $!; kill -CONT $!; wait $!; done; echo done",
                dir));
  CHECK(result.output.ends_with("done\n"));
  CHECK_FALSE(has_mark(dir));
}

TEST_CASE("whatever a sibling makes of path and words, a replaced program does not run") {
  const TemporaryDirectory dir;
  script(dir, "allowed__", "#!/bin/sh\ntouch mark\n");
  script(dir, "forbidden", "#!/bin/sh\ntouch mark\n");
  for (const char* kind : {"vfork", "execveat", "spawn", "thread"}) {
    CAPTURE(kind);
    const Run result = run(replaced({GATEHOUSE_TEST_RACER, kind, "200"}, dir.path()));
    CHECK(result.output.find("0 killed") != std::string::npos);
    CHECK(result.counts.replaced > 0);
    CHECK(result.output.find(std::string(kind) + ": " + std::to_string(result.counts.replaced) + " ran") ==
          0);
    CHECK_FALSE(has_mark(dir));
  }
}
