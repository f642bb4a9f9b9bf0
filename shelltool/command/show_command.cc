#include "shelltool/command/show_command.h"

#include <fmt/core.h>
#include <sys/stat.h>

#include <ctime>
#include <nlohmann/json.hpp>

#include "config/yaml_text.h"
#include "policy/decision_json.h"
#include "policy/overview.h"
#include "policy/resolved.h"
#include "sandbox/sys/text.h"
#include "shelltool/command/notice.h"
#include "shelltool/setup/plan.h"

namespace shelltool {
namespace {

using Json = nlohmann::ordered_json;
using State = RulesOrigin::State;

constexpr int status_broken = 2;

/// When it was changed last; empty where that cannot be told.
std::string time_of_change(const std::string& file) {
  struct stat status {};
  std::tm local{};
  if (::stat(file.c_str(), &status) != 0 || ::localtime_r(&status.st_mtim.tv_sec, &local) == nullptr)
    return "";
  char text[32];
  return std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &local) == 0 ? "" : text;
}

std::string sentence_of(const std::exception_ptr& fault) {
  try {
    std::rethrow_exception(fault);
  } catch (const std::exception& error) {
    return sys::visible(error.what());
  }
}

/// A file of which the reader says what is wrong, once it has been parsed.
void find_fault(std::vector<RulesOrigin>& origins, const policy::Surroundings& surroundings) {
  try {
    (void)policy::RuleSet::compile(sources_of(origins), surroundings);
  } catch (const config::BadInput& error) {
    for (RulesOrigin& origin : origins) {
      if (!origin.document || origin.document->place.file != error.place().file) continue;
      origin.state = State::broken;
      origin.fault = std::current_exception();
      return;
    }
    throw;
  }
}

const char* name_of(State state) {
  constexpr const char* names[] = {"in force", "absent", "not trusted", "broken"};
  return names[static_cast<std::size_t>(state)];
}

Json json_of(const std::vector<RulesOrigin>& origins) {
  Json layers = Json::array();
  for (const RulesOrigin& origin : origins) {
    Json& layer = layers.emplace_back(Json{{"layer", policy::name_of(origin.layer)},
                                           {"file", sys::visible(origin.file)},
                                           {"state", name_of(origin.state)}});
    if (!origin.note.empty()) layer["note"] = origin.note;
    if (!origin.fault) continue;
    layer["since"] = time_of_change(origin.file);
    layer["error"] = sentence_of(origin.fault);
  }
  return layers;
}

std::string text_of(const std::vector<RulesOrigin>& origins) {
  std::string text = "layers:\n";
  for (const RulesOrigin& origin : origins) {
    text += fmt::format("  {:<8} {:<12} {}\n", policy::name_of(origin.layer), name_of(origin.state),
                        sys::visible(origin.file));
    if (!origin.note.empty()) text += fmt::format("           {}\n", origin.note);
    if (!origin.fault) continue;
    const std::string since = time_of_change(origin.file);
    text += fmt::format(
        "           {}\n           {}what runs keeps the rules that it had, and nothing else starts\n",
        sentence_of(origin.fault), since.empty() ? "" : "since " + since + " ");
  }
  return text;
}

void print(const std::string& text) { std::fwrite(text.data(), 1, text.size(), stdout); }
void print(const Json& json) { print(policy::json_text(json, 2) + "\n"); }

int show_broken(const std::vector<RulesOrigin>& origins, const ShowOptions& options) {
  if (options.json)
    print(Json{{"ok", false}, {"layers", json_of(origins)}});
  else if (options.resolved)
    for (const RulesOrigin& origin : origins) {
      if (origin.fault) say(sentence_of(origin.fault));
    }
  else
    print(text_of(origins));
  return status_broken;
}

void show_resolved(std::vector<policy::Source> sources, const policy::Surroundings& surroundings, bool json) {
  const policy::Resolved resolved = policy::resolve(std::move(sources), surroundings);
  for (const std::string& note : resolved.notes) say(sys::visible(note));
  if (json)
    print(policy::document_json(resolved.document));
  else
    print(config::yaml_text(resolved.document));
}

}  // namespace

int run_show(const ShowOptions& options) {
  CommonOptions common = options.common;
  common.rules.insert(common.rules.end(), options.files.begin(), options.files.end());
  const Plan plan = make_plan(common, {}, {});
  const policy::Surroundings surroundings = surroundings_of(plan);
  const RulesFiles files = rules_files_of(plan);
  std::vector<RulesOrigin> origins = files.find();
  const auto is_broken = [](const RulesOrigin& origin) { return origin.state == State::broken; };
  if (std::none_of(origins.begin(), origins.end(), is_broken)) find_fault(origins, surroundings);
  if (std::any_of(origins.begin(), origins.end(), is_broken)) return show_broken(origins, options);
  std::vector<policy::Source> sources = sources_of(origins);
  if (options.resolved) {
    show_resolved(std::move(sources), surroundings, options.json);
    return 0;
  }
  const policy::Overview overview = policy::look_over(sources, surroundings, plan.state().now);
  if (options.json) {
    Json json{{"ok", true}, {"layers", json_of(origins)}};
    json.update(policy::overview_json(overview));
    print(json);
  } else {
    print(text_of(origins) + policy::overview_text(overview));
  }
  return 0;
}

}  // namespace shelltool
