#include "policy/rehearsal.h"

#include <algorithm>
#include <set>
#include <utility>

#include "policy/checker.h"
#include "policy/shell_lexer.h"
#include "policy/word_list.h"
#include "sandbox/sys/error.h"
#include "sandbox/sys/path.h"
#include "sandbox/sys/text.h"

namespace policy {
namespace {

/// Every shell has them itself, and starts none of the programs of that name.
constexpr std::string_view own_commands = " [ echo false kill printf pwd test true ";

const std::vector<std::string>& argv_of(const sandbox::ExecEvent& event) { return event.images.front().argv; }

/// What two starts are the same by; bash tells each program its own path in `_`.
std::string key_of(const sandbox::ExecEvent& event) {
  std::string key = event.cwd + '\0' + event.images.front().called;
  for (const std::string& word : argv_of(event)) key.append(1, '\0').append(word);
  key.append(1, '\1');
  for (const std::string& entry : event.env)
    if (!entry.starts_with("_=")) key.append(1, '\0').append(entry);
  return key;
}

/// Whether the shell could have made these words of those: an expanded one becomes any number of others.
bool makes(const ShellCommand& command, const std::vector<std::string>& argv) {
  std::vector<char> reached(argv.size() + 1, 0);  // how many of argv are made so far
  reached[0] = 1;
  for (std::size_t word = 0; word < command.argv.size(); ++word) {
    const auto& expanded = command.expanded;
    const bool is_expanded = std::find(expanded.begin(), expanded.end(), word) != expanded.end();
    std::vector<char> next(argv.size() + 1, 0);
    for (std::size_t made = 0; made <= argv.size(); ++made) {
      if (is_expanded)
        next[made] = static_cast<char>(reached[made] != 0 || (made > 0 && next[made - 1] != 0));
      else if (made > 0)
        next[made] = static_cast<char>(reached[made - 1] != 0 && argv[made - 1] == command.argv[word]);
    }
    reached.swap(next);
  }
  return reached[argv.size()] != 0;
}

/// What the shell reads into itself can become words.
bool reads_input(std::string_view text) {
  return text.find("read") != std::string_view::npos || text.find("mapfile") != std::string_view::npos;
}

/// Whether it could leave processes that its shell does not wait for at its end.
bool may_leave_behind(std::string_view text, std::string_view home) {
  bool has_background = false, can_part = false;
  try {
    ShellLexer lexer(text, home);
    for (ShellToken token = lexer.next(); token.kind != ShellToken::Kind::end; token = lexer.next()) {
      has_background = has_background || (token.kind == ShellToken::Kind::separator && token.text == "&");
      can_part = can_part || token.kind == ShellToken::Kind::open || lists(" disown exec trap ", token.text);
    }
  } catch (const sys::Error&) {  // the shell cannot read it either
  }
  return has_background && can_part;
}

class Rehearsed {
 public:
  Rehearsed(Checker& checker, const Rehearsal& rehearsal, std::string_view text, const std::string& cwd,
            const std::string& home)
      : checker_(checker),
        rehearsal_(rehearsal),
        text_(text),
        cwd_(cwd),
        home_(home),
        commands_(commands_in_text(text, home)) {
    for (const RehearsedExec& exec : rehearsal.succeeding.execs) succeeding_.insert(key_of(exec.event));
    for (const RehearsedExec& exec : rehearsal.failing.execs) failing_.insert(key_of(exec.event));
  }

  void add() {
    add_run(rehearsal_.succeeding, failing_, Sight::on_success);
    add_run(rehearsal_.failing, succeeding_, Sight::on_failure);
    add_text();
    if (may_leave_behind(text_, home_))
      checker_.add_unclear("what it puts in the background may start more, once the script has ended");
    for (const ScriptRun* run : {&rehearsal_.succeeding, &rehearsal_.failing}) {
      add_outputs(*run);
      for (const std::string& note : run->notes) checker_.add_unclear(note);
    }
  }

