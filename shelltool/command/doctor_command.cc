#include "shelltool/command/doctor_command.h"

#include <nlohmann/json.hpp>

#include "config/node.h"
#include "policy/decision_json.h"
#include "sandbox/sys/fd.h"
#include "shelltool/doctor/doctor.h"
#include "shelltool/doctor/host_rows.h"

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

}  // namespace

int run_doctor(const DoctorOptions& options) {
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
