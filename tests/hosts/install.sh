# Sourced: agent hosts from npm, once, below $XDG_CACHE_HOME/gatehouse-hosts. Needs $here.
# shellcheck shell=bash

host_cache=${XDG_CACHE_HOME:-$HOME/.cache}/gatehouse-hosts
unreachable='ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH'

# cannot REASON: the whole test does not apply here.
cannot() {
  echo "SKIP the hosts: $1"
  echo '0 passed, 0 failed, 1 skipped'
  exit 77
}

# installed NAME: where npm put that version of it.
installed() {
  local package version
  read -r package version < <(awk -v name="$1" '$1 == name { print $2, $3 }' "$here/versions")
  echo "$host_cache/$1-$version/node_modules/$package"
}

# fetch NAME: installs it, unless it is there. A draft is renamed: half an installation is none.
fetch() {
  local package version target draft
  read -r package version < <(awk -v name="$1" '$1 == name { print $2, $3 }' "$here/versions")
  target=$host_cache/$1-$version
  [ ! -d "$target" ] || return 0
  draft=$(mktemp -d "$host_cache/draft.XXXXXX")
  if ! npm install --no-audit --no-fund --prefix "$draft" "$package@$version" > "$draft.log" 2>&1; then
    rm -rf "$draft"
    if grep -qE "$unreachable" "$draft.log"; then cannot "npm cannot reach its registry, see $draft.log"; fi
    echo "FAIL installing $package@$version:"
    tail -n 20 "$draft.log"
    return 1
  fi
  mv -T "$draft" "$target" 2> /dev/null || rm -rf "$draft"  # somebody else was faster
  rm -f "$draft.log"
}

# fetch_all NAME…: node first, which the others need.
fetch_all() {
  local name
  command -v npm > /dev/null || cannot 'there is no npm'
  [ "$(uname -m)" = x86_64 ] || cannot "the versions are pinned for x86_64, this is $(uname -m)"
  mkdir -p "$host_cache" || return 1
  for name in node "$@"; do fetch "$name" || return 1; done
}
