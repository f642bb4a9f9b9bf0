# Sourced by cli.sh and equal.sh: a fresh place, and checks that count. Needs $gatehouse, an absolute path.
# shellcheck shell=bash

passed=0 failed=0 skipped=0

# Not below /tmp, which a sandbox replaces; a HOME of its own, so that no file of the user's has a say;
# and Debian's own programs, not shims before them.
make_place() {
  local base=$HOME
  if [ "$(id -u)" = 0 ]; then base=/opt; fi
  place=$(mktemp -d "${GATEHOUSE_TEST_PLACE:-$base}/gatehouse-test.XXXXXX")
  trap 'chmod -R u+rwX "$place" 2>/dev/null; rm -rf "$place"' EXIT
  chmod 755 "$place"
  export HOME=$place/home
  mkdir -p "$HOME" "$place/workspace"
  export PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin
  unset "${!XDG_@}" "${!GATEHOUSE_@}" "${!GIT_@}" "${!PIP_@}"
}

pass() { passed=$((passed + 1)); echo "ok   $1"; }
skip() { skipped=$((skipped + 1)); echo "SKIP $1: $2"; }
fail() {
  failed=$((failed + 1))
  echo "FAIL $1: $2"
  if [ -s "$place/out" ]; then sed 's/^/       out: /' "$place/out" | head -n 20; fi
  if [ -s "$place/err" ]; then sed 's/^/       err: /' "$place/err" | head -n 20; fi
}

# run COMMAND…: sets status; the output is in $place/out and $place/err.
run() {
  status=0
  "$@" > "$place/out" 2> "$place/err" < "${stdin:-/dev/null}" || status=$?
}

# expect STATUS NAME COMMAND…
expect() {
  local want=$1 name=$2
  shift 2
  run "$@"
  if [ "$status" = "$want" ]; then pass "$name"; else fail "$name" "status $status, expected $want"; fi
}

# holds NAME COMMAND…: the command, run silently, says yes.
holds() {
  local name=$1
  shift
  if "$@" > /dev/null 2>&1; then pass "$name"; else fail "$name" "not so: $*"; fi
}
not() { ! "$@"; }
said() { grep -qF -e "$1" "$place/out"; }    # on stdout
warned() { grep -qF -e "$1" "$place/err"; }  # on stderr

finish() {
  echo "$passed passed, $failed failed, $skipped skipped"
  [ "$failed" = 0 ]
}
