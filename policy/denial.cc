#include "policy/denial.h"

#include <fmt/core.h>

#include <algorithm>

#include "sandbox/sys/text.h"

namespace policy {
namespace {

const char* said(Verdict verdict) {
  switch (verdict) {
    case Verdict::allow:
      return "allowed";
    case Verdict::ask:
      return "asks";
    case Verdict::deny:
      return "denied";
  }
  return "";
}

std::string place_text(const config::Place& place, const std::string& home) {
  if (place.file.empty() || place.line == 0) return "built in";
  std::string text = config::text_of(place);
  if (home.size() > 1 && text.starts_with(home + "/")) text.replace(0, home.size(), "~");
  return sys::visible(text);
}

std::string caller_text(const sandbox::Ancestor& ancestor) {
  constexpr std::size_t long_word = 40;
  const std::vector<std::string>& argv = ancestor.image.argv;
  const bool tells =
      argv.size() > 1 && !argv[1].empty() && argv[1].front() != '-' && argv[1].size() <= long_word;
  return tells ? sys::command_line({ancestor.name, argv[1]}) : sys::command_line({ancestor.name});
}

/// Decisions that were made elsewhere may have the names alone.
std::string chain_text(const Decision& decision) {
  std::vector<std::string> names = decision.callers;
  if (names.empty()) names.assign(decision.chain.begin(), decision.chain.end() - 1);
  std::string text;
  for (const std::string& name : names) text += sys::visible(name) + " > ";
  return text + sys::visible(decision.chain.back());
}

}  // namespace

std::vector<std::string> callers_of(const sandbox::ExecEvent& event) {
  constexpr std::size_t most = 12;
  std::vector<const sandbox::Ancestor*> links;
  for (const sandbox::Ancestor* link = event.caller.get(); link != nullptr; link = link->parent.get())
    links.push_back(link);
  std::reverse(links.begin(), links.end());
  std::vector<std::string> callers;
  for (std::size_t index = 0; index < links.size(); ++index) {
    if (links.size() > most && index == 2) {
      callers.push_back(fmt::format("… {} more", links.size() - most));
      index += links.size() - most;
    }
    callers.push_back(caller_text(*links[index]));
  }
  return callers;
}

std::string denial_text(const Decision& decision, const std::vector<std::string>& argv,
                        const std::string& home) {
  std::string text = fmt::format("{}: {}   (rule {}, {})", said(decision.verdict), sys::command_line(argv),
                                 decision.rule, place_text(decision.source, home));
  if (!decision.chain.empty()) text += "\n  by: " + chain_text(decision);
  if (!decision.profile.empty()) text += "\n  In profile " + sys::visible(decision.profile) + ".";
  if (!decision.reason.empty()) text += "\n  " + sys::visible(decision.reason);
  for (const Granted& granted : decision.granted)
    text += fmt::format("\n  Granted: {}   ({}, {})", sys::visible(granted.reason), granted.rule,
                        place_text(granted.place, home));
  if (!decision.suggest.empty()) text += "\n  Instead: " + sys::visible(decision.suggest);
  return text;
}

}  // namespace policy
