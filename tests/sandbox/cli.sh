#!/bin/bash
# The command line from outside: exit statuses, bad input, what is left behind. tests/sandbox/cli.sh GATEHOUSE
set -uo pipefail

here=$(cd "$(dirname "$0")" && pwd)
gatehouse=$(realpath "$1")
# shellcheck source=tests/sandbox/common.sh
. "$here/common.sh"
make_place
cd "$place/workspace" || exit 2

rules() { printf 'version: 1\nrules:\n  - %s\n' "$2" > "$place/$1.yaml"; }
rules deny-id '{id: no-id, event: exec, when: {program: id}, verdict: deny, reason: Names are secret here.}'
rules ask-id '{id: ask-id, event: exec, when: {program: id}, verdict: ask, reason: Names are asked for.}'
rules deny-push '{id: git.push, event: exec, when: {program: git, args: [push]}, verdict: deny, reason: Nobody pushes.}'
printf 'version: 1\nrules: [\n' > "$place/broken.yaml"
gate() { timeout --foreground -k 2 60 "$gatehouse" exec "$@"; }

first_run() {
  local directory
  directory=$(mktemp -d)
  (cd "$directory" && run gate -- sh -c 'id -un; pwd; touch f')
  run env -C "$directory" "$gatehouse" exec -- sh -c 'id -un; pwd; touch f'
  if [ "$status" = 0 ]; then pass 'first run below /tmp'; else fail 'first run below /tmp' "status $status"; fi
  holds 'the user is the caller' said "$(id -un)"
  holds 'the directory is the caller'\''s' said "$directory"
  holds 'the new file is the caller'\''s' test "$(stat -c %U "$directory/f" 2>/dev/null)" = "$(id -un)"
  holds 'nothing of ours is left in the workspace' test "$(ls -A "$directory")" = f
  rm -rf "$directory"
}

statuses() {
  expect 0 'exit 0' gate -- true
  expect 7 'exit 7' gate -- sh -c 'exit 7'
  expect 255 'exit 255' gate -- sh -c 'exit 255'
  expect 137 'killed by SIGKILL' gate -- sh -c 'kill -9 $$'
  expect 143 'killed by SIGTERM' gate -- sh -c 'kill -TERM $$'
  expect 127 'no such program' gate -- no_such_program
  expect 127 'no such path' gate -- /no/such/program
  expect 126 'denied' gate --rules "$place/deny-id.yaml" -- id
  holds 'the denial names the rule' warned 'rule no-id'
  holds 'and its place' warned 'deny-id.yaml:3:5'
  holds 'and the reason' warned 'Names are secret here.'
  holds 'in our name' grep -q '^gatehouse: denied: id' "$place/err"
  expect 0 'denied further down' gate --rules "$place/deny-id.yaml" -- sh -c 'id; echo $?'
  holds 'the shell sees 126' grep -qx 126 "$place/out"
  expect 126 'a file that cannot be executed' gate -- ./not-executable
  expect 0 'sh -c' "$gatehouse" sh -c 'echo from the shell'
  holds 'sh -c prints' said 'from the shell'
  ln -sf "$gatehouse" "$place/gatehouse-sh"
  expect 3 'called as gatehouse-sh' "$place/gatehouse-sh" -c 'exit 3'
}

login_environment() {
  local home=$place/login-home
  mkdir -p "$home/.config/gatehouse"
  [ "$(id -u)" != 0 ] || chmod 755 "$home"
  printf 'echo Welcome\nexport FROM_PROFILE=yes A_TOKEN=secret PATH="$PATH:/opt/profile-tools"\n' > "$home/.profile"
  as_login() { run env -u XDG_CONFIG_HOME -u XDG_CACHE_HOME -u XDG_STATE_HOME HOME="$home" SHELL=/bin/sh "$gatehouse" exec --rules "$place/deny-id.yaml" -- env; }
  as_login
  holds 'what the login shell exports is there' said 'FROM_PROFILE=yes'
  holds 'its PATH is behind the caller'\''s' grep -q '^PATH=/.*:/opt/profile-tools$' "$place/out"
  holds 'its secrets are not' not said A_TOKEN
  holds 'what it prints is not' not said Welcome
  printf 'touch %s/ran; export FROM_PROFILE=again\n' "$home" >> "$home/.profile"
  as_login
  holds 'a changed profile is read again' said 'FROM_PROFILE=again'
  holds 'and can change nothing' test ! -e "$home/ran"
  printf 'version: 1\nenv: {from: caller}\n' > "$home/.config/gatehouse/config.yaml"
  as_login
  holds 'env.from: caller asks no shell' not said FROM_PROFILE
}

processors() {
  local plain
  plain=$(nproc)
  printf 'nproc\n' > no-shebang
  chmod +x no-shebang
  run gate -- sh -c 'i=0; while [ $i -lt 100 ]; do nproc; ./no-shebang; i=$((i + 1)); done'
  holds 'every program sees all processors' test "$(sort "$place/out" | uniq -c | tr -d ' ')" = "200$plain"
  rm no-shebang
}

