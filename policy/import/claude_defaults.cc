#include "policy/import/claude_defaults.h"

#include "config/new_node.h"
#include "config/reader.h"
#include "policy/import/command_pattern.h"

namespace policy {
namespace {

using config::Node;

CommandPattern pattern_of(const std::vector<std::string>& programs,
                          const std::vector<std::string>& first = {}) {
  CommandPattern pattern;
  pattern.programs = programs;
  if (!first.empty()) pattern.words.push_back({first});
  return pattern;
}

/// They run without a question in every mode.
ImportedRule read_only_rule(const config::Place& place) {
  Node list = config::list_node({});
  list.items.push_back(narrow_matcher(
      pattern_of({"ls", "cat", "echo", "pwd", "head", "tail", "grep", "wc", "which", "diff", "stat", "du"})));
  list.items.push_back(narrow_matcher(pattern_of({"find"})));
  list.items.back().entries.push_back(without_actions());
  list.items.push_back(narrow_matcher(
      pattern_of({"git"}, {"status", "log", "diff", "show", "blame", "ls-files", "rev-parse", "describe"})));
  list.items.back().entries.push_back(
      {config::text_node("options"),
       config::map_node({{"none", config::list_node({"--output", "--ext-diff", "--textconv"})}})});
  return {{place, "commands that Claude Code takes for read-only", Fidelity::narrowed,
           "of those only the ones that its documentation names"},
          "claude.read-only",
          {"exec"},
          std::move(list),
          Verdict::allow};
}

Node within_workspaces(const std::vector<std::string>& programs, const std::vector<std::string>& paths) {
  Node matcher = narrow_matcher(pattern_of(programs));
  matcher.entries.push_back(
      {config::text_node("paths"), config::map_node({{"all", config::list_node(paths)}})});
  return matcher;
}

ImportedRule edits_rule(const config::Place& place) {
  const std::string below = "${workspaces}/**";
  Node list = config::list_node({});
  list.items.push_back(within_workspaces({"rm", "rmdir"}, {below}));
  list.items.push_back(within_workspaces({"mkdir", "touch", "mv", "cp", "sed"}, {"${workspaces}", below}));
  return {{place, "commands that acceptEdits lets edit", Fidelity::exact},
          "claude.accept-edits",
          {"exec"},
          std::move(list),
          Verdict::allow};
}

}  // namespace

config::Entry without_actions() {
  return {config::text_node("options"),
          config::map_node({{"none", config::list_node({"-exec", "-execdir", "-ok", "-okdir", "-delete",
                                                        "-fls", "-fprint", "-fprint0", "-fprintf"})}})};
}

void add_claude_defaults(const std::string& mode, const config::Place& place, ImportDraft& draft) {
  Node node = config::text_node(mode.empty() ? "default" : mode);
  node.place = place;
  const std::vector<std::string> modes{"default", "manual",  "acceptEdits",      "plan",
                                       "auto",    "dontAsk", "bypassPermissions"};
  const std::string& known = modes[config::read_index(node, modes)];
  ImportNote note{place, mode.empty() ? "permissions.defaultMode, which is not stated"
                                      : "permissions.defaultMode '" + mode + "'"};
  if (known == "bypassPermissions") {
    note.fidelity = Fidelity::narrowed;
    note.why = "what no rule decides runs without a question, but in the sandbox";
    draft.notes.push_back(std::move(note));
    return;
  }
  draft.defaults = {{"exec", Verdict::ask}};
  note.fidelity = Fidelity::narrowed;
  note.why = "commands that no rule decides are asked about; edits are not, and stay in the sandbox";
  if (known == "plan")
    note.why = "commands that no rule decides are asked about; --mode read-only keeps all files";
  if (known == "auto")
    note.why = "commands that no rule decides are asked about: nothing here judges them instead";
  if (known == "dontAsk")
    note.why = "commands that no rule decides are asked about; --approval never denies them";
  draft.notes.push_back(std::move(note));
  draft.rules.push_back(read_only_rule(place));
  if (known == "acceptEdits") draft.rules.push_back(edits_rule(place));
}

}  // namespace policy
