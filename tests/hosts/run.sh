#!/bin/bash
# Real agent hosts, headless, with a model that reads a script: after `gatehouse register` they offer gatehouse's tools
# and none of their own, what those answer reaches the model, and after --remove the settings are as before.
#   tests/hosts/run.sh GATEHOUSE [HOST…]      claude codex opencode gemini; installed with npm, once
# Last line: "N passed, N failed, N skipped"; status 77 where npm cannot be had.
set -uo pipefail

here=$(cd "$(dirname "$0")" && pwd)
gatehouse=$(realpath "$1")
# shellcheck source=tests/hosts/install.sh
. "$here/install.sh"
# shellcheck source=tests/sandbox/common.sh
. "$here/../sandbox/common.sh"
# shellcheck source=tests/hosts/hosts.sh
. "$here/hosts.sh"

# What the model asks for.
write_script() {
  cat > "$place/script.json" <<'JSON'
[{"tool": "shell", "args": {"command": "echo the sum is $((40+2))"}},
 {"tool": "shell", "args": {"command": "python3 -c 'import subprocess; subprocess.run([\"git\", \"push\", \"-f\"])'"}}]
JSON
  mkdir -p "$HOME/.config/gatehouse"
  cat > "$HOME/.config/gatehouse/rules.yaml" <<'YAML'
version: 1
extends: [builtin:base]
rules:
  - id: hosts.force-push
    event: exec
    when: {program: git, args: [push], options: {any: [-f, --force]}}
    verdict: deny
    reason: Shared history must not be rewritten.
    suggest: Push without --force.
YAML
}

# run_host NAME: one headless turn in the workspace; what the model saw is in $place/offered and $place/results.
run_host() {
  : > "$place/log.jsonl"
  (cd "$place/workspace" && run timeout -k 5 120 env -i PATH="$PATH" HOME="$HOME" LANG=C.UTF-8 "${run_with[@]}")
  python3 "$here/look.py" "$place/log.jsonl" offered > "$place/offered"
  python3 "$here/look.py" "$place/log.jsonl" results > "$place/results"
}

offers() { grep -qx -e "$1" "$place/offered"; }
offers_none_of() { ! printf '%s\n' "$@" | grep -qxFf - "$place/offered"; }
offers_gatehouse() { grep -qE "gatehouse_+($1)\$" "$place/offered"; }
model_read() { grep -qF -e "$1" "$place/results"; }

# check NAME COMMAND…: as `holds`, and shows what the model saw when it does not.
check() {
  local before=$failed
  holds "$@"
  [ "$failed" != "$before" ] || return 0
  sed 's/^/       offered: /' "$place/offered"
  sed 's/^/       result: /' "$place/results" | head -n 20
  sed 's/^/       err: /' "$place/err" | tail -n 8
}

# settings_of DIRECTORY: every settings file of the host, by name and content.
keep_settings() {
  local file
  rm -rf "$place/$1"
  mkdir -p "$place/$1"
  for file in "${settings[@]}"; do
    if [ -e "$HOME/$file" ]; then cp --parents -P "$HOME/$file" "$place/$1/"; fi
  done
}
same_settings() { keep_settings now && diff -r "$place/before" "$place/now"; }

register_and_remove() {
  keep_settings before
  expect 0 "$1: register" "$gatehouse" register "$1"
  expect 0 "$1: register again" "$gatehouse" register "$1"
  holds "$1: and it says that nothing was changed" said 'nothing was changed'
  expect 0 "$1: remove" "$gatehouse" register "$1" --remove
  check "$1: the settings are as before, byte for byte" same_settings
  expect 1 "$1: there is nothing more to remove" "$gatehouse" register "$1" --remove
}

answers() {
  check "$1: the output of a command reaches the model" model_read 'the sum is 42'
  check "$1: a denial reaches the model, with the rule" model_read 'rule hosts.force-push'
  check "$1: and the reason" model_read 'Shared history must not be rewritten.'
  check "$1: and what to do instead" model_read 'Instead: Push without --force.'
}

one_host() {
  local name=$1
  : > "$place/offered"; : > "$place/results"
  export PATH=$node_path:$PATH
  write_script
  : > "$place/log.jsonl"
  start_model "$place/log.jsonl" || { fail "$name" 'the mock model did not start'; return; }
  "use_$name"
  register_and_remove "$name"
  run_host
  check "$name: unregistered, it offers its own $control" offers "$control"
  keep_settings before
  run "$gatehouse" register "$name"
  run_host
  check "$name: registered, it offers gatehouse's tools" offers_gatehouse shell
  check "$name: and none of its own for commands and files" offers_none_of "${own[@]}"
  answers "$name"
  run "$gatehouse" register "$name" --remove
  check "$name: removed after a run, the settings are as before" same_settings
  holds "$name: and nowhere is gatehouse named" not grep -rqs gatehouse "${settings[@]/#/$HOME/}" "$HOME/.claude.json"
  kill "$model"
}

# Two at a time: each takes a processor and some 300 MB.
all_hosts() {
  local name log numbers
  log=$(mktemp -d)
  while [ $# -gt 0 ]; do
    for name in "${@:1:2}"; do "$here/run.sh" "$gatehouse" --one "$name" > "$log/$name" 2>&1 & done
    wait
    for name in "${@:1:2}"; do
      sed '$d' "$log/$name"
      numbers=$(tail -n 1 "$log/$name")
      if [[ $numbers =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed,\ ([0-9]+)\ skipped$ ]]; then
        passed=$((passed + BASH_REMATCH[1])) failed=$((failed + BASH_REMATCH[2])) skipped=$((skipped + BASH_REMATCH[3]))
      else
        failed=$((failed + 1))
        echo "FAIL $name ended early: $numbers"
      fi
    done
    shift $(($# > 1 ? 2 : 1))
  done
  rm -rf "$log"
}

shift
if [ "${1:-}" = --one ]; then
  node_path=$(installed node)/bin
  make_place
  one_host "$2"
else
  [ $# -gt 0 ] || set -- claude codex opencode gemini
  fetch_all "$@" || { echo '0 passed, 1 failed, 0 skipped'; exit 1; }
  all_hosts "$@"
fi
finish
