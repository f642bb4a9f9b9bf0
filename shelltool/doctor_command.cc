#include "shelltool/doctor_command.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "policy/decision_json.h"
#include "sandbox/sys/fd.h"
#include "shelltool/doctor.h"

namespace shelltool {

struct DoctorOptions {
  CommonOptions common;
  bool json = false;
};

namespace {

int run_doctor(const DoctorOptions& options) {
  const Diagnosis diagnosis = diagnose(options.common);
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
  DoctorOptions* const given = options.get();
  doctor->callback([given, &action] { action = [given] { return run_doctor(*given); }; });
  return options;
}

}  // namespace shelltool
