#include "shelltool/tools/shell_result.h"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <nlohmann/json.hpp>

#include "policy/denial.h"
#include "sandbox/sys/text.h"
#include "shelltool/session/exit_status.h"
#include "shelltool/setup/hidden.h"

namespace shelltool {
namespace {

constexpr std::size_t most_denials = 5;
constexpr std::size_t smallest_limit = 1000;  // below it nothing would be told

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80; }

/// The beginning, up to a line's end where there is one in its last fifth.
std::string_view begin_of(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return text;
  const std::size_t newline = text.rfind('\n', limit);
  if (newline != std::string_view::npos && newline > limit - limit / 5) return text.substr(0, newline);
  return sys::cut(text, limit);
}

std::string_view end_of(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return text;
  std::size_t at = text.size() - limit;
  const std::size_t newline = text.find('\n', at);
  if (newline != std::string_view::npos && newline < at + limit / 5) return text.substr(newline + 1);
  while (at < text.size() && is_continuation(text[at])) ++at;
  return text.substr(at);
}

std::string duration_text(std::chrono::milliseconds duration) {
  const double seconds = static_cast<double>(duration.count()) / 1000;
  if (seconds < 1) return fmt::format("{} ms", duration.count());
  return seconds < 10 ? fmt::format("{:.1f} s", seconds) : fmt::format("{:.0f} s", seconds);
}

std::string how_it_ended(const ShellResult& result) {
  const sandbox::Outcome& outcome = result.report.outcome;
  if (!result.not_started.empty()) return "not started: " + result.not_started;
  if (outcome.timed_out) return "timed out";
  if (outcome.status.signal != 0) {
    const char* name = ::sigabbrev_np(outcome.status.signal);
    return fmt::format("killed by SIG{}", name != nullptr ? name : std::to_string(outcome.status.signal));
  }
  return fmt::format("exit {}", outcome.status.code);
}

std::string first_line(const ShellResult& result) {
  const policy::State& state = result.report.state;
  return fmt::format("{} · {} · {} · {}, net {}, tier {}", how_it_ended(result),
                     duration_text(result.report.outcome.duration),
                     shown_path(result.report.cwd, result.home), sandbox::name_of(state.mode),
                     sandbox::name_of(state.network), sandbox::name_of(state.tier));
}

std::string denials_text(const ShellResult& result) {
  const std::vector<Denial>& denials = result.report.denials;
  std::string text;
  for (std::size_t i = 0; i < std::min(denials.size(), most_denials); ++i) {
    text += "\n" + policy::denial_text(denials[i].decision, denials[i].argv, result.home);
    if (denials[i].times > 1) text += fmt::format("\n  ({} times)", denials[i].times);
  }
  const std::size_t others = denials.size() - std::min(denials.size(), most_denials);
  if (others != 0) text += fmt::format("\nand {} other denial{}", others, others == 1 ? "" : "s");
  return text;
}

std::string notices_text(const ShellResult& result) {
  std::string text;
  for (const sandbox::LimitReached& reached : result.report.outcome.limits) text += "\n" + reached.sentence();
  for (const std::string& refusal : result.refusals) text += "\nsandbox: " + refusal;
  for (const sandbox::Taken& taken : result.report.taken) text += "\n" + sys::visible(taken.sentence());
  for (const std::string& note : result.report.notes) text += "\nnote: " + sys::visible(note);
  if (result.left_running)
    text += "\nnote: something that this command started still runs; it ends with this session";
  return text;
}

struct Output {
  std::string text;
  bool is_cut = false;
};

Output output_of(const ShellResult& result, std::size_t limit) {
  if (result.left_out == 0 && result.head.size() + result.tail.size() <= limit)
    return {result.head + result.tail};
  const std::string place = sys::visible(result.kept_in);
  const bool is_named = !place.empty() && place.size() <= limit / 8;
  const char* const part = result.is_kept_whole ? "whole" : "beginning";
  const std::string kept = is_named ? fmt::format("; the user has the {} in {}", part, place) : "";
  const std::string cut = fmt::format("\n[… cut here: {} bytes of output in all{} …]\n", result.total, kept);
  const std::size_t room = limit - std::min(limit, cut.size());
  const std::string whole = result.left_out == 0 ? result.head + result.tail : std::string();
  const std::string_view head = begin_of(whole.empty() ? result.head : whole, room * 3 / 10);
  const std::string_view tail = end_of(whole.empty() ? result.tail : whole, room * 7 / 10);
  return {fmt::format("{}{}{}", head, cut, tail), true};
}

bool was_denied(const ShellResult& result) {
  const auto is_top = [](const Denial& denial) { return denial.top; };
  const std::vector<Denial>& denials = result.report.denials;
  return result.report.outcome.status.code == status_denied &&
         std::any_of(denials.begin(), denials.end(), is_top);
}

}  // namespace

mcp::ToolResult shell_result(const ShellResult& result, std::size_t limit) {
  limit = std::max(limit, smallest_limit);
  const sandbox::Outcome& outcome = result.report.outcome;
  std::string text = first_line(result) + denials_text(result) + notices_text(result);
  if (text.size() > limit / 2) text = std::string(begin_of(text, limit / 2)) + "\n[… more in the record …]";
  const Output output = output_of(result, limit - text.size() - 1);
  if (!output.text.empty()) text += "\n" + output.text;
  mcp::ToolResult answer;
  answer.text = std::move(text);
  answer.is_error =
      !result.not_started.empty() || outcome.timed_out || outcome.status.signal != 0 || was_denied(result);
  mcp::Json told = result_json(result.report);
  told["truncated"] = output.is_cut;
  answer.meta = {{"gatehouse/result", std::move(told)}};
  return answer;
}

}  // namespace shelltool
