#include "policy/rule_set.h"

namespace policy {

/// The rules that hold without a file. What keeps gatehouse's own files and git's hooks safe are mounts and
/// the watch on git's configuration; the rules here say so early, and name what to do instead.
const char* const base_rules = R"yaml(version: 1
rules:
  - id: base.privilege
    event: exec
    when: {program: [sudo, su, doas, pkexec, run0, runuser, newgrp]}
    verdict: deny
    reason: Commands here run without the privilege of another user, and cannot gain it.
    suggest: Do it without root, in the workspace; or name the exact command for the user to run.

  - id: base.gatehouse-approvals
    event: exec
    when: {program: gatehouse, args: [approvals, [approve, deny]]}
    verdict: deny
    reason: Only the user answers what gatehouse asks.
    suggest: Tell the user what is pending, and wait.

  - id: base.gatehouse-state
    event: exec
    when:
      - {program: gatehouse, args: [state, set]}
      - {program: gatehouse, args: [policy, trust]}
      - {program: gatehouse, args: [[register, init]]}
      - {program: gatehouse, args: [sessions, [kill, resume, fork]]}
    verdict: deny
    reason: What governs a command is not changed by the command.
    suggest: Name the change that is needed, and let the user make it.

  # Only what was asked for directly: scripts that set such keys (a package's prepare step) go on, and the key
  # is taken back.
  - id: base.git-config-runs
    event: exec
    when:
      - program: git
        args: [config, "**", [core.hooksPath, core.hookspath, core.sshCommand, core.sshcommand, core.fsmonitor], "*"]
        top: true
      - {program: git, args: [config, "**", "alias.*", "!*"], top: true}
    unless: {args: [config, "**", core.fsmonitor, ["true", "false"]]}
    verdict: deny
    reason: This key makes git start a program, also later and outside the sandbox; it would be taken back at once.
    suggest: Run the program by itself, or give the setting to one command with git -c.
)yaml";

}  // namespace policy
