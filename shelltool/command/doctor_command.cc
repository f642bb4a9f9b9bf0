#include "shelltool/command/doctor_command.h"

#include <fmt/core.h>
#include <unistd.h>

#include <cstdio>
#include <nlohmann/json.hpp>
#include <utility>

#include "config/node.h"
#include "policy/decision_json.h"
#include "sandbox/sys/fd.h"
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

/// True when it is mended.
bool mend(const sandbox::NamespaceLimit& limit, bool yes) {
  const std::string program = sandbox::own_program();
  const std::optional<Repair> repair = repair_for(limit, program);
  if (!repair) {
    fmt::print("{}, which gatehouse cannot mend from here{}{}\n", limit.what,
               limit.mend.empty() ? "." : "; to mend it: ", limit.mend);
    return false;
  }
  fmt::print("{}", text_of(*repair));
  std::fflush(stdout);
  if (::geteuid() != 0) {
    fmt::print("That takes root: {}\n", limit.mend);
    return false;
  }
  if (!yes && !is_confirmed("Mend it?")) {
    fmt::print("Nothing was changed.\n");
    return false;
  }
  carry_out(*repair);
  fmt::print("Mended: {}\n", repair->file);
  return true;
}

/// One limit may hide behind another; the same one twice did not yield.
int mend_all(bool yes) {
  require_owner("nothing is mended");
  sandbox::NamespaceLimit limit = sandbox::limit_on_namespaces();
  if (limit.by == sandbox::NamespaceLimit::By::nothing) {
    fmt::print("Nothing to mend: nothing is known here that refuses user namespaces.\n");
    return 0;
  }
  for (;;) {
    if (!mend(limit, yes)) return 1;
    const bool was_setting = limit.by == sandbox::NamespaceLimit::By::sysctl;
    const std::string before = std::exchange(limit, sandbox::limit_on_namespaces()).what;
    const bool has_repair =
        limit.by == sandbox::NamespaceLimit::By::sysctl || limit.by == sandbox::NamespaceLimit::By::apparmor;
    if (!was_setting || !has_repair) return 0;  // a profile holds for the next program that starts
    if (limit.what == before) throw sys::Error(sys::Kind::io, "it was set, and yet {}", limit.what);
  }
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
