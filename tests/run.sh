#!/bin/bash
# Builds everything and runs every test: tests/run.sh [--build-deps-only | --deps-only | --quick]
#   --build-deps-only   install what building needs, and stop
#   --deps-only   install what is missing (apt, as root; otherwise it says what to install) and stop
#   --quick       one build and the tests that need no whole sandbox
# As root the sandbox tests run twice, as root and as an ordinary user ($GATEHOUSE_TEST_USER, else one that is there,
# else one made for it). GATEHOUSE_MUST_WORK=1: a test that cannot run here is a failure.
# Last line: "N passed, N failed, N skipped".
set -uo pipefail

cd "$(dirname "$0")/.." || exit 2
root=$PWD
build=$root/build
export CCACHE_DISABLE=1 DEBIAN_FRONTEND=noninteractive

building=(g++ meson ninja-build pkg-config python3 git nlohmann-json3-dev libcli11-dev libfmt-dev libspdlog-dev
  libseccomp-dev libcap-dev libyaml-cpp-dev doctest-dev ripgrep)
needed=("${building[@]}" clang libclang-rt-14-dev)
# The tests use them; without one, what needs it says SKIP.
useful=(make cmake bubblewrap busybox strace gdb python3-venv python3-pip procps util-linux bsdutils bsdextrautils
  python3-jsonschema python3-yaml openssh-client less man-db vim-tiny ed zip rsync expect tmux lua5.4 tcl sqlite3 gawk m4 dc time xxd libcap2-bin
  golang-go cargo curl openssh-server)
command -v npm > /dev/null || useful+=(npm)  # however it came

# What failed is said once more at the end of a long log.
begin() {
  passed=0 failed=0 skipped=0
  failures=$(mktemp) log=$(mktemp)
  trap 'rm -f "$failures" "$log"' EXIT
}

absent() {
  local package
  for package in "$@"; do
    dpkg-query -W -f '${db:Status-Status}' "$package" 2> /dev/null | grep -qx installed || printf '%s ' "$package"
  done
}

# install_missing PACKAGE…: false when one of $must is still missing.
install_missing() {
  local missing
  missing=$(absent "$@")
  [ -n "$missing" ] || return 0
  if [ "$(id -u)" != 0 ]; then
    echo "not installed: apt-get install --no-install-recommends $missing"
    # shellcheck disable=SC2086
    [ -z "$(absent ${must:?})" ]
    return
  fi
  # shellcheck disable=SC2086
  apt-get update -qq && apt-get install -y -qq --no-install-recommends $missing > /dev/null
}

# count PASSED FAILED SKIPPED
count() { passed=$((passed + $1)) failed=$((failed + $2)) skipped=$((skipped + $3)); }

# count_log FILE: of a series of its own
count_log() {
  local line
  line=$(tail -n 1 "$1")
  grep -a '^failed: ' "$1" >> "$failures"
  if [[ $line =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed,\ ([0-9]+)\ skipped$ ]]; then
    count "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}" "${BASH_REMATCH[3]}"
  else
    fail "without a count: $line"
  fi
}

# With the time since the start: so the log says where it goes.
title() { printf '\n== %s (%d:%02d)\n' "$1" $((SECONDS / 60)) $((SECONDS % 60)); }

fail() {
  count 0 1 0
  echo "FAIL $1"
  echo "failed: $1" >> "$failures"
}

# step NAME COMMAND…: one that must succeed.
step() {
  title "$1"
  shift
  if "$@"; then count 1 0 0; else fail "$*"; return 1; fi
}

# stage NAME COMMAND…: one whose last line counts, "N passed, N failed, N skipped" or "N ways: …".
stage() {
  local name=$1 line status=0
  title "$name"
  shift
  "$@" 2>&1 | tee "$log" | { grep -avE '^(ok|live|SKIP) ' || true; }
  status=${PIPESTATUS[0]}
  line=$(tail -n 1 "$log")
  # What a program under test has printed may stand before it on its line.
  grep -aoE 'FAIL [^ ].*|.*: (FATAL )?ERROR: .*' "$log" | sed "s|^\(FAIL \)\?|failed: $name: |" >> "$failures"
  if [[ $line =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed,\ ([0-9]+)\ skipped ]] ||
    [[ $line =~ ^[0-9]+\ ways:\ ([0-9]+)\ live,\ ([0-9]+)\ escapes,\ ([0-9]+)\ skipped ]]; then
    count "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}" "${BASH_REMATCH[3]}"
    if [ "$status" != 0 ] && [ "$status" != 77 ] && [ "${BASH_REMATCH[2]}" = 0 ]; then fail "$name: status $status"; fi
  elif [ "$status" = 77 ] && [ "${GATEHOUSE_MUST_WORK:-}" != 1 ]; then
    count 0 0 1
  elif [ "$status" = 0 ]; then
    count 1 0 0
  else
    fail "$name: status $status"
  fi
}

