#!/bin/bash
# gatehouse doctor: what it says changes with what the machine gives. tests/sandbox/doctor.sh GATEHOUSE
set -uo pipefail

here=$(cd "$(dirname "$0")" && pwd)
gatehouse=$(realpath "$1")
# shellcheck source=tests/sandbox/common.sh
. "$here/common.sh"
make_place
cp "$here/without.py" "$place/"
cd "$place/workspace" || exit 2

doctor() { timeout -k 2 60 "$gatehouse" doctor "$@"; }
without() { timeout -k 2 60 python3 "$place/without.py" "$@"; }
# row STATE WHAT: a line of the table
row() { grep -qE "^$1 +$2 " "$place/out"; }
# below WHAT TEXT: what stands under that line
below() { sed -nE "/^(ok|degraded|missing) +$1 /,/^(ok|degraded|missing)  *[^ ]/p" "$place/out" | grep -qF -e "$2"; }

sound() {
  expect 0 'a machine that gives everything' doctor
  holds 'tier A' said 'Tier A holds here'
  local what
  for what in openat2 /proc 'user namespaces' 'mount namespaces' 'PID namespaces' 'network namespaces' overlayfs Landlock \
    'seccomp listener' ptrace 'a sandbox' config rules audit workspace; do
    holds "$what is ok" row ok "$what"
  done
  holds 'the workspace that would be chosen' said "$place/workspace"
  holds 'the rules that would be in force' said builtin:base
  holds 'the sandbox was really built' grep -qE '^ok +a sandbox +tier A, workspace-write, network none' "$place/out"
  expect 0 'as JSON' doctor --json
  holds 'one document, with these keys' python3 -c '
import json, sys
document = json.load(open(sys.argv[1]))
assert document["ok"] is True and document["tier"] == "A"
assert all(set(row) == {"what", "state", "found", "lost", "mend"} for row in document["rows"])
assert {row["state"] for row in document["rows"]} <= {"ok", "degraded"}' "$place/out"
  holds 'no probe is left' test -z "$(find "$HOME" -name 'doctor-*')"
}

# What takes a tier away is ladder.py's.
less() {
  expect 1 'no tracing' without ptrace -- "$gatehouse" doctor
  holds 'no sandbox' said 'No sandbox can be built here'
  holds 'ptrace is missing' row missing ptrace
  holds 'and nothing is let through' row missing 'a sandbox'
  expect 1 'no openat2' without openat2 -- "$gatehouse" doctor
  holds 'openat2 is missing' row missing openat2
  cp "$gatehouse" "$place/gatehouse"  # where the outer sandbox shows it
  expect 0 'in a sandbox of gatehouse' "$gatehouse" exec -- "$place/gatehouse" doctor
  holds 'that one holds' grep -qE '^ok +a sandbox +of the gatehouse outside: tier A, workspace-write, network none' "$place/out"
}

files() {
  local own=$HOME/.config/gatehouse
  mkdir -p "$own"
  printf 'version: 1\nnetwrok: {mode: full}\n' > "$own/config.yaml"
  expect 1 'a broken config' doctor
  holds 'by line and column, with the nearest word' below config "$own/config.yaml:2:1: unknown key 'netwrok'; did you mean 'network'?"
  holds 'with the editor at that line' below config "mend: \${EDITOR:-vi} +2 $own/config.yaml"
  holds 'the machine is examined all the same' row ok Landlock
  holds 'and the rules' row ok rules
  printf 'version: 1\nnetwork: {mode: full}\n' > "$own/config.yaml"
  printf 'version: 1\nrules:\n  - {id: x, evnt: exec}\n' > "$own/rules.yaml"
  expect 1 'broken rules' doctor
  holds 'by line and column' below rules "$own/rules.yaml:3:13"
  holds 'the config is in force' below 'a sandbox' 'network full'
  expect 0 'other rules' doctor --rules "$here/../../examples/rules.yaml"
  rm -r "$own"
  mkdir -p "$HOME/.local/state/gatehouse/audit"
  chmod 777 "$HOME/.local/state/gatehouse/audit"
  expect 1 'an audit that others may write' doctor
  holds 'the audit is named' row missing audit
  holds 'with what mends it' below audit "mend: sudo install -d -m 700 -o $(id -u) $HOME/.local/state/gatehouse/audit"
  chmod 700 "$HOME/.local/state/gatehouse/audit"
  expect 0 'no workspace' env -C / "$gatehouse" doctor
  holds 'a place that is no project is said' row degraded workspace
  expect 2 'a wrong option' doctor --jsn
}

host() {
  expect 1 'a host that knows no gatehouse' doctor --host claude
  holds 'is not governed' row missing claude
  holds 'nor are its tools' row missing "claude's own tools"
  holds 'with what mends it' below claude 'mend: gatehouse register claude'
  run "$gatehouse" register claude
  expect 0 'once it is registered' doctor --host claude
  holds 'it starts gatehouse' row ok claude
  holds 'and its tools are off' row ok "claude's own tools"
  expect 2 'a host that nobody knows' doctor --host cluade
  holds 'is answered with the nearest' warned claude
}

if ! "$gatehouse" exec --report "$place/report" -- true 2> /dev/null || ! grep -qE '"tier": ?"A"' "$place/report"; then
  skip 'doctor' 'this machine gives no tier A'
  finish
  exit
fi
sound
less
files
host
finish
