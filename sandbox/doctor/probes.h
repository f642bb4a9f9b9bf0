#pragma once
/// The probes behind examine_machine().

#include <optional>
#include <string>

#include "sandbox/doctor/finding.h"
#include "sandbox/doctor/machine.h"

namespace sandbox {

Finding probe_user_namespaces(const Site& site);
Finding probe_mounts(const Site& site);
Finding probe_processes(const Site& site);
Finding probe_network(const Site& site);
Finding probe_overlay(const Site& site);
Finding probe_id_maps(const Site& site);

Finding probe_openat2();
Finding probe_proc();
Finding probe_landlock(const Site& site);
Finding probe_seccomp();
Finding probe_ptrace();
Finding probe_cgroups();
/// Nothing where this is no WSL. The machine's files are looked for below `root`.
std::optional<Finding> probe_interop(const std::string& root = {});

}  // namespace sandbox
