#include "sandbox/gate/host_event.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include "tests/unit/temporary.h"

namespace sandbox {
namespace {

TEST_CASE("on the host a file of the workspace is the command's own by the number that the disk has") {
  const tests::TemporaryDirectory workspace;
  workspace.write("app", "#!/bin/sh\n");
  std::filesystem::permissions(workspace / "app", std::filesystem::perms::owner_all);
  Spec spec;
  spec.cwd = workspace.path();
  spec.writable = {workspace.path()};
  spec.user.uid = ::getuid() + 1;
  spec.user.inside_uid = ::getuid();
  KnownFiles none;
  const auto is_writable = [&] {
    return resolve_on_host({"./app"}, spec, none).images.front().file.writable;
  };
  CHECK_FALSE(is_writable());
  spec.user.map_ids = true;
  CHECK(is_writable());
  spec.writable.clear();
  CHECK_FALSE(is_writable());
}

}  // namespace
}  // namespace sandbox
