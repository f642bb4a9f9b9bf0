#include "shelltool/tools/instructions.h"

#include <fmt/core.h>

#include "sandbox/sys/text.h"
#include "shelltool/setup/hidden.h"

namespace shelltool {
namespace {

constexpr std::size_t max_facts = 300;
constexpr std::size_t max_trouble = 200;  // of them, where there is more to say

constexpr const char* how_to_work =
    "gatehouse runs commands and changes files for you under rules that this machine's owner wrote, in a "
    "sandbox. Use its `shell`, `read`, `edit`, `write`, `apply_patch` and `files` instead of the host's "
    "own.\n"
    "- Every program that a command starts, at any depth and in any language, is judged before it runs by "
    "what it is, not "
    "by how it is spelled. A denial (\"denied: …\") names the rule, the reason and the alternative: do that, "
    "or tell the "
    "user. Do not retry it by a wrapper, a copy, an alias or a script: that is judged the same.\n"
    "- `policy` says what would be decided about a command, without running it.\n"
    "- The first line of a result tells how the command ended and what holds: mode, network, tier. \"net "
    "none\" is no "
    "outage: there is no network here. \"sandbox: …\" names what the sandbox refused; it is meant so.\n"
    "- Each call is a new bash in the workspace (or in `cwd`), without a terminal; standard input is empty "
    "unless you give "
    "`stdin`. Files stay between calls, variables and `cd` do not. What a command leaves running in the "
    "background goes "
    "on until the session ends.\n"
    "- /tmp is private to this session, keys and tokens are hidden, git hooks and editor tasks are "
    "read-only: all "
    "intended. Outside the workspace the disk is read-only.\n"
    "- `edit` and `write` keep encoding, line ends and mode; `if_version` takes the v: of a result. "
    "`history` undoes.\n"
    "- Output is cut in the middle beyond 32,000 bytes: filter it in the command.\n";

std::string cut(std::string text, std::size_t limit) {
  constexpr std::string_view mark = "…";
  if (text.size() <= limit) return text;
  return std::string(sys::cut(text, limit - mark.size())).append(mark);
}

}  // namespace

std::string state_text(const Plan& plan) {
  const policy::State state = plan.state();
  std::string text = fmt::format("{}, net {}", sandbox::name_of(state.mode), sandbox::name_of(state.network));
  for (const std::string& root : plan.roots())
    text += " · " + shown_path(root, plan.made.identity.account.home);
  return text;
}

std::string instructions(const Plan& plan, const std::string& trouble) {
  std::string facts =
      trouble.empty() ? "" : fmt::format("Nothing can run: {}\n", cut(sys::visible(trouble), max_trouble));
  facts += fmt::format("Here: {}.", state_text(plan));
  return how_to_work + cut(std::move(facts), max_facts);
}

std::string instructions(const std::string& trouble) {
  return how_to_work + cut("Nothing can run now: " + sys::visible(trouble), max_facts);
}

}  // namespace shelltool
