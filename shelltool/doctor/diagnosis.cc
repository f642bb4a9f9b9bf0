#include "shelltool/doctor/diagnosis.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "sandbox/sys/text.h"

namespace shelltool {
namespace {

using Json = nlohmann::ordered_json;

std::string headline(const Diagnosis& diagnosis) {
  if (!diagnosis.tier) return "No sandbox can be built here: gatehouse starts nothing.";
  switch (*diagnosis.tier) {
    case sandbox::Tier::a:
      return "Tier A holds here: namespaces, mounts, Landlock, seccomp and the exec gate.";
    case sandbox::Tier::b:
      return "Tier B holds here: Landlock, seccomp and the exec gate, without namespaces.";
    case sandbox::Tier::c:
      return "Tier C holds here: seccomp and the exec gate only.";
  }
  return {};
}

}  // namespace

bool Diagnosis::is_sound() const {
  return tier == sandbox::Tier::a && std::none_of(rows.begin(), rows.end(), [](const DiagnosisRow& row) {
           return row.state == sandbox::State::missing;
         });
}

std::string diagnosis_text(const Diagnosis& diagnosis) {
  std::size_t width = 0;
  for (const DiagnosisRow& row : diagnosis.rows) width = std::max(width, row.what.size());
  std::string text = headline(diagnosis) + "\n\n";
  for (const DiagnosisRow& row : diagnosis.rows) {
    text += fmt::format("{:<8}  {:<{}}  {}\n", name_of(row.state), row.what, width, sys::visible(row.found));
    if (!row.lost.empty()) text += fmt::format("{:10}lost: {}\n", "", sys::visible(row.lost));
    if (!row.mend.empty()) text += fmt::format("{:10}mend: {}\n", "", sys::visible(row.mend));
  }
  return text;
}

Json diagnosis_json(const Diagnosis& diagnosis) {
  Json rows = Json::array();
  for (const DiagnosisRow& row : diagnosis.rows)
    rows.push_back({{"what", row.what},
                    {"state", name_of(row.state)},
                    {"found", sys::visible(row.found)},
                    {"lost", sys::visible(row.lost)},
                    {"mend", sys::visible(row.mend)}});
  return {{"ok", diagnosis.is_sound()},
          {"tier", diagnosis.tier ? Json(name_of(*diagnosis.tier)) : Json()},
          {"rows", std::move(rows)}};
}

}  // namespace shelltool
