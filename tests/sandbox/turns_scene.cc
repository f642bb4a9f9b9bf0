#include "tests/sandbox/turns_scene.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>

#include "sandbox/sys/error.h"

namespace launcher_test {
namespace {

using namespace std::chrono_literals;

std::string content_of(int file) {
  if (::lseek(file, 0, SEEK_SET) != 0) throw sys::SysError(errno, "rewinding a turn's output");
  return sys::read_all(file, 1 << 20, "a turn's output");
}

}  // namespace

sandbox::Spec session_spec() {
  sandbox::Spec spec = spec_for(fresh_directory("ws"), "");
  spec.argv.clear();
  return spec;
}

Scene::Scene(sandbox::Spec spec) : spec_(std::move(spec)) {
  const auto prepare = [this] {
    sandbox::GateOptions options;
    options.reading.uid = spec_.user.uid;
    return sandbox::Supervisor::Judging{*this, std::move(options)};
  };
  const auto ended = [this](const sandbox::Outcome& outcome) { session_end_ = outcome; };
  supervisor_ = std::make_unique<sandbox::Supervisor>(reactor_, spec_, prepare,
                                                      sandbox::Supervisor::Handlers{ended, {}});
}

Scene::Id Scene::start(const std::string& script) {
  return start({{"sh", "-c", script}, spec_.env, spec_.cwd});
}

Scene::Id Scene::start(const sandbox::TurnProgram& program, const std::vector<int>& more_descriptors) {
  const sys::Fd input = sys::open_file("/dev/null", O_RDONLY);
  // Not a pipe, which somebody would have to empty.
  auto output = std::make_shared<sys::Fd>(::memfd_create("output", MFD_CLOEXEC));
  if (!*output) throw sys::SysError(errno, "making room for a turn's output");
  std::vector<int> descriptors = {input.get(), output->get(), output->get()};
  descriptors.insert(descriptors.end(), more_descriptors.begin(), more_descriptors.end());
  const Id id = turns().next();
  return turns().start(program, descriptors, [this, id, output](const sandbox::Outcome& outcome, bool left) {
    REQUIRE_FALSE(ends_.contains(id));
    ends_[id] = {outcome, left, content_of(output->get())};
  });
}

bool Scene::until(const std::function<bool()>& condition) {
  const auto deadline = sys::BootClock::now() + 5s;
  while (!condition()) {
    const auto now = sys::BootClock::now();
    if (now > deadline) return false;
    const sys::Watch tick = reactor_.at(now + 2ms, [this] { reactor_.stop(); });
    reactor_.run();
  }
  return true;
}

TurnEnd Scene::wait(Id turn) {
  REQUIRE_MESSAGE(until([&] { return has_ended(turn); }), "turn ", turn, " does not end");
  return ends_.at(turn);
}

sandbox::Ruling Scene::judge(const sandbox::ExecEvent& event, sandbox::Occasion, std::uint64_t) {
  const std::string words = fmt::format("{}", fmt::join(event.images.front().argv, " "));
  const bool is_shell = event.images.front().argv.size() > 1 && event.images.front().argv[1] == "-c";
  if (is_shell || words.find("forbidden") == std::string::npos) return sandbox::Ruling::allow;
  denied_.emplace(event.turn, words);
  return sandbox::Ruling::deny;
}

void Scene::refused(const sandbox::ExecEvent& event, const sandbox::Refusal& refusal) {
  denied_.emplace(event.turn, refusal.rule);
}

}  // namespace launcher_test
