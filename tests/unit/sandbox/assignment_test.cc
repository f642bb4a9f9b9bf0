#include "sandbox/launcher/assignment.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include "sandbox/sys/error.h"
#include "sandbox/sys/packing.h"

namespace sandbox {
namespace {

Assignment full() {
  Assignment assignment;
  Spec& spec = assignment.spec;
  spec.argv = {"sh", "-c", std::string(200'000, 'x')};
  spec.env = {"A=1", "B=\xff\n"};
  spec.cwd = "/w";
  spec.mode = Mode::read_only;
  spec.network = Network::full;
  spec.user = {1, 2, 3, 4, true, {"/root"}};
  spec.writable = {"/w"};
  spec.protect = {"/w/.git"};
  spec.hide = {"/root/.ssh", ""};
  spec.own = {"/etc/gatehouse"};
  spec.own_hidden = {"/s"};
  spec.held = {{"/w/.env", Held::As::hidden, {}}, {"/w/lock", Held::As::replaced, "text"}};
  spec.shown = {"/root/.npmrc"};
  spec.nested_namespaces = true;
  spec.caches = {{"/root", {"/root/.cache"}, "/u", "/k"}, {}};
  spec.publish = {{80, 8080}};
  spec.sockets = {"/run/docker.sock"};
  spec.private_tmp = false;
  spec.is_guest = true;
  spec.allow_tracers = true;
  spec.limits = {7, 8, 9, 10, 11, 12};
  spec.worker = [](sys::Channel&) {};
  assignment.tier = Tier::b;
  return assignment;
}

sys::Fd written(const Assignment& assignment) {
  sys::Fd memory = sys::make_memory("an assignment");
  write_assignment(memory.get(), assignment);
  return memory;
}

std::string bytes_of(const Assignment& assignment) {
  const sys::Fd memory = written(assignment);
  ::lseek(memory.get(), 0, SEEK_SET);
  return sys::read_all(memory.get(), std::size_t{1} << 20U, "an assignment");
}

TEST_CASE("what a sandbox is to be reaches its first process whole") {
  const Assignment sent = full();
  const Assignment got = read_assignment(written(sent).get());
  const Spec& spec = got.spec;
  CHECK(spec.argv == sent.spec.argv);
  CHECK(spec.env == sent.spec.env);
  CHECK(spec.cwd == "/w");
  CHECK(spec.mode == Mode::read_only);
  CHECK(spec.network == Network::full);
  CHECK(spec.user.inside_gid == 4);
  CHECK(spec.user.map_ids);
  CHECK(spec.user.readable == sent.spec.user.readable);
  CHECK(spec.writable == sent.spec.writable);
  CHECK(spec.protect == sent.spec.protect);
  CHECK(spec.hide == sent.spec.hide);
  CHECK(spec.own == sent.spec.own);
  CHECK(spec.own_hidden == sent.spec.own_hidden);
  CHECK(spec.held == sent.spec.held);
  CHECK(spec.shown == sent.spec.shown);
  CHECK(spec.nested_namespaces);
  REQUIRE(spec.caches.size() == 2);
  CHECK(spec.caches.front().paths == sent.spec.caches.front().paths);
  CHECK(spec.caches.front().work == "/k");
  CHECK_FALSE(spec.private_tmp);
  CHECK(spec.is_guest);
  CHECK(spec.allow_tracers);
  REQUIRE(spec.publish.size() == 1);
  CHECK(spec.publish[0].host_port == 8080);
  CHECK(spec.sockets == std::vector<std::string>{"/run/docker.sock"});
  CHECK(spec.limits.open_files == 9);
  CHECK(spec.limits.memory_bytes == 10);
  CHECK(spec.limits.tmp_bytes == 11);
  CHECK(spec.limits.wall_ms == 12);
  CHECK((spec.worker == sent.spec.worker));
  CHECK(got.tier == Tier::b);
  CHECK(bytes_of(got) == bytes_of(sent));
}

TEST_CASE("a sandbox is not built from half of what was said") {
  const std::string bytes = bytes_of(full());
  for (const std::size_t size : {std::size_t{0}, std::size_t{7}, bytes.size() / 2, bytes.size() - 1})
    CHECK_THROWS_AS(read_assignment(sys::in_memory(bytes.substr(0, size), "half").get()), sys::Error);
  CHECK_THROWS_AS(read_assignment(sys::in_memory(bytes + "x", "more").get()), sys::Error);
}

}  // namespace
}  // namespace sandbox
