#!/bin/bash
# policy check --script: the real shell runs, every program is replaced. tests/sandbox/script.sh GATEHOUSE
set -uo pipefail

here=$(cd "$(dirname "$0")" && pwd)
gatehouse=$(realpath "$1")
# shellcheck source=tests/sandbox/common.sh
. "$here/common.sh"
make_place
cd "$place/workspace" || exit 2

cat > "$place/rules.yaml" << 'END'
version: 1
rules:
  - {id: push, event: exec, when: {program: git, args: [push]}, verdict: deny, reason: Nobody pushes.}
  - {id: precious, event: exec, when: {program: rm, paths: {any: ["${workspace}/src/**"]}}, verdict: ask, reason: Sources.}
  - {id: quiet, event: exec, when: {program: make, env: {any: [QUIET]}}, verdict: deny, reason: Not quietly.}
END
mkdir src
: > src/a.c
printf '#!/bin/sh\ntouch ran\n' > tool
chmod +x tool
before=$(ls -AR)

# script STATUS NAME TEXT
script() { expect "$1" "$2" timeout -k 2 60 "$gatehouse" policy check --rules "$place/rules.yaml" --script "$3"; }
lists() { grep -qE -e "^  $1" "$place/out"; }

expansion() {
  script 0 'an allowed script' 'git status; ./tool'
  holds 'lists its commands' lists 'allow  git status +\(rule defaults.exec; bash > git; run\)'
  holds 'a script of its own, too' lists 'allow  ./tool'
  script 20 'a loop' 'for x in status fetch push; do git $x; done'
  holds 'the first rounds are allowed' lists 'allow  git fetch'
  holds 'the third is not' lists 'deny   git push'
  script 20 'variables' 'a=pu; b=${a}sh; g=git; $g $b -f'
  holds 'are what they are worth' lists 'deny   git push -f'
  script 20 'a function' 'g() { git "$@"; }; g push'
  script 20 'a case' 'case x in x) git push;; esac'
  script 20 'eval' 'eval "g"it "p"ush'
  script 20 'an array' 'a=(git push); "${a[@]}"'
  script 20 'the environment' 'export QUIET=1; make'
  script 10 'cd' 'cd src && rm *.c'
  script 0 'cd elsewhere' 'cd /usr && rm x'
  script 10 'a glob' 'rm s*/a*'
  script 20 'exec' 'exec git push'
  script 20 'in the background' 'p=push; (sleep 1; git $p) &'
  script 0 'in a background that the shell does not know' 'p=pull; ( (sleep 1; git $p) & ); git status'
  holds 'cannot be told' said 'cannot tell: what it puts in the background may start more'
  script 0 'builtins alone' 'echo hello; x=1; cd src'
}

data() {
  script 0 'a here-document is data' $'cat <<END\ngit push\nEND'
  script 0 'a here-document for a shell' $'sh <<END\ngit push\nEND'
  holds 'cannot be told' said 'cannot tell: sh: it runs what comes from its input'
  script 0 'a pipeline of programs' 'git log | tail -5'
  holds 'leaves nothing open' not said 'cannot tell'
  script 0 'a substitution' 'x=$(git branch); git show "$x"'
  holds 'names the output that is missing' said 'cannot tell: git branch: what becomes of its output'
  script 20 'xargs' 'git branch | xargs git push'
  holds 'what it would start is judged' lists 'deny   git push +\(rule push; bash > xargs > git'
  holds 'and its words are open' said 'cannot tell: git push: more words come from the input'
  script 20 'a loop over an output' 'git branch | while read -r b; do git push "$b"; done'
  holds 'is read where it stands' lists 'deny   git push .*in the text'
  holds 'and names the output' said 'cannot tell: git branch: what becomes of its output'
  script 0 'an output in a file' 'git branch > /tmp/b; read -r x < /tmp/b; git show "$x"'
  holds 'is named as well' said 'cannot tell: git branch: what becomes of its output'
}

branches() {
  script 20 'the other branch' 'if grep -q x tool; then git status; else git push; fi'
  holds 'says when it is taken' lists 'deny   git push .*run, if what is before it fails'
  holds 'and by whom' said 'cannot tell: git push: starts only if what is before it fails: grep -q x tool'
  script 20 'and, or' 'make && git push'
  holds 'say it, too' lists 'deny   git push .*run, if what is before it succeeds'
  script 0 'a test of the shell is the real one' 'if [ -d src ]; then git status; fi'
  holds 'and leaves nothing open' not said 'cannot tell'
  script 20 'a branch not taken' 'if [ -d nowhere ]; then git push; fi'
  holds 'is read where it stands' lists 'deny   git push .*in the text'
  script 0 'a missing program' 'case x in x) nosuch a;; esac; git status'
  holds 'is named' said 'nosuch: command not found'
  script 20 'a wrapper' 'timeout 9 git push'
}

effects() {
  script 0 'writing' 'echo x > new; > tool; git status'
  holds 'is refused, which is said' said 'new: Read-only file system'
  script 0 'killing' "kill -9 $$; kill -9 -1; git status"
  script 0 'an endless loop' 'while sleep 1; do :; done'
  holds 'is ended' said 'the script was ended after 1,000 programs'
  script 0 'an endless loop of the shell'\''s own' 'git status; while :; do :; done'
  holds 'is ended, too' said 'the script was ended after 5 seconds'
  script 2 'no text' ''
  expect 20 'as JSON' "$gatehouse" policy check --json --rules "$place/rules.yaml" --script 'for x in a push; do git $x; done'
  holds 'it has the commands' python3 -c '
import json, sys
d = json.load(open(sys.argv[1])); c = d["commands"]
assert [x["event"]["argv"][-1] for x in c[1:]] == ["a", "push"] and c[2]["seen"] == "run" and c[2]["rule"] == d["rule"] == "push"' "$place/out"
  holds 'nothing was written' test "$before" = "$(ls -AR)"
  holds 'the script is what it was' grep -qx 'touch ran' tool
  holds 'nothing is left in HOME' test -z "$(ls -A "$HOME")"
}

without_sandbox() {
  expect 20 'inside another gatehouse' "$gatehouse" exec --mode read-only -- \
    "$gatehouse" policy check --rules "$place/rules.yaml" --script 'make; git push'
  holds 'it is only read, which is said' said 'cannot tell: this was only read, and not run dry: '
  holds 'and judged' lists 'deny   git push .*in the text'
  expect 20 'without namespaces' python3 "$here/without.py" namespaces -- \
    "$gatehouse" policy check --rules "$place/rules.yaml" --script 'echo x > /tmp/gatehouse-script-test; git push'
  holds 'as well' said 'cannot tell: this was only read, and not run dry: this machine gives tier'
  holds 'without effect' test ! -e /tmp/gatehouse-script-test
  expect 20 'without ptrace' python3 "$here/without.py" ptrace -- \
    "$gatehouse" policy check --rules "$place/rules.yaml" --script './tool; git push'
  holds 'nothing runs' test "$before" = "$(ls -AR)"
}

for part in expansion data branches effects without_sandbox; do "$part"; done
finish
