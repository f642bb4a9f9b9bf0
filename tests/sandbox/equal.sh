#!/bin/bash
# The same result as plain: each case runs plain and gated (workspace-write, no network), in the same directory and
# with the same HOME; exit status and output are compared. tests/sandbox/equal.sh GATEHOUSE
set -uo pipefail

here=$(cd "$(dirname "$0")" && pwd)
gatehouse=$(realpath "$1")
# shellcheck source=tests/sandbox/common.sh
. "$here/common.sh"
make_place
cd "$place" || exit 2

# An ordinary home.
mkdir -p "$HOME"/.ssh "$HOME"/.cache/pip "$HOME"/.npm "$HOME"/.config
echo 'alias ll="ls -l"' > "$HOME/.bashrc"
echo 'fund=false' > "$HOME/.npmrc"
printf '[user]\n\tname = Bird\n\temail = bird@example.org\n[init]\n\tdefaultBranch = main\n' > "$HOME/.gitconfig"

# What may differ from run to run: times, addresses, process numbers.
normal() {
  sed -E 's/0x[0-9a-f]+/ADDRESS/g; s/==[0-9]+==/==PID==/g; s/in [0-9.]+ ?m?s/in TIME/g; s/[0-9]+ms/TIME/g
    s/\(BuildId: [0-9a-f]+\)//g' "$1" | { if [ "$unordered" = yes ]; then sort; else cat; fi; }
}

# What the owner of this place lets pass: its remotes lie beside it, which "git push up" does not say.
cat > "$place/rules.yaml" << 'END'
version: 1
extends: [builtin:base]
except:
  base.git-push: {when: {args: [push]}}
  base.git-delete: {when: {args: [branch, other]}}
END

prelude='export GIT_AUTHOR_DATE="2024-01-01T00:00:00Z" GIT_COMMITTER_DATE="2024-01-01T00:00:00Z"
set -e
'

# play LABEL COMMAND…: a fresh copy of the template in the workspace; sets status, leaves $place/LABEL.
play() {
  local label=$1
  shift
  rm -rf "$place/workspace"
  cp -a "$place/template" "$place/workspace"
  status=0
  (cd "$place/workspace" && "$@" bash "$place/case.sh") > "$place/$label.raw" 2>&1 < /dev/null || status=$?
  normal "$place/$label.raw" > "$place/$label"
  (cd "$place/workspace" && find . -path '*/.git/*' -prune -o -print | sort) > "$place/$label.files"
}

# equal NAME TOOL SCRIPT
equal() {
  local name=$1 tool=$2 plain
  if ! command -v "$tool" > /dev/null; then skip "$name" "no $tool"; return; fi
  printf '%s%s\n' "$prelude" "$3" > "$place/case.sh"
  play plain
  plain=$status
  if [ "$plain" != "${expected:-0}" ]; then
    skip "$name" "plain it ends with $plain: $(tail -n 1 "$place/plain.raw")"
    return
  fi
  play gated "$gatehouse" exec --rules "$place/rules.yaml" --workspace "$place/workspace" --mode workspace-write --network none --
  if [ "$status" != "$plain" ]; then
    fail "$name" "status $status, plain $plain"
  elif ! diff -u "$place/plain" "$place/gated" > "$place/difference"; then
    fail "$name" 'other output'
  elif ! diff -u "$place/plain.files" "$place/gated.files" > "$place/difference"; then
    fail "$name" 'other files'
  else
    pass "$name"
    return
  fi
  sed 's/^/       /' "$place/difference" 2> /dev/null | head -n 20
  tail -n 10 "$place/gated.raw" | sed 's/^/       gated: /'
}

template() { rm -rf "$place/template"; mkdir "$place/template"; }
unordered=no

builds() {
  template
  python3 "$here/../bench/make_project.py" "$place/template" 1
  unordered=yes equal 'make -j2 of a C++ project' make 'make -j2'
  template
  echo 'int main() { int* p = new int[4]; p[0] = 1; int r = p[0]; delete[] p; return r - 1; }' > "$place/template/good.cc"
  echo 'int main(int c, char**) { int* p = new int[4]; delete[] p; return p[c]; }' > "$place/template/bad.cc"
  echo 'int main() { new int; return 0; }' > "$place/template/leak.cc"
  equal 'an ASan binary' c++ 'c++ -fsanitize=address,undefined -o good good.cc; ./good'
  expected=1 equal 'an ASan binary that finds a use after free' c++ \
    'c++ -fsanitize=address -o bad bad.cc 2>/dev/null; ./bad 2>&1 | grep -o "ERROR: .*" | cut -d" " -f1-3; exit ${PIPESTATUS[0]}'
  expected=1 equal 'a leak sanitizer that finds a leak' c++ \
    'c++ -fsanitize=address -o leak leak.cc 2>/dev/null; ./leak 2>&1 | grep SUMMARY; exit ${PIPESTATUS[0]}'
}

