#!/bin/sh
# Prints every figure of the exec gate and of the MCP server beside its yardstick, measured in this one run, and its target:
#   tests/bench/run.sh [--gatehouse PATH] [--quick] [--races COUNT] [--project DIR] [--tree DIR]
# --project builds that tree with make instead of the generated one; --tree searches that one instead of the kernel's source,
# which is fetched from Debian once and kept. No figure decides a test.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
exec python3 "$here/bench.py" "$@"