# beside COMMAND…: in the background; `join` waits for it, shows what it said and counts.
beside() {
  beside_log=$(mktemp)
  (
    begin
    "$@"
    finish
  ) > "$beside_log" 2>&1 < /dev/null &
  beside_pid=$!
}

join() {
  wait "$beside_pid"
  cat "$beside_log"
  count_log "$beside_log"
  rm -f "$beside_log"
}

# build_with DIRECTORY CXX TARGETS [MESON OPTION…]
build_with() {
  local directory=$1 compiler=$2 targets=$3
  shift 3
  [ -e "$directory/build.ninja" ] || CXX=$compiler meson setup "$directory" "$@" > /dev/null || return 1
  # shellcheck disable=SC2086
  ninja -C "$directory" --quiet $targets
}

# meson_tests DIRECTORY [OPTION…]: counts the cases of programs that name them.
meson_tests() {
  local directory=$1
  shift
  meson test -C "$directory" --no-rebuild --print-errorlogs "$@" || true
  python3 "$root/tests/count.py" "$directory/meson-logs/testlog.json"
}

# whole GATEHOUSE TESTS ATTACKS: what needs real sandboxes.
whole() {
  stage "command line ($(id -un))" "$2/sandbox/cli.sh" "$1"
  stage "scripts run dry ($(id -un))" "$2/sandbox/script.sh" "$1"
  stage "MCP ($(id -un))" "$2/mcp/wire.py" "$1" --rounds 20
  stage "terminal ($(id -un))" "$2/sandbox/terminal.py" "$1"
  stage "doctor ($(id -un))" "$2/sandbox/doctor.sh" "$1"
  stage "where the machine gives less ($(id -un))" "$2/sandbox/ladder.py" "$1"
  stage "what the doctor mends ($(id -un))" "$2/sandbox/mend.py" "$1"
  stage "same result as plain ($(id -un))" "$2/sandbox/equal.sh" "$1"
  stage "rules that change ($(id -un))" "$2/sandbox/reload.py" "$1" --swaps 300 --execs 3000
  stage "state that changes ($(id -un))" "$2/sandbox/state.py" "$1"
  stage "network by name ($(id -un))" "$2/sandbox/net.py" "$1"
  stage "names outside ($(id -un))" "$2/sandbox/net_names.py" "$1"
  stage "connections by name ($(id -un))" "$2/sandbox/net_connections.py" "$1"
  stage "programs that ask by name ($(id -un))" "$2/sandbox/programs.py" "$1"
  stage "package managers ($(id -un))" "$2/sandbox/registries.py" "$1"
  stage "the owner's proxy ($(id -un))" "$2/sandbox/upstream.py" "$1"
  stage "connections in thousands ($(id -un))" "$2/sandbox/crowd.py" "$1"
  stage "what is hidden ($(id -un))" "$2/sandbox/hidden.py" "$1"
  stage "servers inside ($(id -un))" "$2/sandbox/publish.py" "$1"
  stage "unix sockets ($(id -un))" "$2/sandbox/sockets.py" "$1"
  stage "limits ($(id -un))" "$2/sandbox/limits.py" "$1"
  stage "attacks ($(id -un))" "$2/sandbox/attacks.py" "$1" "$3"
  stage "profiles at exec ($(id -un))" "$2/sandbox/profiles.py" "$1"
  stage "keys of profiles ($(id -un))" "$2/sandbox/profile_keys.py" "$1"
  stage "git over ssh ($(id -un))" "$2/sandbox/git_ssh.py" "$1"
  stage "race ($(id -un))" "$2/race/run.sh" --gatehouse "$1" 5000
  # In every mode where that says most: as somebody whom the kernel itself does not trust.
  local modes=()
  if [ "$(id -u)" = 0 ]; then modes=(--mode workspace-write); fi
  stage "bypass ($(id -un))" "$2/bypass/run.sh" --gatehouse "$1" "${modes[@]}"
}