private_caches() {
  local home=$place/cache-home
  mkdir -p "$home/.cache" "$home/.cargo/registry"
  echo old > "$home/.cache/known"
  as_owner() { run env -u XDG_CONFIG_HOME -u XDG_CACHE_HOME -u XDG_STATE_HOME HOME="$home" "$gatehouse" exec -- "$@"; }
  as_owner sh -c 'cat ~/.cache/known; echo new > ~/.cache/known; echo crate > ~/.cargo/registry/crate'
  holds 'a cache shows what the host has' said old
  holds 'and the host'\''s is never written' grep -qx old "$home/.cache/known"
  as_owner cat "$home/.cache/known" "$home/.cargo/registry/crate"
  holds 'what was written there is kept' test "$(tr '\n' ' ' < "$place/out")" = 'new crate '
  holds 'their owner can remove them' rm -rf "$home/.cache"
}

timeouts() {
  local started ended
  started=$(date +%s%N)
  expect 124 'timeout' gate --timeout 1 -- sleep 9
  holds 'which is told' warned 'ended by --timeout after 1 s'
  ended=$(date +%s%N)
  holds 'timeout ends in less than 1.5 s' test $(((ended - started) / 1000000)) -lt 1500
}

# The report of a denied grandchild, and commands that only mention the words.
chains() {
  printf 'release:\n\tsh release.sh\n' > Makefile
  printf 'python3 release.py\nexit 3\n' > release.sh
  printf 'import subprocess, sys\nsys.exit(subprocess.run(["git", "push", "origin"]).returncode)\n' > release.py
  run gate --rules "$place/deny-push.yaml" --report "$place/report" -- make release
  holds 'a denied push ends the release' test "$status" = 2
  holds 'the report has the chain' python3 - "$place/report" <<'END'
import json, sys
chains = [denial["chain"] for denial in json.load(open(sys.argv[1]))["denials"]]
sys.exit(["make", "sh", "python3", "git"] not in chains)
END
  run gate --audit audit.jsonl -- sh -c 'sh -c "id; :"; :'
  holds 'the record has the parent of each program' python3 - audit.jsonl <<'END'
import json, sys
events = [line for line in map(json.loads, open(sys.argv[1])) if "chain" in line]
pids = {tuple(event["chain"]): event["pid"] for event in events}
parents = {tuple(event["chain"]): event["parent"] for event in events}
sys.exit(parents[("sh", "sh")] != pids[("sh",)] or parents[("sh", "sh", "id")] != pids[("sh", "sh")])
END
  run gate --rules "$place/deny-push.yaml" -- sh -c 'python3 -c "import os; print(1)" && make -n release'
  holds 'a twin that prints the words runs' test "$status" = 0
  expect 0 'echo git push' gate --rules "$place/deny-push.yaml" -- sh -c 'echo git push'
  expect 0 'git log --grep push' gate --rules "$place/deny-push.yaml" -- sh -c 'git init -q t && git -C t config x.push 1'
  rm -rf Makefile release.sh release.py t audit.jsonl
}

