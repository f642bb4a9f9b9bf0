#include "shelltool/setup/plan.h"

#include <doctest/doctest.h>

namespace {

std::string begin(std::vector<std::string> roots, const std::string& cwd) {
  shelltool::Plan plan;
  plan.workspace.roots = std::move(roots);
  plan.made.spec.cwd = cwd;
  shelltool::begin_in_workspace(plan);
  return plan.made.spec.cwd;
}

}  // namespace

TEST_CASE("a session begins in the workspace, wherever its server was started") {
  CHECK(begin({"/ws", "/more"}, "/") == "/ws");
  CHECK(begin({"/ws", "/more"}, "/ws2") == "/ws");
  CHECK(begin({"/ws", "/more"}, "/more") == "/more");
  CHECK(begin({"/ws", "/more"}, "/ws/src") == "/ws/src");
}
