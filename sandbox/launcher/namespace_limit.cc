#include "sandbox/launcher/namespace_limit.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <string_view>

#include "sandbox/launcher/machine_files.h"
#include "sandbox/sys/path.h"
#include "sandbox/sys/text.h"

namespace sandbox {
namespace {

using By = NamespaceLimit::By;

struct Switch {
  const char* name;
  std::string_view off;
  const char* on;
};
constexpr std::array switches = {
    Switch{"user.max_user_namespaces", "0\n", "15000"},
    Switch{"kernel.unprivileged_userns_clone", "0", "1"},
};
constexpr Switch apparmor{"kernel.apparmor_restrict_unprivileged_userns", "1", "0"};

struct Runtime {
  const char* sign;          ///< a file that only it leaves
  std::string_view content;  ///< what it begins with; empty: it is enough that it is there
  const char* what;
  const char* mend;
};
constexpr const char* for_pods =
    "in the pod's spec: hostUsers: false, and in the container's securityContext: {seccompProfile: {type: "
    "Unconfined}, appArmorProfile: {type: Unconfined}, procMount: Unmasked}";
// A pod may run in any of the others, which its owner does not see.
constexpr std::array runtimes = {
    Runtime{"/run/secrets/kubernetes.io", "", "this is a pod of Kubernetes", for_pods},
    Runtime{"/var/run/secrets/kubernetes.io", "", "this is a pod of Kubernetes", for_pods},
    Runtime{"/run/.containerenv", "", "this is a container of podman",
            "podman run --security-opt seccomp=unconfined --security-opt unmask=ALL"},
    Runtime{"/.dockerenv", "", "this is a container of docker",
            "docker run --security-opt seccomp=unconfined --security-opt apparmor=unconfined --security-opt "
            "systempaths=unconfined"},
    Runtime{"/dev/incus", "", "this is a container of Incus",
            "incus config set CONTAINER security.nesting=true"},
    Runtime{"/dev/lxd", "", "this is a container of LXD", "lxc config set CONTAINER security.nesting=true"},
    Runtime{"/run/systemd/container", "lxc", "this is a container of LXC",
            "in the container's config: lxc.include = /usr/share/lxc/config/nesting.conf"},
};

bool is_there(const Runtime& runtime, const std::string& root) {
  const std::string path = root + runtime.sign;
  return runtime.content.empty() ? ::access(path.c_str(), F_OK) == 0
                                 : read_if_there(path).starts_with(runtime.content);
}

bool is_off(const Switch& one, const std::string& root) {
  return read_if_there(root + setting_path(one.name)).starts_with(one.off);
}

std::string what_is(const Switch& one) { return fmt::format("{} is {}", one.name, one.off.substr(0, 1)); }

/// Its owner can do nothing about the host's settings from inside.
NamespaceLimit limit_in(const Runtime& runtime, const std::string& root) {
  NamespaceLimit limit{By::container, runtime.what, runtime.mend};
  for (const Switch& one : {switches[0], switches[1], apparmor}) {
    if (!is_off(one, root)) continue;
    limit.what += fmt::format(", and {}", what_is(one));
    limit.mend += fmt::format("; and on its host: sudo sysctl -w {}={}", one.name, one.on);
  }
  return limit;
}

/// By the label of this process, since the list of what is loaded is root's to read.
bool has_profile(const std::string& root) {
  return read_if_there(root + "/proc/self/attr/current").starts_with(std::string(apparmor_profile) + " ");
}

bool is_filtered(const std::string& root) {
  return read_if_there(root + "/proc/self/status").find("\nSeccomp:\t2\n") != std::string::npos;
}

}  // namespace

NamespaceLimit limit_on_namespaces(const std::string& root) {
  for (const Runtime& runtime : runtimes)
    if (is_there(runtime, root)) return limit_in(runtime, root);
  const std::string fix = sys::command_line({"sudo", own_program(), "doctor", "--fix"});
  for (const Switch& one : switches)
    if (is_off(one, root)) return {By::sysctl, what_is(one), fix, one.name, one.on};
  if (is_off(apparmor, root) && !has_profile(root))
    return {By::apparmor,
            fmt::format("AppArmor: {}, and no profile lets {} make them", what_is(apparmor),
                        sys::visible(own_program())),
            fix};
  if (is_filtered(root))
    return {By::filter, "a system call filter is around gatehouse, as in a container or a service", ""};
  return {};
}

std::string own_program() { return sys::real_path("/proc/self/exe").value_or("gatehouse"); }

}  // namespace sandbox
