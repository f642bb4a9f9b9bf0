#include "sandbox/launcher/layout.h"

#include <doctest/doctest.h>

#include <algorithm>

namespace sandbox {
namespace {

using Kind = Layer::Kind;

Spec workspace(const std::string& path) {
  Spec spec;
  spec.cwd = path;
  spec.writable = {path};
  return spec;
}

const Layer* find(const std::vector<Layer>& layers, const std::string& path) {
  const auto found =
      std::find_if(layers.begin(), layers.end(), [&](const Layer& layer) { return layer.path == path; });
  return found == layers.end() ? nullptr : &*found;
}

}  // namespace

TEST_CASE("a workspace below /tmp is laid upon the private /tmp") {
  const std::vector<Layer> layers = layers_of(workspace("/tmp/project"));
  const Layer *tmp = find(layers, "/tmp"), *root = find(layers, "/tmp/project");
  REQUIRE(tmp != nullptr);
  REQUIRE(root != nullptr);
  CHECK(tmp < root);
  CHECK(tmp->kind == Kind::shared);
  CHECK(root->kind == Kind::host_writable);
}

TEST_CASE("a root that is /tmp itself is not replaced by an empty one") {
  const std::vector<Layer> layers = layers_of(workspace("/tmp"));
  REQUIRE(find(layers, "/tmp") != nullptr);
  CHECK(find(layers, "/tmp")->kind == Kind::host_writable);
}

TEST_CASE("read-only mode shows a workspace below a private directory, and lays out no other") {
  Spec spec = workspace("/var/tmp/project");
  spec.mode = Mode::read_only;
  REQUIRE(find(layers_of(spec), "/var/tmp/project") != nullptr);
  CHECK(find(layers_of(spec), "/var/tmp/project")->kind == Kind::host_read_only);
  spec = workspace("/home/me/project");
  spec.mode = Mode::read_only;
  CHECK(find(layers_of(spec), "/home/me/project") == nullptr);
  CHECK(writable_tops_of(spec).empty());
}

TEST_CASE("a directory below /tmp that is only entered is shown read-only") {
  Spec spec = workspace("/home/me/project");
  spec.cwd = "/tmp/elsewhere";
  REQUIRE(find(layers_of(spec), "/tmp/elsewhere") != nullptr);
  CHECK(find(layers_of(spec), "/tmp/elsewhere")->kind == Kind::host_read_only);
}

TEST_CASE("danger-full-access lays out nothing, and everything counts as writable") {
  Spec spec = workspace("/tmp/project");
  spec.mode = Mode::danger_full_access;
  CHECK(layers_of(spec).empty());
  CHECK(writable_tops_of(spec) == std::vector<std::string>{"/"});
}

TEST_CASE("only a runtime directory below /run is made anew") {
  Spec spec = workspace("/home/me/project");
  spec.env = {"XDG_RUNTIME_DIR=/run/user/1000/"};
  REQUIRE(find(layers_of(spec), "/run/user/1000") != nullptr);
  CHECK(find(layers_of(spec), "/run/user/1000")->kind == Kind::runtime);
  spec.env = {"XDG_RUNTIME_DIR=/run/../etc"};
  CHECK(find(layers_of(spec), "/etc") == nullptr);
}

TEST_CASE("what root shares by id-mapped mounts is marked, and shown in read-only mode too") {
  Spec spec = workspace("/root/project");
  spec.mode = Mode::read_only;
  spec.user = {61111, 61111, 0, 0, true, {"/root", "/root/project/tools"}};
  const std::vector<Layer> layers = layers_of(spec);
  for (const char* path : {"/root", "/root/project"}) {
    REQUIRE(find(layers, path) != nullptr);
    CHECK(find(layers, path)->own_ids);
  }
  CHECK(find(layers, "/root/project/tools") == nullptr);  // the workspace shows it already
}

TEST_CASE("a cache's store is the directory that upper and work share") {
  CHECK(store_of({"/home/me", {"/home/me/.npm"}, "/store/npm/upper", "/store/npm/work"}) == "/store/npm");
  CHECK(store_of({"/home/me", {"/home/me/.npm"}, "/store/upper/npm", "/store/work/npm"}) == "/store");
}

}  // namespace sandbox
