#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "sandbox/launcher/wire.h"
#include "tests/sandbox/turns_scene.h"

namespace launcher_test {
namespace {

/// For each path that comes: the errno of making a file there.
void make_files(sys::Channel& owner) {
  while (const std::optional<sys::Packet> packet = owner.receive()) {
    const sys::Fd file(::open(packet->bytes.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    owner.send(std::to_string(file ? 0 : errno));
  }
}

int answer(sys::Channel& worker, const std::string& path) {
  worker.send(path);
  const std::optional<sys::Packet> packet = worker.receive();
  REQUIRE(packet);
  return std::stoi(packet->bytes);
}

sys::Channel ready_worker(Scene& scene) {
  sys::Channel worker = scene.start_worker();
  const timeval patience{5, 0};
  ::setsockopt(worker.fd(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  const std::optional<sandbox::Letter> letter = sandbox::hear(worker);
  REQUIRE(letter);
  CAPTURE(letter->text);
  REQUIRE(letter->tag == sandbox::Tag::ready);
  return worker;
}

sandbox::Spec spec_with_worker() {
  sandbox::Spec spec = session_spec();
  spec.worker = make_files;
  return spec;
}

}  // namespace

TEST_SUITE("workers") {
  TEST_CASE("a worker writes where a turn may, and nowhere else") {
    if (!can_run()) return;
    Scene scene(spec_with_worker());
    sys::Channel worker = ready_worker(scene);
    CHECK(answer(worker, scene.workspace() + "/made") == 0);
    CHECK(exists(scene.workspace() + "/made"));
    CHECK(answer(worker, "/usr/made") != 0);
    CHECK(answer(worker, "/tmp/made") == 0);
    CHECK(scene.run("test -e /tmp/made").outcome.status.code == 0);
  }

  TEST_CASE("the end of a turn, and what it leaves to nobody, is not a worker's end") {
    if (!can_run()) return;
    Scene scene(spec_with_worker());
    sys::Channel worker = ready_worker(scene);
    CHECK(scene.wait(scene.start("sleep 99 & kill -KILL $PPID; sleep 99")).outcome.status.signal == SIGKILL);
    const Scene::Id turn = scene.start("sleep 99 & sleep 99");
    scene.turns().end(turn);
    scene.wait(turn);
    CHECK(answer(worker, scene.workspace() + "/made") == 0);
  }

  TEST_CASE("no turn signals or reads a worker") {
    if (!can_run()) return;
    Scene scene(spec_with_worker());
    if (scene.tier() != sandbox::Tier::a) return;
    sys::Channel worker = ready_worker(scene);
    // Of its own processes each can read at least itself.
    const std::string command =
        "for p in /proc/[0-9]*; do head -c 1 $p/maps > /dev/null 2>&1 && cat $p/comm; done";
    CHECK(scene.run(command).output.find("sandbox_tests") == std::string::npos);
    scene.run(
        "for p in /proc/[0-9]*; do case ${p#/proc/} in 1|2|$$|$PPID) ;; *) kill -9 ${p#/proc/};; esac; done");
    CHECK(answer(worker, scene.workspace() + "/made") == 0);
  }
}

}  // namespace launcher_test
