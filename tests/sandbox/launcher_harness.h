#pragma once
/// Runs commands in real sandboxes. The supervisor here has no opinion: it lets every exec go on.

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "sandbox/launcher/launch.h"
#include "sandbox/spec.h"
#include "sandbox/sys/process.h"

namespace launcher_test {

/// Where the tests live: a fresh directory that no private /tmp hides, with the inmates in it.
struct World {
  std::string base;
  bool namespaces = false;  ///< this machine gives them to this user
};
const World& world();
void build_world(const std::string& inmates);
/// Root becomes an ordinary user for good, to whom the world then belongs.
void become_ordinary();
/// By doing: starts a sandbox.
bool probe_namespaces();
void remove_world();

/// False, and a word about it, where the kernel gives no namespaces.
bool can_run();
bool is_root();

/// A fresh directory below the world.
std::string fresh_directory(const std::string& name);
std::string inmate(const std::string& name);
void write_text(const std::string& path, const std::string& text);
std::string read_text(const std::string& path);  ///< empty when there is none
bool exists(const std::string& path);

struct Run {
  sys::ExitStatus status;
  std::string output;  ///< standard output and error
  int exec_error = 0;
  sandbox::Tier tier = sandbox::Tier::a;
  std::vector<std::string> missing;

  [[nodiscard]] bool misses(const std::string& text) const;
  [[nodiscard]] bool says(const std::string& text) const { return output.find(text) != std::string::npos; }
};

/// As the caller, in `workspace`, by /bin/sh.
sandbox::Spec spec_for(const std::string& workspace, const std::string& script);
/// `on_report` may send orders.
using OnReport = std::function<void(const sandbox::Report&, sandbox::Launched&)>;
Run run(const sandbox::Spec& spec, const OnReport& on_report = {});
/// The same script with nothing around it.
Run run_plain(const std::string& directory, const std::string& script);

void order(sandbox::Launched& launched, sandbox::Order::Kind kind, int value = 0);
/// Does nothing but let execs go on, until the sandbox has ended.
void supervise(sandbox::Launched& launched);

/// Processes that have this word among their arguments, in all PID namespaces that we see.
int count_processes(const std::string& word);
/// Waits until there are `count` of them; false after five seconds.
bool await_processes(const std::string& word, int count);

bool await_at_least(const std::string& word, int count);

/// Runs the body in a process of its own, which exits with what it returns.
sys::Child fork_body(const std::function<int()>& body);
/// The same where clone and unshare with a new user namespace are refused, as in a container.
sys::Child fork_without_namespaces(const std::function<int()>& body);

}  // namespace launcher_test
