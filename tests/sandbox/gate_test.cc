#include <doctest/doctest.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <sstream>
#include <stdexcept>

#include "sandbox/exec_event.h"
#include "sandbox/sys/path.h"
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

Ruling deny_forbidden(const ExecEvent& event, Occasion) {
  const auto names_it = [](const sandbox::Image& image) {
    return image.called.find("forbidden") != std::string::npos ||
           image.file.path.find("forbidden") != std::string::npos ||
           image.file.copy_of.find("forbidden") != std::string::npos;
  };
  return std::any_of(event.images.begin(), event.images.end(), names_it) ? Ruling::deny : Ruling::allow;
}

Setup shell(const std::string& script) { return {{"sh", "-c", script}, "/", deny_forbidden, {}, {}}; }

}  // namespace

TEST_CASE("a command's status is its own, and its programs are seen") {
  const Run result = run(shell("/bin/true; exit 7"));
  CHECK(result.status.code == 7);
  CHECK(result.has("true"));
  CHECK(result.counts.raced == 0);
}

TEST_CASE("a denied exec fails with EACCES and its caller goes on") {
  const TemporaryDirectory dir;
  const std::string forbidden = script(dir, "forbidden", "#!/bin/sh\necho ran\n");
  const Run result = run(shell(forbidden + "; echo status $?"));
  CHECK(result.output.find("ran\n") == std::string::npos);
  CHECK(result.output.find("status 126") != std::string::npos);
}

TEST_CASE("what is allowed and cannot be recorded does not run one instruction") {
  const TemporaryDirectory dir;
  const std::string unrecorded = script(dir, "unrecorded", "#!/bin/sh\necho ran\n");
  const auto is_it = [&](const ExecEvent& event) { return event.images.front().called == unrecorded; };
  Setup setup = shell(unrecorded + "; echo status $?; " + unrecorded + "; echo status $?");
  std::vector<std::string> errors;
  SUBCASE("told by the judge") {
    setup.record_allowed = [&](const ExecEvent& event) { return !is_it(event); };
  }
  SUBCASE("told by an exception") {
    setup.record_allowed = [&](const ExecEvent& event) {
      if (is_it(event)) throw std::runtime_error("nothing can be recorded");
      return true;
    };
    errors.assign(2, "nothing can be recorded");
  }
  const Run result = run(setup);
  CHECK(result.output.find("ran\n") == std::string::npos);
  CHECK(result.output.find("status 137\n") != std::string::npos);
  CHECK(result.errors == errors);  // and not that the caller has its answer already
}

TEST_CASE("a PATH walk and failed execs neither hang nor leave a thread seized") {
  const TemporaryDirectory dir;
  const std::string odd = script(dir, "odd", "echo interpreted\n");  // ENOEXEC: the shell reads it itself
  const Run result = run(shell("nosuch; true; " + odd + "; ls / > /dev/null; echo done"));
  CHECK(result.output.find("interpreted") != std::string::npos);
  CHECK(result.output.find("done") != std::string::npos);
}

TEST_CASE("the chain of callers survives double forks and execs in place") {
  const Run result = run(shell("( ( exec sh -c 'exec env true' ) & ) ; sleep 0.3"));
  const std::vector<std::string> chain = chain_of(result.event("true"));
  CHECK(chain == std::vector<std::string>{"sh", "sh", "env", "true"});
}

TEST_CASE(
    "a script is judged with each interpreter of its chain, and its arguments are what the kernel builds") {
  const TemporaryDirectory dir;
  const std::string inner = script(dir, "inner", "#!/bin/sh -e\necho \"$0\" \"$@\"\n");
  const std::string outer = script(dir, "outer", "#!" + inner + " one two  \n");
  const Run result = run(shell(outer + " three"));
  const ExecEvent& event = result.event("outer");
  REQUIRE(event.images.size() == 3);
  CHECK(event.images[1].called == inner);
  CHECK(event.images[1].argv == std::vector<std::string>{inner, "one two", outer, "three"});
  CHECK(event.images[2].argv == std::vector<std::string>{"/bin/sh", "-e", inner, "one two", outer, "three"});
  CHECK(result.output == inner + " one two " + outer + " three\n");
  CHECK(result.counts.rejudged == 0);
}

TEST_CASE("a #! line that the kernel cuts off is cut off at the same place") {
  const TemporaryDirectory dir;
  const std::string echo = script(dir, "echo", "#!/bin/echo " + std::string(400, 'a') + "\n");
  const Run result = run(shell(echo));
  CHECK(result.counts.rejudged == 0);
  CHECK(result.event("echo").images.at(1).argv.at(1).size() == 243);
}

TEST_CASE("in a mount namespace that the command made, it could have written every program") {
  Setup setup =
      shell("/bin/cat /dev/null; unshare -Urm sh -c 'mount --bind /bin/echo /bin/true && /bin/true'");
  setup.options.reading.uid = 4711;  // nobody of whom a program here is
  const Run result = run(setup);
  CHECK_FALSE(result.event("cat").images.at(0).file.writable);
  if (!result.has("true")) return;  // this machine gives no user namespaces
  CHECK(result.event("true").images.at(0).file.writable);
}

