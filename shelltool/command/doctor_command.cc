#include "shelltool/command/doctor_command.h"

#include <fmt/core.h>
#include <unistd.h>

#include <cstdio>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "config/node.h"
#include "policy/decision_json.h"
#include "sandbox/doctor/attempt.h"
#include "sandbox/doctor/probes.h"
#include "sandbox/sys/fd.h"
#include "sandbox/sys/text.h"
#include "shelltool/command/owner.h"
#include "shelltool/command/terminal.h"
#include "shelltool/doctor/doctor.h"
#include "shelltool/doctor/host_rows.h"
#include "shelltool/doctor/repair.h"

namespace shelltool {
namespace {

/// Settings that cannot be read are a row; a host that nobody knows is a mistake of the caller.
std::vector<DiagnosisRow> examine_host(const std::string& host) {
  try {
    return host_rows(check_host(host, this_process()));
  } catch (const config::BadInput& error) {
    return {
        {host, sandbox::State::missing, error.what(), "Whether the host is governed cannot be told.", ""}};
  }
}

/// The user's own; root may make some where others may not.
std::string refused_namespaces() {
  const sandbox::Site here{sandbox::own_user(), {}};
  for (const auto& probe : {sandbox::probe_user_namespaces, sandbox::probe_mounts, sandbox::probe_processes})
    if (const sandbox::Finding finding = probe(here); finding.state != sandbox::State::ok)
      return finding.found;
  return {};
}

/// What is no setting of this machine; returns the exit status.
int tell_what_is_not_mended(const sandbox::NamespaceLimit& limit) {
  const std::string refused = refused_namespaces();
  if (refused.empty()) {
    fmt::print("Nothing to mend: namespaces can be made here.\n");
    return 0;
  }
  fmt::print("{}: gatehouse cannot mend that from here{}{}\n", sys::visible(refused),
             limit.mend.empty() ? "." : "; to mend it: ", limit.mend);
  return 1;
}

/// True when it is mended.
bool mend(const Repair& repair, const sandbox::NamespaceLimit& limit, bool yes) {
  fmt::print("{}", text_of(repair));
  std::fflush(stdout);
  if (::geteuid() != 0) {
    fmt::print("That takes root: {}\n", limit.mend);
    return false;
  }
  if (!yes && !is_confirmed("Mend it?")) {
    fmt::print("Nothing was changed.\n");
    return false;
  }
  carry_out(repair);
  fmt::print("Mended: {}\n", repair.file);
  return true;
}

/// One limit may hide behind another; the same one twice did not yield.
int mend_all(bool yes) {
  require_owner("nothing is mended");
  const std::string program = sandbox::own_program();
  sandbox::NamespaceLimit limit = sandbox::limit_on_namespaces();
  std::optional<Repair> repair = repair_for(limit, program);
  if (!repair) return tell_what_is_not_mended(limit);
  while (repair) {
    if (!mend(*repair, limit, yes)) return 1;
    if (repair->setting.empty()) break;  // a profile holds for the next program that starts
    const std::string before = std::exchange(limit, sandbox::limit_on_namespaces()).what;
    if (limit.what == before) throw sys::Error(sys::Kind::io, "it was set, and yet {}", limit.what);
    repair = repair_for(limit, program);
  }
  return 0;
}

}  // namespace

int run_doctor(const DoctorOptions& options) {
  if (options.fix) return mend_all(options.yes);
  std::vector<DiagnosisRow> about_host;
  if (!options.host.empty()) about_host = examine_host(options.host);
  Diagnosis diagnosis = diagnose(options.common);
  diagnosis.rows.insert(diagnosis.rows.end(), about_host.begin(), about_host.end());
  const std::string text =
      options.json ? policy::json_text(diagnosis_json(diagnosis), 2) + "\n" : diagnosis_text(diagnosis);
  sys::write_all(1, text, "standard output");
  return diagnosis.is_sound() ? 0 : 1;
}

}  // namespace shelltool
