#!/bin/bash
# Plays one way, inside the sandbox or outside: play.sh WAY.sh PROGRAMS SYSTEM SCRATCH_MARK
# WAY.sh finds: a fresh current directory that it can write, `canary` on the PATH, $CANARY (its absolute path),
# $SYSTEM (its directory), $RAW (the program with the raw system calls), a HOME of its own, stdin empty.
set -u
way=$1 programs=$2 system=$3 scratch_mark=$4

if ! mkdir run 2>/dev/null || ! cd run; then  # the workspace is read-only
  scratch=$(mktemp -d "${TMPDIR:-/tmp}/way.XXXXXX") && cd "$scratch" || exit 77
fi
mkdir home
export HOME=$PWD/home CANARY=$system/canary SYSTEM=$system RAW=$programs/raw
export PATH=$system:$programs:$PATH:/usr/sbin:/sbin:/usr/games
export LC_ALL=C.UTF-8 TERM=xterm PAGER=cat
unset XDG_CONFIG_HOME XDG_STATE_HOME XDG_CACHE_HOME XDG_DATA_HOME

bash "$way" 9>&1 </dev/null
status=$?
if [ -e "$scratch_mark" ]; then cat "$scratch_mark"; fi
exit $status