TEST_CASE("a program behind the dynamic loader is judged as itself") {
  const TemporaryDirectory dir;
  std::filesystem::copy_file("/bin/echo", dir.path() + "/forbidden");
  const Run result = run(shell("/lib64/ld-linux-x86-64.so.2 " + dir.path() + "/forbidden ran"));
  CHECK(result.output.find("ran\n") == std::string::npos);
  const Run bare =
      run(shell("cd " + dir.path() + "; LD_LIBRARY_PATH=. /lib64/ld-linux-x86-64.so.2 forbidden ran"));
  CHECK(bare.output.find("ran\n") == std::string::npos);
  REQUIRE_FALSE(bare.refused.empty());
  CHECK(bare.refused.front().rule == "gate.unverifiable");
}

TEST_CASE("a loader runs what was judged, whatever stands there when it opens it") {
  const TemporaryDirectory dir;
  const std::string loader = "/lib64/ld-linux-x86-64.so.2 ";
  const std::string link = dir.path() + "/link", other = dir.path() + "/other";
  std::filesystem::copy_file("/usr/bin/basename", dir.path() + "/forbidden");
  std::filesystem::create_symlink("/bin/echo", link);
  std::filesystem::create_symlink("forbidden", other);
  const Run quiet = run(shell(loader + link + " ran; " + loader + "--list /bin/echo | grep -c 'libc[.]so'"));
  CHECK(quiet.output == "ran\n1\n");
  sys::Child flipper = sys::fork_with(0);
  if (!flipper)
    for (;;) static_cast<void>(::renameat2(AT_FDCWD, link.c_str(), AT_FDCWD, other.c_str(), RENAME_EXCHANGE));
  const Run result = run(shell("for i in $(seq 200); do " + loader + link + " x/$i; done; :"));
  flipper.kill(SIGKILL);
  flipper.wait();
  CHECK(result.output.find("x/") != std::string::npos);
  std::istringstream lines(result.output);
  for (std::string line; std::getline(lines, line);)
    CHECK_MESSAGE(line.find_first_not_of("0123456789") != std::string::npos, "basename printed " << line);
}

TEST_CASE("a loader that runs a loader is refused") {
  const Run result = run(shell("/lib64/ld-linux-x86-64.so.2 /lib64/ld-linux-x86-64.so.2 /bin/echo ran"));
  CHECK(result.output.find("ran\n") == std::string::npos);
  REQUIRE_FALSE(result.refused.empty());
  CHECK(result.refused.front().rule == "gate.unverifiable");
}

TEST_CASE("an unchanged copy of a known program is the same program") {
  const TemporaryDirectory dir;
  std::filesystem::copy_file("/bin/echo", dir.path() + "/forbidden");
  Setup setup =
      shell("cp " + dir.path() + "/forbidden " + dir.path() + "/other; " + dir.path() + "/other ran");
  setup.options.known =
      sandbox::KnownFiles([&] { return std::vector<std::string>{dir.path() + "/forbidden"}; });
  const Run result = run(setup);
  CHECK(result.output.find("ran\n") == std::string::npos);
  CHECK(result.event("other").images.front().file.copy_of == dir.path() + "/forbidden");
}

TEST_CASE("/proc/self, descriptors and magic links lead where they lead the caller") {
  const TemporaryDirectory dir;
  const std::string forbidden = script(dir, "forbidden", "#!/bin/sh\necho ran\n");
  const std::vector<std::string> ways = {"/proc/self/root" + forbidden, "/proc/self/cwd/forbidden",
                                         "/proc/thread-self/cwd/forbidden",
                                         "./../" + sys::base_name(dir.path()) + "//./forbidden", "/dev/fd/9"};
  for (const std::string& way : ways) {
    const Run result = run(shell("cd " + dir.path() + "; exec 9< forbidden; " + way));
    CHECK_MESSAGE(result.output.find("ran\n") == std::string::npos, way);
    CHECK_MESSAGE(result.counts.raced == 0, way);
  }
}

TEST_CASE("a shell sees who is `top`") {
  Setup setup = shell("sh -c '/bin/true; :'");
  setup.options.reading.shell = true;
  const Run result = run(setup);
  CHECK(result.judged.at(0).event.top);
  CHECK_FALSE(result.event("true").caller == nullptr);
  CHECK_FALSE(result.event("true").top);
}

TEST_CASE("arguments are bytes, up to the kernel's own limit") {
  const TemporaryDirectory dir;
  const Run result =
      run(shell("x=$(head -c 131000 /dev/zero | tr '\\0' a); /bin/true \"$x\" \"$(printf '\\377\\001')\""));
  const std::vector<std::string>& argv = result.event("true").images.front().argv;
  REQUIRE(argv.size() == 3);
  CHECK(argv[1].size() == 131000);
  CHECK(argv[2] == "\377\001");
  CHECK(result.status.code == 0);
}
