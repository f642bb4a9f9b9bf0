#!/bin/bash
# gatehouse exec --profile agent -- HOST: real agent hosts, headless, with their own shell tools, and a model that reads
# a script. The tool is judged like any program: what a rule denies is denied and in the report, the rest works.
#   tests/hosts/agent_profile.sh GATEHOUSE [HOST…]      claude codex opencode gemini; installed with npm, once
# Last line: "N passed, N failed, N skipped"; status 77 where npm cannot be had.
set -uo pipefail

here=$(cd "$(dirname "$0")" && pwd)
gatehouse=$(realpath "$1")
shift
# shellcheck source=tests/hosts/install.sh
. "$here/install.sh"
# shellcheck source=tests/sandbox/common.sh
. "$here/../sandbox/common.sh"
# shellcheck source=tests/hosts/hosts.sh
. "$here/hosts.sh"
hosts=("$@")
[ "${#hosts[@]}" -gt 0 ] || hosts=(claude codex opencode gemini)
fetch_all "${hosts[@]}" || exit 1
make_place
unset "${!ANTHROPIC_@}" "${!CLAUDE@}" "${!OPENAI_@}" "${!CODEX_@}" "${!GEMINI_@}" "${!GOOGLE_@}" "${!OPENCODE@}" NODE_OPTIONS
PATH=$(installed node)/bin:$PATH

cat > "$place/rules.yaml" << 'R'
version: 1
extends: [builtin:base]
rules:
  - {id: git.push, event: exec, when: {program: git, args: [push]}, verdict: deny, reason: Nobody pushes., suggest: Tell the user.}
R

wanted=('git push origin main; echo "status $?"'
  'cat ~/.ssh/id_ed25519; touch ~/made; expr 40 + 2 | sed "s/^/sum /" | tee made'
  'env | grep SECRET_OF; read -r token < ~/.claude/.credentials.json; echo "$token"')

# write_script TOOL: the model wants each command in this tool of the host's own.
write_script() {
  python3 - "$1" "${wanted[@]}" > "$place/script.json" << 'P'
import json, sys
parameter = "cmd" if sys.argv[1] == "exec_command" else "command"
print(json.dumps([{"own": True, "tool": sys.argv[1], "args": {parameter: command, "description": "as the test says"}}
                  for command in sys.argv[2:]]))
P
}

# What each needs besides, when nobody is there to be asked.
unattended() {
  case $1 in
    claude) echo --allowedTools Bash ;;
    codex) echo --sandbox danger-full-access ;;
  esac
}

fresh() {
  rm -rf "$place/workspace" "$place/home"
  mkdir -p "$place/workspace" "$HOME/.ssh" "$HOME/.claude"
  git init -q "$place/workspace"
  echo 'the key' > "$HOME/.ssh/id_ed25519"
  echo 'of claude' > "$HOME/.claude/.credentials.json"
  echo '{"numStartups": 7}' > "$HOME/.claude.json"
}

# govern NAME: one turn of the host in the workspace, under the profile that fits it.
govern() {
  local -a variables=() extra=()
  fresh
  : > "$place/script.json"
  port=0
  "use_$1"  # says which tool is its own
  write_script "$control"
  rm -f "$place/model.log"
  start_model "$place/model.log" || { fail "$1" 'the model does not start'; return 1; }
  "use_$1"
  while [[ ${run_with[0]} == [A-Za-z]*=* ]]; do variables+=("${run_with[0]}"); run_with=("${run_with[@]:1}"); done
  read -r -a extra < <(unattended "$1"; echo)
  run env -C "$place/workspace" "${variables[@]}" MISTRAL_API_KEY=SECRET_OF_ANOTHER timeout -k 5 120 "$gatehouse" exec --profile agent \
    --rules "$place/rules.yaml" --report "$place/report" --no-tty -- "${run_with[@]}" "${extra[@]}"
  kill "$model"
  wait "$model" 2> /dev/null
  return 0
}

held() {
  holds "$1: it ends well" test "$status" = 0
  holds "$1: the push of its own tool is denied" warned 'denied: git push origin main'
  holds "$1: by the rule" warned 'rule git.push'
  holds "$1: the denial is in the report" python3 -c '
import json, sys
report = json.load(open(sys.argv[1]))
assert any(denial["rule"] == "git.push" and denial["event"]["argv"] == ["git", "push", "origin", "main"]
           for denial in report["denials"])
assert report["sandbox"]["network"] == "full" and report["exit_code"] == 0' "$place/report"
  holds "$1: the model is told" grep -q 'status 126' "$place/model.log"
  holds "$1: an allowed command works" grep -q 'sum 42' "$place/model.log"
  holds "$1: in the workspace" grep -qx 'sum 42' "$place/workspace/made"
  holds "$1: other secrets are hidden" not grep -q 'the key' "$place/model.log"
  holds "$1: other keys do not pass" not grep -q SECRET_OF_ANOTHER "$place/model.log"
  holds "$1: and HOME stays as it is" test ! -e "$HOME/made"
}

held_by_claude() {
  holds 'claude: it sees its own credentials' grep -q 'of claude' "$place/model.log"
  holds 'claude: it keeps its state' test -n "$(find "$HOME/.claude/projects" -name '*.jsonl' 2> /dev/null)"
  holds 'claude: which began as the owner'\''s' grep -q '"numStartups": ' "$HOME/.claude/.claude.json"
  holds 'claude: the owner'\''s own is as it was' grep -qx '{"numStartups": 7}' "$HOME/.claude.json"
}

for host in "${hosts[@]}"; do
  before=$failed
  govern "$host" || continue
  held "$host"
  if [ "$host" = claude ]; then held_by_claude; else holds "$host: claude's are hidden" not grep -q 'of claude' "$place/model.log"; fi
  if [ "$failed" -gt "$before" ]; then tail -n 2 "$place/model.log" | cut -c 1-900; fi
done
finish