write_wheel() {
  python3 - "$1" <<'END'
import sys, zipfile
with zipfile.ZipFile(sys.argv[1] + "/bird-1-py3-none-any.whl", "w") as wheel:
    wheel.writestr("bird.py", "word = 'tweet'\n")
    wheel.writestr("bird-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: bird\nVersion: 1\n")
    wheel.writestr("bird-1.dist-info/WHEEL", "Wheel-Version: 1.0\nGenerator: t\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
    wheel.writestr("bird-1.dist-info/RECORD", "bird.py,,\nbird-1.dist-info/METADATA,,\nbird-1.dist-info/WHEEL,,\nbird-1.dist-info/RECORD,,\n")
END
}

packages() {
  template
  mkdir "$place/template/bird"
  echo '{"name": "bird", "version": "1.0.0", "scripts": {"postinstall": "echo installed > ../installed"}}' > "$place/template/bird/package.json"
  echo '{"name": "p", "version": "1.0.0", "dependencies": {"bird": "file:bird"}}' > "$place/template/package.json"
  (cd "$place/template" && npm install --offline --package-lock-only > /dev/null 2>&1)
  equal 'npm ci --offline' npm 'npm ci --offline --no-audit; ls node_modules'
  template
  write_wheel "$place/template"
  equal 'pip install --no-index' pip 'pip install --disable-pip-version-check --no-index --target t bird-1-py3-none-any.whl 2>&1
    PYTHONPATH=t python3 -c "import bird; print(bird.word)"'
  equal 'python -m venv' python3 'python3 -m venv v && v/bin/python -c "import sys; print(sys.prefix)"'
}

repositories() {
  template
  git init -q --bare "$place/template/far.git"
  git init -q "$place/template/near"
  (cd "$place/template/near" && git commit -q --allow-empty -m first && git branch other && git remote add up ../far.git &&
    git push -q up main other)
  equal 'git commit' git 'cd near; echo a > a; git add a; git commit -m second; git log --oneline; git status'
  equal 'git switch --track' git 'cd near; git fetch -q up; git branch -D other; git switch --track up/other; git branch -vv'
  equal 'git push -u' git 'cd near; git checkout -q -b new; git push -u up new; git branch -vv; git config branch.new.remote'
  equal 'git remote add' git 'cd near; git remote add more ../far.git; git fetch more; git remote -v; git remote remove more'
  equal 'git branch -m' git 'cd near; git branch -m main trunk; git status; git config -l --local | sort'
  equal 'git worktree add' git 'cd near; git worktree add ../tree other; git worktree list; cd ../tree; git commit --allow-empty -m x'
  equal 'git clone' git 'git clone far.git copy; cd copy; git commit --allow-empty -m x; git push'
  equal 'git submodule add' git 'cd near; git -c protocol.file.allow=always submodule add ../far.git sub; git commit -m sub; git submodule status'
  equal 'git init' git 'git init fresh; cd fresh; git commit --allow-empty -m x; git log --oneline'
  equal 'git stash, rebase, tag' git 'cd near; echo a > a; git add a; git stash; git stash pop; git commit -m a; git rebase other; git tag t; git describe --tags'
  equal 'git config of a harmless key' git 'cd near; git config user.nickname bird; git config user.nickname; git config -l --local | sort'
}

# What git would start later, on the host, does not stay.
planted() {
  template
  git init -q "$place/template/near"
  rm -rf workspace
  cp -a template workspace
  run "$gatehouse" exec --workspace "$place/workspace" --report "$place/report" -- bash -c 'cd workspace/near &&
    git config core.hooksPath x; printf "#!/bin/sh\ntouch /tmp/planted\n" > .git/hooks/pre-commit
    chmod +x .git/hooks/pre-commit; git config alias.bird "!touch x"; mkdir -p x; cp /bin/true x/pre-commit; true'
  holds 'core.hooksPath has no effect outside' not git -C workspace/near config core.hooksPath
  holds 'it is named' grep -qi hookspath err report
  holds 'an alias with ! has no effect outside' not git -C workspace/near config alias.bird
  holds 'a written hook is not there outside' not test -e workspace/near/.git/hooks/pre-commit
  holds 'it is named too' grep -q 'hooks' err report
}

for part in builds packages repositories planted; do "$part"; done
finish
