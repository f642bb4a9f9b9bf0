#include "shelltool/command/doctor_command.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "config/node.h"
#include "policy/decision_json.h"
#include "sandbox/sys/fd.h"
#include "shelltool/doctor/doctor.h"
#include "shelltool/doctor/host_rows.h"

namespace shelltool {

struct DoctorOptions {
  CommonOptions common;
  std::string host;
  bool json = false;
};

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

}  // namespace

std::shared_ptr<DoctorOptions> add_doctor_command(CLI::App& app, std::function<int()>& action) {
  auto options = std::make_shared<DoctorOptions>();
  CLI::App* doctor =
      app.add_subcommand("doctor", "what this machine offers, what then holds, what mends the rest");
  add_options(*doctor, options->common);
  doctor->add_flag("--json", options->json, "print one JSON document");
  doctor->add_option("--host", options->host, "and whether this agent host is governed")->type_name("HOST");
  DoctorOptions* const given = options.get();
  doctor->callback([given, &action] { action = [given] { return run_doctor(*given); }; });
  return options;
}

}  // namespace shelltool
