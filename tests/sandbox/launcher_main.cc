#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "tests/sandbox/launcher_harness.h"

namespace {

constexpr int skipped = 77;  // to Meson

int skip(const char* why) {
  std::printf("SKIP: %s\n", why);
  return std::getenv("GATEHOUSE_MUST_WORK") != nullptr ? 1 : skipped;
}

int run_tests(int argc, char** argv) {
  const bool namespaces = launcher_test::probe_namespaces();
  doctest::Context context(argc, argv);
  const int result = context.run();
  if (result == 0 && !namespaces)
    return skip("user namespaces are refused here; only the tests without them ran");
  return result;
}

}  // namespace

/// sandbox_tests INMATES [--as-user] [doctest's options]
int main(int argc, char** argv) {
  if (argc < 2) return 2;
  const bool as_user = argc > 2 && std::strcmp(argv[2], "--as-user") == 0;
  if (as_user && ::geteuid() != 0)
    return skip("only root can become another user; the tests ran as this one");
  launcher_test::build_world(argv[1]);
  sys::Child tests = launcher_test::fork_body([&] {
    if (as_user) launcher_test::become_ordinary();
    const int result = run_tests(argc, argv);
    std::fflush(stdout);
    return result;
  });
  const int result = tests.wait().as_shell();
  launcher_test::remove_world();
  return result;
}