 private:
  void add_run(const ScriptRun& run, const std::set<std::string>& in_other, Sight alone) {
    std::string before;  // the last program that starts in either case
    bool is_alone = false;
    for (const RehearsedExec& exec : run.execs) {
      const bool was_alone = std::exchange(is_alone, !in_other.contains(key_of(exec.event)));
      if (is_alone && !was_alone && !before.empty())
        checker_.add_unclear(sys::command_line(argv_of(exec.event)) + ": starts only if what is before it " +
                             (alone == Sight::on_success ? "succeeds: " : "fails: ") + before);
      if (!is_alone) before = sys::command_line(argv_of(exec.event));
      if (!added_.insert(key_of(exec.event)).second) continue;
      checker_.add_started(exec.event, commands_in(argv_of(exec.event), home_),
                           is_alone ? alone : Sight::run);
    }
  }

  /// What was not reached, or not as it stands there.
  void add_text() {
    std::vector<ShellCommand> rest;
    std::vector<std::optional<std::size_t>> index_in_rest(commands_.size());
    for (std::size_t index = 0; index < commands_.size(); ++index) {
      ShellCommand command = commands_[index];
      if (command.starter) {
        command.starter = index_in_rest[*command.starter];
        if (!command.starter) continue;  // it has started, and what is in its words with it
      } else if (has_started(command) || is_own(command)) {
        continue;
      }
      if (command.argv.empty() && !command.unclear.empty())
        command.unclear = "in the text, where no run has reached it, " + command.unclear;
      index_in_rest[index] = rest.size();
      rest.push_back(std::move(command));
    }
    checker_.add(rest, Sight::text);
  }

  static bool is_own(const ShellCommand& command) {
    return command.is_named && !command.argv.empty() && lists(own_commands, command.argv.front());
  }

  /// A start shows that the command was reached if no other one in the text, of which more is fixed, made it.
  [[nodiscard]] bool has_started(const ShellCommand& command) const {
    if (command.argv.empty()) return false;
    const auto is_it = [&](const RehearsedExec& exec) {
      const auto explains_it = [&](const ShellCommand& other) {
        return openness_of(other) < openness_of(command) && could_be(other, exec);
      };
      return could_be(command, exec) && std::none_of(commands_.begin(), commands_.end(), explains_it);
    };
    const auto& succeeding = rehearsal_.succeeding.execs;
    const auto& failing = rehearsal_.failing.execs;
    return std::any_of(succeeding.begin(), succeeding.end(), is_it) ||
           std::any_of(failing.begin(), failing.end(), is_it);
  }

  static int openness_of(const ShellCommand& command) {
    if (!command.is_named) return 2;
    return command.expanded.empty() ? 0 : 1;
  }

  [[nodiscard]] bool could_be(const ShellCommand& command, const RehearsedExec& exec) const {
    return (command.is_lost || exec.event.cwd == sys::normal_path(command.directory, cwd_)) &&
           makes(command, argv_of(exec.event));
  }

  /// What a program reads that does not start what it reads is nobody's word.
  void add_outputs(const ScriptRun& run) {
    std::set<std::string> read_by_programs;
    if (!reads_input(text_))
      for (const RehearsedExec& exec : run.execs) read_by_programs.insert(exec.input);
    for (const RehearsedExec& exec : run.execs)
      if (!exec.output.empty() && !read_by_programs.contains(exec.output))
        checker_.add_unclear(sys::command_line(argv_of(exec.event)) +
                             ": what becomes of its output, which a dry run does not have");
  }

  Checker& checker_;
  const Rehearsal& rehearsal_;
  std::string_view text_;
  const std::string& cwd_;
  const std::string& home_;
  const std::vector<ShellCommand> commands_;  // that stand in the text
  std::set<std::string> succeeding_, failing_, added_;
};

}  // namespace

Check check_rehearsal(const CheckTerms& terms, const Rehearsal& rehearsal, std::string_view text,
                      const std::string& cwd, const std::string& home, const Resolver& resolve) {
  Checker checker(terms, cwd, resolve);
  checker.judge_shell(text);
  Rehearsed(checker, rehearsal, text, cwd, home).add();
  return checker.take();
}

}  // namespace policy
