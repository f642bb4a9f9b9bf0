### sh-c
sh -c canary

### dash-c
# needs: dash
dash -c canary

### bash-c
bash -c canary

### bash-s
echo canary | bash -s

### sh-stdin
sh < <(echo canary)

### sh-script
echo canary > s; sh s

### script-executable
printf '#!/bin/sh\ncanary\n' > s; chmod +x s; ./s

### script-without-shebang: the shell runs what the kernel refuses
echo canary > s; chmod +x s; ./s

### script-exec
printf '#!/bin/sh\nexec canary\n' > s; chmod +x s; ./s

### five-deep
sh -c 'bash -c "sh -c \"exec bash -c \\\"exec canary\\\"\""'

### bash-interactive
bash --norc -i -c canary

### bash-interactive-stdin
echo canary | bash --norc -i

### bash-login
echo '"$CANARY"' > ~/.bash_profile; bash -l -c :

### sh-login
echo '"$CANARY"' > ~/.profile; exec -a -sh sh -c :

### bash-rcfile
echo canary > rc; echo exit | bash --rcfile rc -i

### bash-env
echo canary > rc; BASH_ENV=rc bash -c :

### bash-logout
echo '"$CANARY"' > ~/.bash_logout; echo exit | bash -l -i

### env-of-sh
echo canary > rc; echo exit | ENV=$PWD/rc sh -i

### prompt-command
echo : | PROMPT_COMMAND=canary bash --norc -i

### prompt-string
echo : | PS1='$(canary)' bash --norc -i

### bash-posix
bash --posix -c canary

### bash-restricted
bash -r -c canary

### rbash-script
# needs: rbash
echo canary > s; rbash s

### exported-function-of-echo
env 'BASH_FUNC_echo%%=() { canary; }' bash -c 'echo hello'

### zsh-c
# needs: zsh
zsh -c canary

### zshenv
# needs: zsh
echo canary > ~/.zshenv; zsh -c :

### zsh-equals: =name is the path of name
# needs: zsh
zsh -c '=canary'

### zsh-hook
# needs: zsh
zsh -c 'zshexit() { canary }'

### zsh-suffix-alias
# needs: zsh
echo 'alias -s txt=canary
touch a.txt
a.txt' > s; zsh -i s

### ksh-c
# needs: ksh
ksh -c canary

### fish-c
# needs: fish
fish -c canary

### busybox-ash
# needs: busybox
busybox ash -c canary

### busybox-sh-stdin
# needs: busybox
echo canary | busybox sh

### script-command
# needs: script
script -qec canary /dev/null

### script-shell
# needs: script
SHELL=$CANARY script -qc x /dev/null

### su-c
# needs: su root
su -s /bin/sh -c "$CANARY" root

### runuser
# needs: runuser root
runuser -u root -- canary

### sg-group
# needs: sg root
sg root -c canary

### shell-variable: programs that start $SHELL
# needs: vim
SHELL=$CANARY vim -u NONE -es -c '!x' -c 'qa!'

### shell-variable-of-make
SHELL=sh make -s -f - <<< $'SHELL = canary\nall:\n\t@x'

### run-parts
# needs: run-parts
mkdir parts; ln -s "$CANARY" parts/one; run-parts parts

### start-stop-daemon
# needs: start-stop-daemon
start-stop-daemon --start --pidfile "$PWD/pid" --exec "$CANARY"

### start-stop-daemon-background
# needs: start-stop-daemon
start-stop-daemon --start --background --pidfile "$PWD/pid" --startas "$CANARY"; sleep 0.3