# What a program makes of itself, of files or of the state does not change what it is to the rules.
identity() {
  local mode team=$PWD/team
  cat > below.yaml <<'END'
version: 1
rules: [{id: below, event: exec, when: {program: uname, ancestor: {program: python3}}, verdict: deny, reason: Not below it.}]
END
  for mode in read-only workspace-write danger-full-access; do
    run gate --mode "$mode" --rules below.yaml -- sh -c 'python3 -c "
import ctypes, os, sys
ctypes.CDLL(None).prctl(4, 0, 0, 0, 0)  # PR_SET_DUMPABLE
pid = os.fork()
if pid == 0: os.execvp(\"uname\", [\"uname\", \"-s\"])
os.waitpid(pid, 0)
os.execvp(\"uname\", [\"uname\", \"-s\"])"; :'
    holds "$mode: who cannot be read is known all the same" not grep -q Linux "$place/out"
    holds "$mode: and that was the rule" test "$(grep -c 'rule below' "$place/err")" -ge 1
  done
  sed 's/, ancestor: {program: python3}//' below.yaml > deny.yaml
  cp "$(command -v uname)" copied
  cp /lib64/ld-linux-x86-64.so.2 copied-loader 2>/dev/null || cp /lib/ld-linux-*.so.1 copied-loader
  for mode in read-only workspace-write; do
    run gate --mode "$mode" --rules deny.yaml -- sh -c "./copied -s; ./copied-loader $(command -v uname) -s; :"
    holds "$mode: a copy from before is the program" not grep -q Linux "$place/out"
  done
  mkdir -m 2775 team
  cp "$(type -P true)" team/tool
  chmod 775 team team/tool
  if [ "$(id -u)" = 0 ]; then chown 0:0 team team/tool; else chgrp "$(id -g)" team team/tool; fi
  run gate --rules deny.yaml --workspace "$team" -- sh -c "cat $(command -v uname) > $team/tool && $team/tool -s; :"
  holds 'a copy in a file of the group is the program' not grep -q Linux "$place/out"
  printf 'version: 1\nrules: [{id: fifo, event: exec, when: {program: %s/known}, verdict: deny, reason: It is known.}]\n' "$PWD" > fifo.yaml
  printf '#!/bin/sh\necho one\n' > known && printf '#!/bin/sh\necho two\n' > other && chmod +x known other
  expect 0 'a FIFO in place of a known program holds nobody up' gate --timeout 30 --rules fifo.yaml -- \
    sh -c 'cp known copy; ./copy; rm known; mkfifo known; ./other'
  holds 'and others run' grep -q two "$place/out"
  rm -rf below.yaml deny.yaml fifo.yaml copied copied-loader team known other copy
}

# Usage, rules and workspaces that are wrong: 125, a sentence, and nothing has run.
refuses() {
  local name=$1
  shift
  rm -f ran
  expect 125 "$name" "$@" -- touch ran
  holds "$name: nothing ran" not test -e ran
  holds "$name: it says why" test -s "$place/err"
}

bad_input() {
  refuses 'unknown option' gate --netwrok none
  holds 'unknown option: names what is near' warned "unexpected '--netwrok'; did you mean --network?"
  expect 2 'no command' "$gatehouse" state
  holds 'no command: names them' warned 'state needs one of the commands show, set, watch'
  expect 2 'no file' "$gatehouse" policy test
  holds 'no file: says so' warned 'policy test needs FILE'
  refuses 'unknown mode' gate --mode writable
  refuses 'unknown network' gate --network some
  refuses 'unknown profile' gate --profile nowhere
  refuses 'unknown directory' gate --cwd /no/such/directory
  refuses 'a timeout that is none' gate --timeout soon
  refuses 'broken rules' gate --rules "$place/broken.yaml"
  holds 'broken rules: names the place' warned broken.yaml:
  refuses 'missing rules' gate --rules "$place/nowhere.yaml"
  refuses 'rules that are a directory' gate --rules "$place"
  mkfifo "$place/fifo.yaml"
  refuses 'rules that are a FIFO' gate --rules "$place/fifo.yaml"
  head -c 20000000 /dev/zero | tr '\0' '#' > "$place/huge.yaml"
  refuses 'rules that are huge' gate --rules "$place/huge.yaml"
  rules misspelt '{id: a, evnt: exec, when: {program: id}, verdict: deny, reason: x}'
  refuses 'a misspelt key' gate --rules "$place/misspelt.yaml"
  holds 'a misspelt key: names the nearest' warned event
  holds 'a misspelt key: names the place' warned misspelt.yaml:3:
  printf '\xff\xfe\n' > "$place/bytes.yaml"
  refuses 'rules that are no UTF-8' gate --rules "$place/bytes.yaml"
  if [ "$(id -u)" != 0 ]; then
    touch "$place/unreadable.yaml"
    chmod 000 "$place/unreadable.yaml"
    refuses 'rules that are unreadable' gate --rules "$place/unreadable.yaml"
  else
    skip 'rules that are unreadable' 'root reads everything'
  fi
  expect 125 'no command' gate
  : > "$place/empty.yaml"
  refuses 'rules that are empty' gate --rules "$place/empty.yaml"
}

workspaces() {
  refuses 'a missing workspace' gate --workspace "$place/nowhere"
  touch "$place/file"
  refuses 'a workspace that is a file' gate --workspace "$place/file"
  ln -sfn "$place/workspace" "$place/link"
  expect 0 'a workspace that is a symlink' gate --workspace "$place/link" --cwd "$place/link" -- touch by-link
  holds 'it is the directory behind it' test -e by-link
  mkdir -p "$HOME/sub"
  for directory in / "$HOME"; do
    run env -C "$directory" "$gatehouse" exec -- sh -c 'touch written-by-test'
    holds "$directory is no writable root by chance" not test -e "$directory/written-by-test"
  done
  rm -f by-link
}

guests() {
  local inner=$place/gatehouse  # where the outer sandbox shows it
  cp "$gatehouse" "$inner"
  expect 0 'a gatehouse in a gatehouse is its guest' gate --rules "$place/deny-id.yaml" -- "$inner" exec -- sh -c 'id; echo $?'
  holds 'the outer rules hold' said 126
  holds 'and tell the whole chain' warned 'by: gatehouse exec > sh > id'
  expect 7 'its status passes through' gate -- "$inner" exec -- sh -c 'exit 7'
  expect 0 'its report' gate --rules "$place/deny-id.yaml" -- "$inner" exec --json -- sh -c 'id; true'
  holds 'has the outer denial' grep -q '"rule": "no-id"' "$place/out"
  expect 124 'its timeout' gate -- "$inner" exec --timeout 0.5 -- sh -c 'setsid sleep 9 & sleep 9'
}

bytes() {
  expect 0 'words that are no UTF-8' gate -- printf '%s' $'\xff\xfe'
  holds 'they arrive' test "$(od -An -tx1 < "$place/out" | tr -d ' ')" = fffe
  run gate --json -- printf '%s' $'\xff\xfe'
  holds 'JSON stays JSON' python3 -c 'import json, sys; json.load(open(sys.argv[1]))' "$place/out"
  mkdir -p $'b\xff'
  expect 0 'a directory that is no UTF-8' gate --cwd "$PWD/"$'b\xff' -- touch $'c\xfe'
  holds 'the file is there' test -e $'b\xff/c\xfe'
  head -c 3000000 /dev/urandom > in
  stdin=in run gate -- cat
  holds 'three megabytes pass through a pipe unchanged' cmp in "$place/out"
  rm -rf in b*
}

json() {
  run gate --json --rules "$place/deny-id.yaml" -- sh -c 'echo hello; id; exit 4'
  holds '--json keeps the status' test "$status" = 4
  holds '--json is one document with status, output and denials' python3 - "$place/out" <<'END'
import json, sys
result = json.load(open(sys.argv[1]))
denial = result["denials"][0]
assert result["exit_code"] == 4 and "hello" in json.dumps(result)
assert denial["verdict"] == "deny" and denial["rule"] == "no-id" and denial["reason"] == "Names are secret here."
assert denial["chain"][-1] == "id" and denial["source"].endswith("deny-id.yaml:3:5")
assert result["sandbox"]["mode"] == "workspace-write"
END
}

modes() {
  local mode
  expect 1 'read-only: the workspace stays' gate --mode read-only -- sh -c 'touch x 2>/dev/null || exit 1'
  expect 0 'read-only: /tmp is there' gate --mode read-only -- sh -c 'touch /tmp/x'
  expect 1 'workspace-write: nothing outside' gate -- sh -c "touch '$place/x' 2>/dev/null || exit 1"
  expect 0 'danger-full-access: outside' gate --mode danger-full-access -- touch "$place/x"
  holds 'it was the host'\''s' test -e "$place/x"
  expect 125 'danger-full-access has the host'\''s network' gate --mode danger-full-access --network none -- touch "$place/y"
  holds 'nothing ran' not test -e "$place/y"
  # Root could name a program that the kernel starts outside; writing back what stands there harms nobody.
  for mode in workspace-write danger-full-access; do
    expect 1 "$mode: the kernel's core handler stays" gate --mode "$mode" -- \
      sh -c 'handler=$(cat /proc/sys/kernel/core_pattern); echo "$handler" 2>/dev/null > /proc/sys/kernel/core_pattern || exit 1'
  done
  expect 0 'private /tmp' gate -- sh -c 'touch /tmp/gatehouse-test-private'
  holds 'it was not the host'\''s' not test -e /tmp/gatehouse-test-private
  mkdir -p "$HOME/.ssh"
  echo secret > "$HOME/.ssh/id_ed25519"
  run gate -- sh -c 'cat ~/.ssh/id_ed25519'
  holds 'keys are hidden' not grep -q secret "$place/out"
  for mode in read-only workspace-write danger-full-access; do own_files "$mode"; done
}

# Rules and a record that were named, from inside; the user's own are tried by attacks.py.
own_files() {
  cp "$place/deny-id.yaml" named.yaml
  run gate --mode "$1" --rules named.yaml --audit audit.jsonl -- sh -c 'echo "version: 1" > named.yaml; rm -f named.yaml;
    : > audit.jsonl; rm -f audit.jsonl'
  holds "$1: rules that were named by a relative path stay" cmp -s "$place/deny-id.yaml" named.yaml
  holds "$1: and so does the record" grep -q '"seq":1,' audit.jsonl
  rm -f named.yaml audit.jsonl
  for words in 'approvals approve 1' 'policy trust --yes' 'init' 'register claude'; do
    # shellcheck disable=SC2086
    run gate --mode "$1" -- "$gatehouse" $words
    holds "$1: $words does not succeed" test "$status" != 0
  done
}

# What rules deny to read and write, for every program and in every mode.
held_files() {
  local rules=$place/held.yaml mode
  mkdir -p sub/deep "$place/elsewhere"
  echo SECRET | tee .env sub/deep/.env > "$place/elsewhere/key"
  echo locked > lock
  printf 'version: 1\nrules:\n  - {id: env, event: read, when: {path: ["**/.env", %s/elsewhere/**]}, verdict: deny, reason: r}
  - {id: lock, event: write, when: {path: lock}, verdict: deny, reason: r}\n' "$place" > "$rules"
  run cat .env sub/deep/.env "$place/elsewhere/key"
  holds 'without rules they can be read' test "$(grep -c SECRET "$place/out")" = 3
  for mode in read-only workspace-write danger-full-access; do
    run gate --mode "$mode" --rules "$rules" -- sh -c 'cat .env sub/deep/.env "$1"; cp .env copy; ln .env hard; mv .env moved;
      mv sub other; cat copy hard moved other/deep/.env; ln -s .env soft; cat soft; dd if=.env; cat /proc/self/cwd/.env
      echo changed > lock; rm -f lock; mv lock unlocked; cat lock' sh "$place/elsewhere/key"
    holds "$mode: what rules deny to read is read by no program" not said SECRET
    holds "$mode: what they deny to write can be read" said locked
    holds "$mode: and is not changed" grep -qx locked lock
    rm -f copy hard moved soft
  done
  rm -rf sub .env lock "$place/elsewhere"
}

# The rules that a project brings along: nothing until they are trusted, and then whatever the command does to them.
project_rules() {
  local rules=.gatehouse/rules.yaml
  mkdir .gatehouse && cp "$place/deny-id.yaml" $rules
  expect 0 'rules of a project that nobody trusts' gate -- id
  holds 'are named' warned 'are not trusted'
  expect 2 'they are not trusted where nobody can be asked' setsid "$gatehouse" policy trust
  expect 0 'they are trusted' "$gatehouse" policy trust --yes
  holds 'after they have been shown' said 'Names are secret here.'
  expect 126 'and count' gate -- id
  printf 'version: 1\n' > "$place/other.yaml"
  expect 0 'but where others are named' gate --rules "$place/other.yaml" -- id
  for mode in read-only workspace-write danger-full-access; do
    run gate --mode "$mode" -- sh -c "echo 'version: 1' > $rules; rm -rf .gatehouse; sleep 0.1; id"
    holds "$mode: what the command does to them changes nothing" test "$status" = 126
    run gate --mode "$mode" -- id
    holds "$mode: nor for the next one" test "$status" = 126
    mkdir -p .gatehouse && cp "$place/deny-id.yaml" $rules
  done
  expect 0 'trust is withdrawn' "$gatehouse" policy trust --remove
  expect 0 'and they do not count' gate -- id
  rm -r .gatehouse
}

# What the user has granted beforehand, to the end of a day.
grants() {
  local config=$HOME/.config/gatehouse runner
  grant() { printf 'version: 1\ngrants: [{answers: ask-id, when: {argc: 0}, until: %s, reason: Known.}]\n' "$(date -u -d "$1" +%F)" > "$config/grants.yaml"; }
  mkdir -p "$config"
  cp "$place/ask-id.yaml" "$config/rules.yaml"
  expect 126 'an ask that nobody answers' gate -- id
  grant tomorrow
  expect 0 'with a grant it runs' gate --audit audit.jsonl -- id
  holds 'the record names rule and grant' grep -qF '"granted":[{"rule":"ask-id","source":"'"$config"'/grants.yaml:2:10","reason":"Known."}]' audit.jsonl
  expect 126 'a grant for other words' gate -- id root
  expect 126 'named rules bring no grants along' gate --rules "$place/ask-id.yaml" -- id
  expect 0 'policy check' "$gatehouse" policy check -- id
  holds 'it names the grant' said 'Granted: Known.   (ask-id, '
  expect 0 'policy explain' "$gatehouse" policy explain -- id root
  holds 'it says why a grant answers not' said "not granted by $config/grants.yaml:2:10: its \`when\` does not hold"
  expect 0 'policy show' "$gatehouse" policy show
  holds 'it lists the grants' said 'ask-id until '
  expect 0 'policy lint: grants' "$gatehouse" policy lint "$config/grants.yaml"
  grant yesterday
  expect 126 'a grant that has expired' gate -- id
  expect 1 'is a finding' "$gatehouse" policy lint "$config/grants.yaml"
  gate -- sh -c 'until test -e go; do sleep 0.05; done; id' > "$place/out" 2> "$place/err" &
  runner=$!
  sleep 0.5
  grant tomorrow
  touch go
  holds 'a grant that is given meanwhile counts for the next program' wait $runner
  echo 'grants: [' > "$config/grants.yaml"
  expect 125 'broken grants' gate -- true
  holds 'are named' warned "$config/grants.yaml:"
  expect 2 'policy show: broken grants' "$gatehouse" policy show
  holds 'they are named' said "user     broken       $config/grants.yaml"
  rm -rf go audit.jsonl "$config"
}

# What the user lets a project's rules allow.
delegation() {
  local config=$HOME/.config/gatehouse
  mkdir -p "$config" .gatehouse
  printf 'version: 1\nrules:\n  - {id: all, event: exec, verdict: allow}\n' > .gatehouse/rules.yaml
  printf 'version: 1\ndefaults: {exec: ask}\n' > "$config/rules.yaml"
  run "$gatehouse" policy trust --yes
  expect 126 'a project allows nothing that the user asks about' gate -- id
  printf 'delegate: {project: [{event: exec, when: {program: id}}]}\n' >> "$config/rules.yaml"
  expect 0 'what is delegated it allows' gate -- id
  expect 126 'and nothing else' gate -- true
  run "$gatehouse" policy trust --remove
  rm -r .gatehouse "$config"
}

network() {
  local port
  coproc LISTENER { exec python3 -c '
import socket
s = socket.socket(); s.bind(("127.0.0.1", 0)); s.listen(); print(s.getsockname()[1], flush=True)
while True: s.accept()[0].close()'; }
  read -r port <&"${LISTENER[0]}"
  expect 1 'network none: the host'\''s loopback is out of reach' \
    gate -- bash -c "(echo > /dev/tcp/127.0.0.1/$port) 2>/dev/null || exit 1"
  expect 0 'network none: its own loopback is up' gate -- python3 -c '
import socket
s = socket.socket(); s.bind(("127.0.0.1", 0)); s.listen(); socket.create_connection(s.getsockname())'
  expect 0 'network full' gate --network full -- bash -c "echo > /dev/tcp/127.0.0.1/$port"
  kill "$LISTENER_PID"
  wait "$LISTENER_PID" 2>/dev/null
}

alive() { pgrep -f "sleep $1\$" > /dev/null; }

# gone NAME: no sleeper is alive half a second later; one that is, is ended here.
gone() {
  sleep 0.5
  if alive "$2"; then
    fail "$1" "$(pgrep -af "sleep $2\$" | head -n 3)"
    pkill -KILL -f "sleep $2\$"
  else
    pass "$1"
  fi
}

leftovers() {
  local number=9$$.5 pid
  run gate --timeout 1 -- sh -c "setsid sleep $number & (trap '' TERM INT HUP; sleep $number) & nohup sleep $number & sleep $number"
  gone 'after a timeout nothing is left' "$number"
  run gate -- sh -c "setsid sleep $number > /dev/null 2>&1 < /dev/null & exec 0<&- 1>&- 2>&-; exit 0"
  gone 'after the end nothing is left' "$number"
  "$gatehouse" exec -- sh -c "setsid sleep $number & kill -STOP \$! ; sleep $number" > /dev/null 2>&1 &
  pid=$!
  sleep 0.7
  kill -KILL "$pid"
  wait "$pid" 2>/dev/null
  gone 'after SIGKILL of gatehouse nothing is left' "$number"
  holds 'no mount is left' not grep -q "$place" /proc/self/mounts
}

checks() {
  local check=("$gatehouse" policy check --rules)
  expect 0 'policy check: allow' "${check[@]}" "$place/deny-id.yaml" -- true
  expect 20 'policy check: deny' "${check[@]}" "$place/deny-id.yaml" -- id
  expect 10 'policy check: ask' "${check[@]}" "$place/ask-id.yaml" -- id
  expect 2 'policy check: broken rules' "${check[@]}" "$place/broken.yaml" -- id
  expect 2 'policy check: no command' "${check[@]}" "$place/deny-id.yaml"
  expect 2 'policy check: unknown option' "${check[@]}" "$place/deny-id.yaml" --bogus -- id
  expect 20 'policy check: a wrapped call' "${check[@]}" "$place/deny-id.yaml" -- timeout 9 id
  expect 20 'policy check --json' "${check[@]}" "$place/deny-id.yaml" --json -- id
  holds 'it is one decision' python3 -c '
import json, sys
d = json.load(open(sys.argv[1])); assert d["verdict"] == "deny" and d["rule"] == "no-id"' "$place/out"
  cat > "$place/events.yaml" << 'END'
version: 1
defaults: {write: ask}
rules:
  - {id: secrets, event: [read, write], when: {path: [.env, "~/.ssh/**"]}, verdict: deny, reason: Secrets.}
  - {id: registry, event: net, when: {host: "*.registry.example", port: 443}, verdict: allow}
  - {id: curl, event: net, when: {program: id, host: a.registry.example}, verdict: ask, reason: Not by this.}
END
  expect 20 'policy check --read: deny' "${check[@]}" "$place/events.yaml" --read "$place/.env"
  holds 'it names the rule' said "read $place/.env   (rule secrets, "
  expect 0 'policy check --read: allow' "${check[@]}" "$place/events.yaml" --read .envrc
  expect 20 'policy check --read: the home' "${check[@]}" "$place/events.yaml" --read '~/.ssh/id'
  expect 10 'policy check --write: a default' "${check[@]}" "$place/events.yaml" --write x
  expect 20 'policy check --net: a default' "${check[@]}" "$place/events.yaml" --net registry.example:443
  expect 0 'policy check --net: allow, by a program' "${check[@]}" "$place/events.yaml" --net a.registry.example:443 -- true
  expect 10 'policy check --net: ask, by a program' "${check[@]}" "$place/events.yaml" --net a.registry.example:443 -- id
  expect 10 'policy check --net: by nobody knows' "${check[@]}" "$place/events.yaml" --net a.registry.example:443
  expect 2 'policy check --net: no port' "${check[@]}" "$place/events.yaml" --net a.registry.example
  expect 2 'policy check: two questions' "${check[@]}" "$place/events.yaml" --read x --write x
  expect 20 'policy check --read --json' "${check[@]}" "$place/events.yaml" --json --read .env
  holds 'it is one decision about a file' python3 -c '
import json, sys
d = json.load(open(sys.argv[1])); assert d["rule"] == "secrets" and d["event"]["type"] == "read"' "$place/out"
  expect 0 'policy show' "$gatehouse" policy show "$place/events.yaml"
  holds 'it names the defaults' said "write ask   $place/events.yaml:2:19"
  holds 'and the rules' said "deny  read write secrets"
  expect 0 'policy show --json' "$gatehouse" policy show --json "$place/events.yaml"
  holds 'it is one document' python3 -c '
import json, sys
d = json.load(open(sys.argv[1])); assert d["ok"] and [r["id"] for r in d["rules"]][-1] == "curl"' "$place/out"
  expect 2 'policy show: broken rules' "$gatehouse" policy show "$place/broken.yaml"
  holds 'they are named' said "user     broken       $place/broken.yaml"
  expect 0 'policy show --resolved' "$gatehouse" policy show --resolved "$place/events.yaml"
  cp "$place/out" "$place/resolved.yaml"
  expect 20 'what it prints decides the same' "${check[@]}" "$place/resolved.yaml" --read '~/.ssh/id'
  expect 0 'policy test: the example' "$gatehouse" policy test "$here/../../examples/rules.yaml"
  expect 0 'policy explain' "$gatehouse" policy explain --rules "$place/events.yaml" --net a.registry.example:80
  holds 'it names the key and the value' said 'when: port: 80 is not 443'
  expect 0 'policy explain --json' "$gatehouse" policy explain --rules "$place/deny-id.yaml" --json -- timeout 9 id
  holds 'it explains both programs' python3 -c '
import json, sys
d = json.load(open(sys.argv[1])); assert [e["rules"] != [] for e in d["events"]] == [False, True]' "$place/out"
  expect 0 'policy lint: the example' "$gatehouse" policy lint builtin:base "$here/../../examples/rules.yaml"
  expect 1 'policy lint: a finding' "$gatehouse" policy lint "$here/../data/lint/unknown-option.yaml"
  holds 'it says where' said 'unknown-option.yaml:6:60: unknown-option: git is not known to have --froce; it has --force'
  expect 2 'policy lint: broken rules' "$gatehouse" policy lint "$place/broken.yaml"
}

importing() {
  local from=("$gatehouse" policy import) data=$here/../data/import
  mkdir -p "$place/workspace/.claude"
  cp "$data/claude.json" "$place/workspace/.claude/settings.json"
  expect 0 'policy import codex' "${from[@]}" codex "$data/codex.rules"
  holds 'what became of a rule' warned "codex.rules:10:1: widened: prefix_rule 'git push': options may stand"
  holds 'an example that does not hold' warned "codex.rules:15:30: this example is left out"
  cp "$place/out" "$place/imported.yaml"
  expect 0 'policy import: what it makes passes its test' "$gatehouse" policy test "$place/imported.yaml"
  expect 20 'policy import: and denies' "$gatehouse" policy check --rules "$place/imported.yaml" -- sudo id
  expect 1 'policy import claude: something is dropped' "${from[@]}" claude .claude/settings.json
  holds 'what was dropped' warned ".claude/settings.json:43:7: dropped: permissions.deny[12] 'mcp__browser': "
  cp "$place/out" "$place/imported.yaml"
  expect 0 'policy import: its rules can be read' "$gatehouse" policy test "$place/imported.yaml"
  : > "$place/empty"
  head -c 4096 /dev/zero > "$place/binary"
  { printf '{"permissions": {"deny": ["Bash(x)"'; head -c 1200000 /dev/zero | tr '\0' ' '; printf ']}}'; } > "$place/huge"
  printf 'prefix_rule(pattern = ["a"],\n  decision = "deny")\n' > "$place/broken"
  for words in 'claude empty' 'codex empty' 'claude binary' 'codex binary' 'claude huge' 'codex broken' 'codex missing' 'codex .' 'gemini broken'; do
    # shellcheck disable=SC2086
    expect 2 "policy import: $words" "${from[@]}" ${words% *} "$place/${words#* }"
    holds 'nothing is written' not test -s "$place/out"
    holds 'one line says why' test "$(wc -l < "$place/err")" = 1
  done
  run "${from[@]}" codex "$place/broken"
  holds 'with line and column' warned "broken:2:14: unknown word 'deny'"
  rm -r "$place/workspace/.claude"
}

# The dry run and the gate are asked the same: what is denied here must not start there, and the other way round.
same_verdict() {
  local table=$place/table.yaml verdict words check=("$gatehouse" policy check --rules)
  cat > "$table" << 'END'
version: 1
programs: {expr: {style: words}}
rules:
  - {id: options, event: exec, when: {program: id, options: {any: [--user, -G]}}, verdict: deny, reason: Options.}
  - {id: unless, event: exec, when: {program: seq}, unless: {args: ["1"]}, verdict: deny, reason: Only one.}
  - {id: words, event: exec, when: {program: basename, args: ["a*", "**", z]}, verdict: deny, reason: Words.}
  - {id: paths, event: exec, when: {program: wc, paths: {any: ["/etc/**"]}}, verdict: deny, reason: Paths.}
  - {id: count, event: exec, when: {program: expr, argc: 3}, verdict: deny, reason: Three.}
  - {id: verbatim, event: exec, when: {program: nproc, verbatim: [--all]}, verdict: deny, reason: As it stands.}
  - {id: env, event: exec, when: {program: printf, env: {any: [DANGER*]}}, verdict: deny, reason: Environment.}
END
  while read -r verdict words; do
    # shellcheck disable=SC2086
    expect "$verdict" "policy check: $words" "${check[@]}" "$table" -- $words
    # shellcheck disable=SC2086
    run gate --rules "$table" -- $words
    if [ "$verdict" = 20 ]; then holds "the gate: $words" test "$status" = 126; else holds "the gate: $words" test "$status" != 126; fi
  done << 'END'
0 id
0 id -u
20 id -G
20 id --user
20 id --use
20 /usr/bin/id -nG
0 id -- -G
0 seq 1
20 seq 2
0 basename a b
20 basename a z
20 basename abc d e z
0 wc -c /dev/null
20 wc -c /dev/null /etc/passwd
20 wc -c /tmp/../etc/passwd
0 nproc
20 nproc --all
0 nproc --all --ignore=0
0 expr 1
20 expr 1 + 1
20 /lib64/ld-linux-x86-64.so.2 /usr/bin/seq 2
0 printf x
END
  expect 20 'policy check: a variable' "${check[@]}" "$table" --env DANGEROUS=1 -- printf x
  expect 126 'the gate: a variable' gate --rules "$table" --env DANGEROUS=1 -- printf x
}

# Links that are not there outside lead to the same files, by each way to them.
files_inside() {
  printf 'version: 1\nrules:\n  - {id: paths, event: exec, when: {program: [wc, mkdir], paths: {any: ["/etc/**"]}}, verdict: deny, reason: Paths.}\n' > "$place/paths.yaml"
  while IFS= read -r command; do
    expect 126 "denied: $command" gate --rules "$place/paths.yaml" -- sh -c "$command"
  done << 'END'
ln -s /etc/passwd /tmp/link; wc -c /tmp/link
ln -s /etc /tmp/link; cd /tmp; wc -c link/passwd
ln -s /etc /dev/shm/link; wc -c /dev/shm/link/passwd
ln -s /proc/self/fd/9 /tmp/link; exec wc -c /tmp/link 9< /etc/passwd
exec 9< /etc/passwd; wc -c /proc/self/fd/9
exec 9< /etc/passwd; wc -c /dev/fd/9
cd /etc; wc -c /proc/$$/cwd/passwd
wc -c /proc/$$/root/etc/passwd
ln -s /etc/none /tmp/link; wc -c /tmp/link
cd /tmp; ln -s /etc link; mkdir gone; cd gone; rmdir ../gone; wc -c ../link/passwd
cd /tmp; ln -s /etc link; mkdir -p none/../link/new
END
  # shellcheck disable=SC2016
  expect 126 'words that are followed for too long' gate --rules "$place/paths.yaml" -- sh -c \
    'cd /tmp; dots=$(printf "./%.0s" $(seq 1900)); for i in $(seq 39); do ln -s "${dots}l$((i + 1))" l$i; done; wc -c l1 l1 l1 l1 l1'
  holds 'are refused, and the reason said' warned 'followed for too long'
  while IFS= read -r command; do
    expect 0 "allowed: $command" gate --rules "$place/paths.yaml" -- sh -c "$command"
  done << 'END'
ln -s /dev/null /tmp/link; wc -c /tmp/link
exec 9< /dev/null; wc -c /proc/self/fd/9
mkdir -p /tmp/etc; echo > /tmp/etc/passwd; wc -c /tmp/etc/passwd
cd /tmp; mkdir -p none/../new
END
}

# answer WORD COMMAND: at a terminal, after the question.
answer() {
  status=0
  { sleep 2; echo "$1"; sleep 0.3; } | script -qec "$2" /dev/null > "$place/out" 2> "$place/err" || status=$?
}

profiles() {
  printf '#!/bin/sh\nfor key in ~/.claude/.credentials.json ~/.codex/auth.json; do [ ! -r "$key" ] || { read -r token < "$key"; echo "$token"; }; done; echo kept > ~/.claude/state; echo no > ~/.claude/settings.json
touch ~/made; echo "$CLAUDE_CONFIG_DIR $ANTHROPIC_API_KEY $OPENAI_API_KEY."\n' > "$place/workspace/claude"
  chmod +x "$place/workspace/claude"
  mkdir -p "$HOME/.claude" "$HOME/.codex"
  echo 'claude'\''s token' > "$HOME/.claude/.credentials.json"
  echo 'codex'\''s token' > "$HOME/.codex/auth.json"
  echo '{}' > "$HOME/.claude/settings.json"
  expect 0 'the profile for an agent' env ANTHROPIC_API_KEY=mine OPENAI_API_KEY=other "$gatehouse" exec --report "$place/report" --profile agent -- ./claude
  holds 'it sees its own credentials' said "claude's token"
  holds 'and nobody else'\''s' not said "codex's token"
  holds 'it keeps its state' grep -qx kept "$HOME/.claude/state"
  holds 'not its settings' grep -qx '{}' "$HOME/.claude/settings.json"
  holds 'nor HOME' test ! -e "$HOME/made"
  holds 'its own keys pass' said "$HOME/.claude mine ."
  holds 'with the network' grep -qE '"network": ?"full"' "$place/report"
  expect 0 'but for what the command line says' gate --report "$place/report" --profile agent --network none -- ./claude
  holds 'which is none' grep -qE '"network": ?"none"' "$place/report"
  expect 0 'without a profile it' gate -- ./claude
  holds 'sees no credentials' not said "claude's token"
  expect 125 'an unknown profile' gate --profile agent.cluade -- true
  holds 'is answered with the nearest' warned "did you mean 'agent.claude'?"
  expect 125 'an agent that nobody knows' gate --profile agent -- true
  holds 'is answered with those that there are' warned 'agent.claude, agent.codex, agent.gemini, agent.opencode'
  rm -r "$HOME/.claude" "$HOME/.codex" claude
}

asks() {
  expect 126 'ask without a terminal is a deny' gate --rules "$place/ask-id.yaml" -- id
  holds 'and says why' warned 'Names are asked for.'
  command -v script > /dev/null || { skip 'ask at a terminal' 'no script(1)'; return; }
  local ask="$gatehouse exec --rules $place/ask-id.yaml -- id -u"
  answer y "$ask"
  holds 'ask at a terminal: y runs it' grep -q "^$(id -u)" "$place/out"
  answer n "$ask"
  holds 'ask at a terminal: n denies it' test "$status" = 126
  echo y > "$place/early"
  stdin=$place/early run script -qec "$ask" /dev/null
  holds 'ask at a terminal: what was typed before the question is no answer' test "$status" = 126
  run script -qec "$gatehouse exec -- sh -c 'test -t 0 && test -t 1 && tty > /dev/null && echo terminal'" /dev/null
  holds 'a terminal stays a terminal' said terminal
}

echo x > not-executable
for part in first_run statuses login_environment processors private_caches timeouts chains identity guests bad_input workspaces bytes json modes held_files project_rules grants delegation network leftovers checks importing same_verdict files_inside profiles asks; do
  "$part"
done
finish
