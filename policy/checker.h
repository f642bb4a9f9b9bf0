#pragma once
/// Builds a Check, command by command.

#include <map>
#include <memory>

#include "policy/check.h"

namespace policy {

class Checker {
 public:
  /// Commands begin in `cwd` unless they say where. All must outlive it.
  Checker(const CheckTerms& terms, const std::string& cwd, const Resolver& resolve)
      : terms_(terms), cwd_(cwd), resolve_(resolve) {}

  /// The shell that reads the script is there before what it starts.
  void start_shell();
  /// The same, when it is judged itself, as `shell -c text`.
  void judge_shell(std::string_view text);
  /// Commands that came of one text or command line: `starter` counts in them.
  void add(const std::vector<ShellCommand>& commands, Sight sight = Sight::text);
  /// The same, the first of them as it was about to start, in that directory and environment.
  void add_started(const sandbox::ExecEvent& started, const std::vector<ShellCommand>& commands, Sight sight);
  void add_unclear(std::string sentence);
  /// Throws sys::Error(invalid) when there was nothing to judge.
  Check take();

 private:
  using Ancestors = std::map<std::size_t, std::shared_ptr<const sandbox::Ancestor>>;
  void say_unclear(const ShellCommand& command);
  [[nodiscard]] sandbox::ExecEvent resolve(const ShellCommand& command);
  [[nodiscard]] sandbox::ExecEvent resolve_started(const sandbox::ExecEvent& started) const;
  void place(const ShellCommand& command, const Ancestors& ancestors, sandbox::ExecEvent& event) const;
  std::shared_ptr<const sandbox::Ancestor> judge(sandbox::ExecEvent event, Sight sight);

  const CheckTerms& terms_;
  const std::string& cwd_;
  const Resolver& resolve_;
  Check check_;
  std::shared_ptr<const sandbox::Ancestor> shell_;  ///< null where the command is started by nobody here
};

}  // namespace policy
