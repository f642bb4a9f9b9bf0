#include "shelltool/command/init_files.h"

namespace shelltool {

const char* const first_config =
    R"(# gatehouse: what you set once. Every key stands here with its default; what you delete keeps the default.
# What /etc/gatehouse/config.yaml states, this file can only tighten. Rules are in rules.yaml, beside this file.
version: 1

workspaces: ["~/*"]            # which directories a client may make its workspace, as globs
mode: workspace-write          # read-only | workspace-write | danger-full-access

network:
  mode: none                   # none | allowlist | full
  upstream: env                # env: the proxy of your environment | none | the URL of a proxy
  publish: []                  # ports that are reached from outside: [8080, "80:8080"]

sandbox:
  user: owner                  # when root starts gatehouse: owner (of the workspace) | self | the name of a user
  tmp: private                 # private | shared
  caches: private              # private: copy-on-write, per workspace | shared | none
  hide: []                     # paths that no command sees, besides keys and tokens
  unhide: []                   # of what is hidden by default: ["~/.npmrc"]
  protect: []                  # paths in the workspace that stay read-only
  sockets: []                  # unix sockets of the host that commands may connect to: [/run/docker.sock]
  allow_tracers: false         # true: programs may be started under gdb and strace; such execs are judged, not verified
  host_may_loosen: false       # true: the agent host may loosen mode and network as well
  on_writers: kill             # what still writes in a directory that becomes read-only: kill | wait
  require: []                  # refuse to start where less can be enforced: [tier-a] or [tier-b]

env:
  from: login                  # login: what your login shell exports as well | caller
  pass: []                     # more variables that commands get, names and globs
  set: {}                      # variables with their values: {PAGER: cat}

shell:
  program: bash
  timeout: 120s                # of a command, where the agent names none
  yield: 45s                   # a command that runs longer goes on in the background
  output: 32000                # bytes of a result

limits:                        # 0: none of ours
  memory: 0                    # "2GB": of all that runs in a sandbox together; who takes more is ended
  processes: 4096              # with their threads
  wall: 0                      # "1h": the longest that anything runs
  file: 0                      # "10GB": the largest file that is written
  open_files: 0                # of one process: 1024
  tmp: 0                       # "1GB": of the private /tmp; 0: as memory

approvals:
  policy: on-request           # on-request | untrusted: ask for all that the agent starts | never: ask is deny
  hold: 50s                    # an agent's call waits so long for the answer, and then gets a ticket
  timeout: 10m                 # no answer after that is a no
  keep: 30d                    # kept answers expire

audit:
  sync: none                   # none | each: every record is on the disk before the program starts
  redact: default              # default: what looks like a secret is replaced | none
  rotate: 64MB
  keep: 90d

http:
  auth: token                  # token | none
  connections: 512
)";

const char* const first_rules =
    R"(# gatehouse: your rules for the programs that an agent starts, at any depth. A mistake here is named by line and column,
# and nothing runs until it is mended. Try this file, without running anything:
#   gatehouse policy test FILE
#   gatehouse policy check --rules FILE -- git push --force
version: 1
extends: [builtin:base]        # building is free, what reaches others asks, credentials and privilege are denied

# What no rule decides. exec: allow means inside the sandbox.
# defaults: {exec: allow}

# How words are read: which options take the next word along.
# programs:
#   git: {paths: [/usr/bin/git], value_options: [-C, -c, --git-dir, --work-tree]}

# The strictest rule that matches wins, in any order: allow < ask < deny. Take the # away from what you want.
rules: []
# rules:
#   - id: git.force-push
#     event: exec
#     when: {program: git, args: [push], options: {any: [-f, --force, --mirror]}}
#     unless: {args: [push, "*-fork"]}     # carves out of this rule only
#     verdict: deny
#     reason: Shared history must not be rewritten.
#     suggest: Push without --force; if it is rejected, rebase and ask the user.
#     examples:                            # run when the file is read
#       match: ["git push -f", "cd x && git push origin --force"]
#       no_match: ["git push", "git push -f team-fork", "echo git push -f"]
#
#   - id: rm.tree
#     event: exec
#     when: {program: rm, options: {any: [-r, -R, --recursive]}}
#     unless: {paths: {all: ["${workspace}/build/**"]}}
#     verdict: ask
#     reason: Deletes a tree.
#
#   - {id: own-programs, event: exec, when: {writable_program: true}, verdict: ask, reason: The agent may have written it.}
)";

}  // namespace shelltool
