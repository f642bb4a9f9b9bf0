#!/bin/bash
# Other people's clients list and call: the official TypeScript SDK, old and new, and the Inspector's command line.
# tests/mcp/peers.sh GATEHOUSE
# They are npm packages, installed once below ${XDG_CACHE_HOME:-~/.cache}/gatehouse-hosts; SKIP where npm cannot be reached.
set -uo pipefail

here=$(cd "$(dirname "$0")" && pwd)
gatehouse=$(realpath "$1")
# shellcheck source=tests/hosts/install.sh
. "$here/../hosts/install.sh"
fetch_all sdk client inspector || exit 1
# shellcheck source=tests/sandbox/common.sh
. "$here/../sandbox/common.sh"
make_place
node=$(installed node)/bin/node
PATH=$(dirname "$node"):$PATH

cat > "$place/rules.yaml" << 'R'
version: 1
rules:
  - {id: git.force-push, event: exec, when: {program: git, args: [push], options: {any: [-f, --force]}}, verdict: deny, reason: No.}
R
serve=("$gatehouse" serve --workspace "$place/workspace" --rules "$place/rules.yaml")
cd "$place/workspace" || exit 1

for name in sdk client; do
  expect 0 "the TypeScript $name lists, calls and cancels" timeout 60 "$node" "$here/sdk.mjs" "$(installed "$name")" "${serve[@]}"
done

# inspector ARG…
inspector() { timeout 60 "$node" "$inspector" --cli "${serve[@]}" "$@"; }
inspector=$(dirname "$(installed inspector)")/../.bin/mcp-inspector
expect 0 'the Inspector lists tools, strictly' inspector --method tools/list --strict
if [ -s "$place/err" ]; then fail 'the Inspector has nothing to say' 'it has'; else pass 'the Inspector has nothing to say'; fi
expect 0 'the Inspector calls shell' inspector --method tools/call --tool-name shell --tool-arg 'command=echo $((40+2))' --format json
holds 'and is given its output' said '\n42\n'
expect 0 'the Inspector calls policy' inspector --method tools/call --tool-name policy --tool-arg 'command=git push -f' --format json
holds 'and is given the rule' said git.force-push
expect 5 'the Inspector tells a wrong argument from a result' inspector --method tools/call --tool-name shell --tool-arg comand=ls
for era in legacy auto; do
  expect 0 "the Inspector initializes ($era)" inspector --protocol-era "$era" --method initialize
done
finish
