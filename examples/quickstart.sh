#!/bin/sh
# From a fresh checkout to a governed command: installs what is missing, builds, and shows a command that may run,
# one that may not, and one that tries to get around it. Run it from anywhere; it writes below build/ and a
# temporary directory only.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
tests/run.sh --build-deps-only
[ -e build/build.ninja ] || meson setup build
ninja -C build gatehouse
gatehouse=$root/build/gatehouse

place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
git init -q .
cp "$root/examples/rules.yaml" "$place/rules.yaml"

show() {
  printf '\n$ gatehouse exec --rules rules.yaml -- %s\n' "$*"
  status=0
  "$gatehouse" exec --rules rules.yaml -- "$@" || status=$?
  echo "[exit status $status]"
}

show git status --short
show git push --force origin main
show sh -c 'echo "the release script is not told"; git push --force origin main; echo "and goes on after status $?"'
show python3 -c 'import subprocess; subprocess.run(["git", "push", "-f"])'

printf '\nThe program is %s\n' "$gatehouse"
echo 'Next: try your own rules without running anything:'
echo "  $gatehouse policy check --rules examples/rules.yaml -- git push -f"
echo 'and read README.md.'
