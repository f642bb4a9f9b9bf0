#!/bin/bash
# The race: a sibling thread flips path and words of an exec between check and use.
#   tests/race/run.sh [--gatehouse PATH] [COUNT]        COUNT races in all, 5000 unless told
# Under a plain notification gate the forbidden program must run sometimes (the attack is live); under gatehouse
# never, while allowed runs still happen. Exit status 0, 1 (lost a race, or nothing ran), 2 (could not try).
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
gatehouse='' count=5000
while [ $# -gt 0 ]; do
  case $1 in
    --gatehouse) gatehouse=$(realpath "$2"); shift 2 ;;
    *) count=$1; shift ;;
  esac
done

if [ "$(id -u)" = 0 ]; then base=/opt; else base=$HOME; fi  # not below /tmp, which a sandbox replaces
place=$(mktemp -d "${GATEHOUSE_TEST_PLACE:-$base}/gatehouse-race.XXXXXX")
trap 'rm -rf "$place"' EXIT
chmod 755 "$place"
mkdir "$place/programs" "$place/workspace" "$place/home"

build() { "${CXX:-c++}" -std=c++20 -D_GNU_SOURCE -O2 -Wall -Wextra "$@"; }
build -pthread "$here/racer.cc" -o "$place/programs/racer"
build "$here/plain_gate.cc" -o "$place/programs/plain_gate"
# Two programs of the same length of name and of different content; static, so that a run is short.
build -static -DNAME='"allowed"' "$here/mark.cc" -o "$place/programs/allowed__" 2>/dev/null ||
  build -DNAME='"allowed"' "$here/mark.cc" -o "$place/programs/allowed__"
build -static -DNAME='"forbidden"' "$here/mark.cc" -o "$place/programs/forbidden" 2>/dev/null ||
  build -DNAME='"forbidden"' "$here/mark.cc" -o "$place/programs/forbidden"

cat > "$place/rules.yaml" <<END
version: 1
programs:
  forbidden: {paths: ["$place/programs/forbidden"]}
  allowed__: {paths: ["$place/programs/allowed__"]}
rules:
  - {id: program, event: exec, when: {program: forbidden}, verdict: deny, reason: This program must not run.}
  - {id: words, event: exec, when: {program: allowed__, args: [forbidden]}, verdict: deny, reason: Not with this word.}
END

cd "$place/workspace"
cp "$place/programs/allowed__" "$place/programs/forbidden" .

bytes_of() { { cat "$@" 2>/dev/null || true; } | wc -c; }

# race LABEL PREFIX…: counts what left its mark; sets forbidden and allowed.
race() {
  local label=$1 kind
  shift
  rm -f allowed.* forbidden.*
  for kind in vfork spawn thread; do
    "$@" "$place/programs/racer" "$kind" $((count / 3)) 2> "$place/err" || { tail "$place/err"; exit 2; }
  done
  allowed=$(bytes_of allowed.)
  forbidden=$(bytes_of allowed.forbidden forbidden.*)
  echo "$label: $((count / 3 * 3)) races, $forbidden forbidden runs, $allowed allowed runs"
}

status=0
race 'plain notification' "$place/programs/plain_gate"
if [ "$forbidden" = 0 ]; then echo 'the attack is not live here: this proves nothing'; status=1; fi
[ -n "$gatehouse" ] || exit "$status"
export HOME=$place/home
race 'gatehouse' "$gatehouse" exec --mode workspace-write --workspace "$PWD" --rules "$place/rules.yaml" --approval never --
if [ "$forbidden" != 0 ] || [ "$allowed" = 0 ]; then status=1; fi
exit "$status"
