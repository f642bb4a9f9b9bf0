#include "sandbox/launcher/namespace_limit.h"

#include <doctest/doctest.h>

#include "sandbox/doctor/probes.h"
#include "tests/unit/temporary.h"

using sandbox::limit_on_namespaces;
using sandbox::NamespaceLimit;
using sandbox::State;
using By = NamespaceLimit::By;

namespace {

constexpr const char* apparmor = "proc/sys/kernel/apparmor_restrict_unprivileged_userns";

bool mends_itself(const NamespaceLimit& limit) {
  return limit.mend == "sudo " + sandbox::own_program() + " doctor --fix";
}

NamespaceLimit limit_with(const char* file, const char* text) {
  const tests::TemporaryDirectory root;
  root.write(file, text);
  return limit_on_namespaces(root.path());
}

}  // namespace

TEST_CASE("a machine whose files say nothing against user namespaces has no limit on them") {
  const tests::TemporaryDirectory root;
  CHECK(limit_on_namespaces(root.path()).by == By::nothing);
  root.write("proc/sys/user/max_user_namespaces", "15000\n");
  root.write("proc/sys/kernel/unprivileged_userns_clone", "1\n");
  root.write(apparmor, "0\n");
  root.write("proc/self/status", "Name:\tx\nSeccomp:\t0\nSeccomp_filters:\t0\n");
  const NamespaceLimit limit = limit_on_namespaces(root.path());
  CHECK(limit.by == By::nothing);
  CHECK(limit.what.empty());
  CHECK(limit.mend.empty());
}

TEST_CASE("a sysctl that is 0 is named, with the value that mends it") {
  const NamespaceLimit none = limit_with("proc/sys/user/max_user_namespaces", "0\n");
  CHECK(none.by == By::sysctl);
  CHECK(none.what == "user.max_user_namespaces is 0");
  CHECK(none.setting == "user.max_user_namespaces");
  CHECK(none.value == "15000");
  CHECK(mends_itself(none));
  const NamespaceLimit debian = limit_with("proc/sys/kernel/unprivileged_userns_clone", "0\n");
  CHECK(debian.what == "kernel.unprivileged_userns_clone is 0");
  CHECK(debian.value == "1");
}

TEST_CASE("AppArmor's restriction is a limit until this program has its profile") {
  const tests::TemporaryDirectory root;
  root.write(apparmor, "1\n");
  const NamespaceLimit limit = limit_on_namespaces(root.path());
  CHECK(limit.by == By::apparmor);
  CHECK(limit.what == "AppArmor: kernel.apparmor_restrict_unprivileged_userns is 1, and no profile lets " +
                          sandbox::own_program() + " make them");
  CHECK(mends_itself(limit));
  root.write("proc/self/attr/current", "unconfined\n");
  CHECK(limit_on_namespaces(root.path()).by == By::apparmor);
  root.write("proc/self/attr/current", "gatehouse (unconfined)\n");
  CHECK(limit_on_namespaces(root.path()).by == By::nothing);
}

TEST_CASE("a container is told by what started it, with the options that it is to be started with") {
  const auto docker = limit_with(".dockerenv", "");
  CHECK(docker.by == By::container);
  CHECK(docker.mend.starts_with("docker run --security-opt seccomp=unconfined "));
  CHECK(limit_with("run/.containerenv", "engine=podman").mend.starts_with("podman run --security-opt "));
  CHECK(limit_with("run/secrets/kubernetes.io/token", "").mend.find("procMount: Unmasked") !=
        std::string::npos);
  CHECK(limit_with("dev/lxd/sock", "").mend == "lxc config set CONTAINER security.nesting=true");
  CHECK(limit_with("dev/incus/sock", "").mend == "incus config set CONTAINER security.nesting=true");
  CHECK(limit_with("run/systemd/container", "lxc\n").mend.find("lxc.include") != std::string::npos);
  CHECK(limit_with("run/systemd/container", "systemd-nspawn\n").by == By::nothing);
}

TEST_CASE("a pod is told before the runtime below it, and what its host refuses is its host's to mend") {
  const tests::TemporaryDirectory root;
  root.write(".dockerenv", "");
  root.write("run/secrets/kubernetes.io/token", "");
  CHECK(limit_on_namespaces(root.path()).what == "this is a pod of Kubernetes");
  root.write("proc/sys/user/max_user_namespaces", "0\n");
  root.write(apparmor, "1\n");
  const NamespaceLimit limit = limit_on_namespaces(root.path());
  CHECK(limit.by == By::container);
  CHECK(limit.what ==
        "this is a pod of Kubernetes, and user.max_user_namespaces is 0, and "
        "kernel.apparmor_restrict_unprivileged_userns is 1");
  CHECK(limit.mend.find(
            "; and on its host: sudo sysctl -w user.max_user_namespaces=15000; and on its host: sudo "
            "sysctl -w kernel.apparmor_restrict_unprivileged_userns=0") != std::string::npos);
}

TEST_CASE("a filter of somebody's around is what is left to be named") {
  const NamespaceLimit limit = limit_with("proc/self/status", "Name:\tx\nSeccomp:\t2\nSeccomp_filters:\t1\n");
  CHECK(limit.by == By::filter);
  CHECK(limit.what.find("system call filter") != std::string::npos);
}

TEST_CASE("in WSL, and only there, it is told whether Windows programs can be started") {
  const tests::TemporaryDirectory root;
  CHECK_FALSE(sandbox::probe_interop(root.path()));
  root.write("proc/sys/fs/binfmt_misc/WSLInterop", "enabled\ninterpreter /init\nflags: PF\n");
  root.write("proc/sys/kernel/osrelease", "6.1.0-32-amd64\n");
  CHECK_FALSE(sandbox::probe_interop(root.path()));
  root.write("proc/sys/kernel/osrelease", "5.15.167.4-microsoft-standard-WSL2\n");
  const auto on = sandbox::probe_interop(root.path());
  REQUIRE(on);
  CHECK(on->state == State::degraded);
  CHECK(on->found == "/init starts Windows programs (/proc/sys/fs/binfmt_misc/WSLInterop)");
  CHECK(on->mend == "sudo sh -c 'echo 0 > /proc/sys/fs/binfmt_misc/WSLInterop'");
  root.write("proc/sys/fs/binfmt_misc/WSLInterop", "disabled\ninterpreter /init\n");
  CHECK(sandbox::probe_interop(root.path())->state == State::ok);
  root.write("proc/sys/fs/binfmt_misc/WSLInterop-late", "enabled\ninterpreter /init\n");
  CHECK(sandbox::probe_interop(root.path())->mend.find("WSLInterop-late'") != std::string::npos);
}
