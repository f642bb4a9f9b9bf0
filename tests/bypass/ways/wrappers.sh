### env
env canary

### env-split: -S
env -S'FOO=1 canary one'

### env-empty: -i
env -i "$CANARY"

### env-unset: -u, with a directory
env -u HOME -C / canary

### env-twice
env env A=1 env canary

### xargs
echo canary | xargs env

### xargs-program
echo one | xargs canary

### xargs-replace
echo canary | xargs -I{} sh -c {}

### xargs-parallel
printf '%s\n' a b | xargs -n1 -P2 canary

### find-exec
find . -maxdepth 0 -exec canary \;

### find-exec-plus
find . -maxdepth 0 -exec canary {} +

### find-execdir: refuses relative PATH elements
find "$SYSTEM" -name canary -execdir ./canary \;

### find-exec-found
find "$SYSTEM" -type f -exec {} \;

### find-ok
echo y | find . -maxdepth 0 -ok canary \;

### timeout
timeout 5 canary

### timeout-foreground
timeout --foreground -s KILL 5 canary

### nice
nice -n 1 canary

### nohup
nohup canary

### setsid
setsid -w canary

### setsid-fork
setsid -f canary; sleep 0.3

### stdbuf
stdbuf -oL canary

### flock
# needs: flock
flock lock canary

### flock-command: -c
# needs: flock
flock lock -c canary

### time-program
# needs: /usr/bin/time
/usr/bin/time canary

### ionice
# needs: ionice
ionice -c 3 canary

### chrt
# needs: chrt
chrt -o 0 canary

### taskset
# needs: taskset
taskset 1 canary

### prlimit
# needs: prlimit
prlimit --core=0 canary

### choom
# needs: choom
choom -n 0 -- canary

### setarch
# needs: setarch
setarch x86_64 -R canary

### linux64
# needs: linux64
linux64 canary

### setpriv
# needs: setpriv
setpriv --no-new-privs canary

### capsh
# needs: capsh
capsh -- -c canary

### chroot
# needs: chroot root
chroot / "$CANARY"

### unshare-user
# needs: namespaces
unshare -Ur canary

### unshare-pid-mount
# needs: namespaces
unshare -Urmpf --mount-proc canary

### unshare-twice
# needs: namespaces
unshare -Urpf unshare -Urpf canary

### unshare-root
# needs: namespaces
unshare -Ur --root=/ "$CANARY"

### unshare-bind-over: the canary under the name of another program
# needs: namespaces
unshare -Urm sh -c 'mount --bind "$CANARY" /usr/bin/env && env'

### nsenter
# needs: nsenter namespaces
unshare -Ur sh -c 'nsenter --target $$ --root=/ "$CANARY"'

### bwrap
# needs: bwrap namespaces
bwrap --dev-bind / / canary

### bwrap-renamed
# needs: bwrap namespaces
bwrap --dev-bind / / --tmpfs /mnt --ro-bind "$CANARY" /mnt/bird /mnt/bird

### watch
# needs: watch script
script -qec 'timeout --foreground 2 watch -g -n 0.1 "canary; date +%N"' /dev/null

### watch-exec
# needs: watch script
script -qec 'timeout --foreground 1 watch -x -n 0.1 canary' /dev/null

### parallel
# needs: parallel
mkdir -p ~/.parallel; touch ~/.parallel/will-cite; parallel canary ::: one

### parallel-stdin
# needs: parallel
mkdir -p ~/.parallel; touch ~/.parallel/will-cite; echo canary | parallel

### expect-spawn
# needs: expect
expect -c 'spawn canary; expect eof'

### expect-shell
# needs: expect
expect -c 'spawn sh; send "canary\r"; send "exit\r"; expect eof'

### unbuffer
# needs: unbuffer
unbuffer canary

### screen
# needs: screen
SCREENDIR=$(mktemp -d); export SCREENDIR; screen -D -m canary; rm -rf "$SCREENDIR"  # a socket's path is at most 108 bytes

### tmux
# needs: tmux
timeout 5 tmux -S "$PWD/socket" -f /dev/null new-session -d canary; sleep 0.3; tmux -S "$PWD/socket" kill-server

### tmux-if-shell
# needs: tmux
timeout 5 tmux -S "$PWD/socket" -f /dev/null start-server \; if-shell canary ''; sleep 0.3

### ssh-proxy-command
# needs: ssh
ssh -F none -o ProxyCommand=canary -o BatchMode=yes host.invalid

### ssh-local-command
# needs: ssh
ssh -F none -o 'ProxyCommand=sh -c canary' -o BatchMode=yes host.invalid

### ssh-match-exec
# needs: ssh
printf 'Match exec canary\n' > config; ssh -F config -G host.invalid

### scp-program
# needs: scp
scp -S "$CANARY" host.invalid:x y

### sftp-program
# needs: sftp
sftp -S "$CANARY" host.invalid

### ssh-agent-command
# needs: ssh-agent
ssh-agent canary

### rsync-shell
# needs: rsync
rsync -e canary host.invalid:x y

### rsync-path-on-local
# needs: rsync
mkdir from; rsync -e "sh -c canary" --rsync-path=x host.invalid:x y

### strace
# needs: strace
strace -o log canary

### strace-shell
# needs: strace
strace -f -o log sh -c canary

### ltrace
# needs: ltrace
ltrace -o log canary

### gdb-run
# needs: gdb
gdb -nx -batch -ex run canary

### gdb-run-directly: without the shell in between
# needs: gdb
gdb -nx -batch -ex 'set startup-with-shell off' -ex run canary

### gdb-shell
# needs: gdb
gdb -nx -batch -ex 'shell canary'

### gdb-bang
# needs: gdb
gdb -nx -batch -ex '!canary'

### gdb-python
# needs: gdb
gdb -nx -batch -ex 'python import os; os.system("canary")'

### gdb-exec-wrapper
# needs: gdb
gdb -nx -batch -ex 'set exec-wrapper canary' -ex run /bin/true

### gdb-call: a debugged program is made to exec
# needs: gdb
if gdb -nx -batch -ex 'break main' -ex run -ex 'call (int)getpid()' "$RAW" 2>&1 | grep -q 'extended state'; then
  echo "this gdb cannot call functions on this processor"
  exit 77
fi
gdb -nx -batch -ex 'set startup-with-shell off' -ex 'break main' -ex run \
  -ex "call ((int (*)(const char*, void*, void*))execve)(\"$CANARY\", 0, 0)" \
  -ex delete -ex continue --args "$RAW"

### gdb-target-pipe
# needs: gdb
gdb -nx -batch -ex 'target remote | canary'

### valgrind-child
# needs: valgrind
valgrind -q --trace-children=no sh -c canary

### perf-less-shell: the shell escape of a pager at a terminal
# needs: script less
printf '!canary\n\nq' | script -qec 'less -X /etc/passwd' /dev/null

### fakeroot
# needs: fakeroot
fakeroot canary

### dbus-run-session
# needs: dbus-run-session
dbus-run-session -- canary

### sensible-editor
# needs: sensible-editor
EDITOR=$CANARY VISUAL=$CANARY sensible-editor x

### sensible-pager
# needs: sensible-pager
PAGER=$CANARY sensible-pager /etc/passwd

### sensible-browser
# needs: sensible-browser
BROWSER=$CANARY sensible-browser x

### wget-askpass
# needs: wget
wget --use-askpass="$CANARY" http://user@127.0.0.1:9/