ordinary_user() {
  local user=${GATEHOUSE_TEST_USER:-}
  if [ -z "$user" ]; then user=$(getent passwd | awk -F: '$3 >= 1000 && $3 < 60000 { print $1; exit }'); fi
  if [ -z "$user" ]; then
    user=gatehouse-test
    useradd --no-create-home --home-dir /nonexistent --shell /bin/sh "$user" || return 1
  fi
  echo "$user"
}

# The same tests by somebody else, from a copy that they can read. In the background a shell has SIGINT ignored, which
# what it starts would inherit.
whole_as_user() {
  local user home
  user=$(ordinary_user) || { fail 'no ordinary user to test as'; return; }
  home=$(mktemp -d /opt/gatehouse-user.XXXXXX)
  cp -r "$root/tests" "$root/examples" "$build/gatehouse" "$build/tests/sandbox/attacks/attacks" "$home/"
  chown -R "$user:" "$home"
  setpriv --reuid "$user" --regid "$(id -g "$user")" --clear-groups --inh-caps=-all \
    env --default-signal=INT,QUIT -i HOME="$home" USER="$user" PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin LANG=C.UTF-8 GATEHOUSE_MUST_WORK="${GATEHOUSE_MUST_WORK:-}" \
    "$home/tests/run.sh" --whole "$home/gatehouse" "$home/attacks" 2>&1 | tee "$log"
  count_log "$log"
  rm -rf "$home"
  if [ "$user" = gatehouse-test ]; then userdel "$user"; fi
}

finish() {
  cat "$failures"
  echo "$passed passed, $failed failed, $skipped skipped"
  [ "$failed" = 0 ]
  exit
}

# It binds harmless programs over those of the machine, which takes root.
gate_and_dry_run() {
  if [ "$(id -u)" != 0 ]; then return; fi
  stage 'the gate and the dry run say the same' tests/policy/agree.py "$build/gatehouse"
}

# Some gigabytes from npm: most of it is waiting, which is done while the compilers run. What fails here is tried
# again, and told, by the stages that need it.
fetch_other_programs() {
  (
    here=$root/tests/hosts
    # shellcheck source=tests/hosts/install.sh
    . "$here/install.sh"
    fetch_all claude codex opencode gemini
    here=$root/tests/mcp
    fetch_all sdk client inspector
  ) > /dev/null 2>&1 < /dev/null
}

# Skipped only where npm cannot be reached.
other_programs() {
  wait "$fetching"
  stage 'agent hosts' tests/hosts/run.sh "$build/gatehouse"
  stage 'agents under the gate' tests/hosts/agent_profile.sh "$build/gatehouse"
  stage 'other MCP clients' tests/mcp/peers.sh "$build/gatehouse"
}

# What sanitizers and the second compiler find does not hang on optimization, and without it they take half the time.
build_gated() {
  "$build/gatehouse" exec --workspace "$root" -- sh -c "CXX=clang++ meson setup build-clang \
    -Db_sanitize=address,undefined -Doptimization=0 -Ddebug=false -Dcpp_args=-gline-tables-only > /dev/null &&
    ninja -C build-clang --quiet gatehouse tests/unit"
}

sanitized() {
  step 'gatehouse exec builds gatehouse, with clang++ and sanitizers' build_gated &&
    stage 'unit tests, clang++ and sanitizers' meson_tests "$build-clang" --suite unit
}

main() {
  begin
  if [ "${1:-}" = --whole ]; then
    whole "$2" "$root/tests" "$3"
    finish
  fi
  if [ "${1:-}" = --build-deps-only ]; then
    must=${building[*]} install_missing "${building[@]}"
    exit
  fi
  must=${needed[*]} install_missing "${needed[@]}" "${useful[@]}" || exit 2
  if [ "${1:-}" = --deps-only ]; then exit 0; fi
  local fetching beside_log beside_pid
  if [ "${1:-}" != --quick ]; then fetch_other_programs & fetching=$!; fi
  step 'build with g++' build_with "$build" g++ all -Ddebug=false || finish
  stage 'tests' meson_tests "$build"
  if [ "${1:-}" = --quick ]; then finish; fi
  # Most of the tests wait more than they work. Beside compilers some would wait too long.
  if [ "$(id -u)" = 0 ]; then beside whole_as_user; fi
  whole "$build/gatehouse" "$root/tests" "$build/tests/sandbox/attacks/attacks"
  if [ "$(id -u)" = 0 ]; then join; fi
  gate_and_dry_run
  other_programs
  sanitized
  finish
}

main "$@"
