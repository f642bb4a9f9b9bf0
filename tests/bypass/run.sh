#!/bin/bash
# Tries every way in ways/ to start a forbidden program: tests/bypass/run.sh [--gatehouse PATH] [--mode MODE]…
#   [--only PATTERN] [--control] [--verbose]. Without --gatehouse it shows only that the ways are live.
# Last line: "N ways: N live, 0 escapes, K skipped". Exit status 0 without escapes, 1 with, 2 if it could not try.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)

# Not below /tmp, which a sandbox replaces by its own.
if [ "$(id -u)" = 0 ]; then base=/opt; else base=$HOME; fi
place=$(mktemp -d "${GATEHOUSE_TEST_PLACE:-$base}/gatehouse-bypass.XXXXXX")
trap 'chmod -R u+rwX "$place" 2>/dev/null; rm -rf "$place"' EXIT
chmod 755 "$place"
mkdir "$place/programs"

build() { "${CXX:-c++}" -std=c++20 -D_GNU_SOURCE -O1 -Wall -Wextra -pthread "$@"; }
build "$here/canary.cc" -o "$place/programs/canary"
build "$here"/inmates/*.cc -o "$place/programs/raw"
build -static "$here"/inmates/*.cc -o "$place/programs/raw-static" 2>/dev/null || echo "SKIP no static C library"

python3 "$here/run.py" --place "$place" "$@"
