### plain: the name
canary

### absolute: the path
"$CANARY"

### single-quotes
'canary'

### mixed-quotes
c'an'"ar"y

### backslashes
\c\a\n\a\r\y

### ansi-c-hex
$'\x63anary'

### ansi-c-octal
$'\143\141\156\141\162\171'

### ansi-c-unicode
$'\u0063anary'

### locale-quotes
$"canary"

### line-continuation
can\
ary

### default-value
${nothing:-canary}

### alternate-value
set -- x; ${1:+canary}

### assign-default
: "${word:=canary}"; $word

### pattern-replacement
x=cXanary; ${x/X/}

### prefix-removal
x=xx/canary; ${x##*/}

### substring
x=thecanarysings; ${x:3:6}

### lower-case
x=CANARY; ${x,,}

### indirect
name=x x=canary; ${!name}

### nameref
declare -n name=x; x=canary; $name

### array-join
a=(c a n a r y); (IFS=; x="${a[*]}"; "$x")

### ifs-words
IFS=,; x=env,canary; $x

### ifs-in-words: $IFS instead of a blank
sh -c 'env${IFS}canary'

### glob
"$SYSTEM"/c?n[a-z]r*

### glob-loop
for f in "$SYSTEM"/*; do "$f"; done

### extended-glob
shopt -s extglob
"$SYSTEM"/@(canary|nothing)

### brace-words
{env,canary}

### brace-letters
$(printf %s {c,a,n,a,r,y})

### tilde: ~+ is the current directory
cd "$SYSTEM"; ~+/canary

### tilde-home
cp -L "$CANARY" ~/program; ~/program

### directory-stack
cd "$SYSTEM"; pushd / >/dev/null; ~1/canary

### cdpath
CDPATH=${SYSTEM%/*} cd "${SYSTEM##*/}" >/dev/null; ./canary

### command-substitution
$(echo canary)

### backticks
`echo canary`

### substitution-as-argument
echo "$(canary)"

### printf-octal
$(printf '\143anary')

### printf-variable
printf -v x '%s%s' can ary; $x

### read-from-file
echo canary > word; read -r x < word; $x

### pipe-to-sh
echo canary | sh

### base64-to-sh
echo Y2FuYXJ5 | base64 -d | sh

### rev-to-sh
# needs: rev
echo yranac | rev | sh

### rot13-to-sh
echo pnanel | tr a-z n-za-m | sh

### hex-to-sh
# needs: xxd
echo 63616e617279 | xxd -r -p | sh

### gzip-to-sh
echo canary | gzip | gunzip | sh

### sed-to-sh
echo bird | sed s/bird/canary/ | sh

### cut-to-sh
echo 'x:canary:y' | cut -d: -f2 | sh

### eval
eval canary

### eval-parts
a=can b=ary; eval "$a$b"

### source
echo canary > words; source ./words

### dot-stdin
. /dev/stdin <<< canary

### source-substitution
source <(echo canary)

### here-document
sh <<'END'
canary
END

### here-string
bash <<< canary

### process-substitution-in
bash <(echo canary)

### process-substitution-out
echo canary > >(sh); wait $!

### arithmetic: an array index is evaluated
x='a[$(canary)]'; : $((x))

### test-variable-set: and so is the index in -v
[[ -v 'a[$(canary)]' ]]

### let
let 'a[$(canary)]=1'

### prompt-expansion
x='$(canary)'; : "${x@P}"

### trace-prompt
PS4='$(canary)'; set -x; :

### alias
shopt -s expand_aliases
alias bird=canary
bird

### function
bird() { canary; }; bird

### function-named-like-a-builtin
cd() { canary; }; cd /

### exported-function
bird() { canary; }; export -f bird; bash -c bird

### command-not-found-handler
command_not_found_handle() { canary; }; no_such_program

### history-word
set -o history -o histexpand
history -s canary
!canary

### history-fix
set -o history
history -s canary
fc -s canary

### command-builtin
command canary

### command-default-path: -p, with the path
command -p "$CANARY"

### exec-builtin
exec canary

### exec-renamed: exec -a
exec -a bird canary

### exec-without-environment: exec -c
exec -c "$CANARY"

### hashed: another name for it
hash -p "$CANARY" ls; ls

### path-assignment
PATH=$SYSTEM canary

### path-with-empty-element
cd "$SYSTEM"; PATH=:/usr/bin; canary

### coprocess
coproc canary; wait

### background
canary & wait

### subshell
( ( ( canary ) ) )

### group
{ canary; }

### keyword-time
time canary

### redirect-target: the name of a file to write is a command's output
: > "out$(canary | wc -c)"

### here-document-expansion
cat <<END
$(canary)
END

### mapfile-callback
mapfile -C canary -c 1 lines <<< one

### completion-command
compgen -C canary x

### trap-exit
trap canary EXIT

### trap-debug
trap canary DEBUG; :

### trap-error
trap canary ERR; false

### trap-signal
trap canary USR1; kill -USR1 $$; :

### trap-return
f() { trap canary RETURN; }; f

### many-words: a command line close to the kernel's limit for one word
x=$(head -c 130000 /dev/zero | tr '\0' a); env canary "$x"

### non-utf8-argument
env canary $'\xff\xfe\x01\e[2J'

### newline-in-argument
env canary $'one\ntwo'
