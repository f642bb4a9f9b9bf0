#include "shelltool/session/report.h"

#include <nlohmann/json.hpp>

#include "policy/decision_json.h"
#include "sandbox/sys/text.h"

namespace shelltool {
namespace {

using Json = nlohmann::ordered_json;

Json denials_of(const TurnReport& report) {
  Json denials = Json::array();
  for (const Denial& denial : report.denials) {
    Json one = policy::decision_json(denial.decision, report.state);
    Json words = Json::array();
    for (const std::string& word : denial.argv) words.push_back(sys::visible(word));
    one["event"] = {{"type", policy::name_of(denial.kind)}};
    if (denial.kind == policy::EventKind::net)
      one["event"]["to"] = words.back();
    else
      one["event"]["argv"] = words;
    one["times"] = denial.times;
    denials.push_back(std::move(one));
  }
  return denials;
}

Json taken_of(const TurnReport& report) {
  Json all = Json::array();
  for (const sandbox::Taken& taken : report.taken)
    all.push_back({{"path", sys::visible(taken.path)}, {"what", taken.what}, {"sentence", taken.sentence()}});
  return all;
}

Json limits_of(const TurnReport& report) {
  Json all = Json::array();
  for (const sandbox::LimitReached& reached : report.outcome.limits)
    all.push_back({{"limit", sandbox::name_of(reached.which)},
                   {"value", reached.limit},
                   {"by", reached.by},
                   {"sentence", reached.sentence()}});
  return all;
}

}  // namespace

Json result_json(const TurnReport& report) {
  const sandbox::Outcome& outcome = report.outcome;
  const bool exited = outcome.status.signal == 0 && outcome.exec_error == 0;
  Json json;
  json["exit_code"] = exited ? Json(outcome.status.code) : Json();
  json["signal"] = outcome.status.signal != 0 ? Json(outcome.status.signal) : Json();
  json["timed_out"] = outcome.timed_out;
  if (outcome.exec_error != 0) json["not_started"] = sys::error_text(outcome.exec_error);
  json["duration_ms"] = outcome.duration.count();
  json["cwd"] = sys::visible(report.cwd);
  json["session"] = report.session;
  json["turn"] = report.turn;
  json["job"] = nullptr;
  json["truncated"] = report.truncated;
  json["denials"] = denials_of(report);
  json["sandbox"] = {{"mode", sandbox::name_of(report.state.mode)},
                     {"network", sandbox::name_of(report.state.network)},
                     {"tier", sandbox::name_of(report.state.tier)},
                     {"generation", report.state.generation}};
  json["limits"] = limits_of(report);
  json["taken"] = taken_of(report);
  json["notes"] = report.notes;
  return json;
}

Json report_json(const TurnReport& report) {
  Json json = result_json(report);
  json["execs"] = {{"verified", report.execs.verified},
                   {"rejudged", report.execs.rejudged},
                   {"raced", report.execs.raced},
                   {"refused", report.execs.refused},
                   {"moved", report.execs.moved}};
  json["audit"] = report.audit;
  if (report.output) json["output"] = *report.output;
  return json;
}

std::string report_text(const TurnReport& report) {
  return report_json(report).dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace shelltool
