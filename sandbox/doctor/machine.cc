#include "sandbox/doctor/machine.h"

#include <utility>

#include "sandbox/doctor/probes.h"

namespace sandbox {
namespace {

using Probe = Finding (*)(const Site&);
constexpr std::pair<Feature, Probe> in_user_namespaces[] = {{Feature::mounts, probe_mounts},
                                                            {Feature::processes, probe_processes},
                                                            {Feature::network, probe_network},
                                                            {Feature::overlay, probe_overlay},
                                                            {Feature::id_maps, probe_id_maps}};

}  // namespace

std::vector<Finding> examine_machine(const Site& site) {
  std::vector<Finding> findings = {probe_openat2(), probe_proc(), probe_user_namespaces(site)};
  const bool has_users = findings.back().state == State::ok;
  for (const auto& [feature, probe] : in_user_namespaces) {
    if (feature == Feature::id_maps && !site.user.map_ids) continue;
    findings.push_back(has_users ? probe(site)
                                 : Finding{feature, State::missing, "takes a user namespace", ""});
  }
  findings.push_back(probe_landlock(site));
  for (const auto& probe : {probe_seccomp, probe_ptrace, probe_cgroups}) findings.push_back(probe());
  if (std::optional<Finding> interop = probe_interop()) findings.push_back(*std::move(interop));
  return findings;
}

}  // namespace sandbox
