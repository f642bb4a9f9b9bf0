### awk-system
awk 'BEGIN { system("canary") }'

### awk-getline
awk 'BEGIN { "canary" | getline x; print x }'

### awk-print-to
awk 'BEGIN { print "x" | "canary" }'

### gawk-coprocess
# needs: gawk
gawk 'BEGIN { print "x" |& "canary"; "canary" |& getline x; print x }'

### mawk-system
# needs: mawk
mawk 'BEGIN { system("canary") }'

### busybox-awk
# needs: busybox
busybox awk 'BEGIN { system("canary") }'

### sed-command
# needs: sed
echo x | sed '1e canary'

### sed-substitution
# needs: sed
echo bird | sed 's/bird/canary/e'

### sed-script-file
# needs: sed
echo '1e canary' > s; echo x | sed -f s

### tar-checkpoint
# needs: tar
touch f; tar -cf a.tar --checkpoint=1 --checkpoint-action=exec=canary f

### tar-to-command
# needs: tar
touch f; tar -cf a.tar f; tar -xf a.tar --to-command=canary

### tar-compressor
# needs: tar
touch f; tar -cf a.tar -I canary f

### tar-options-variable
# needs: tar
touch f; TAR_OPTIONS='--use-compress-program=canary' tar -cf a.tar f

### tar-remote
# needs: tar root
touch f; tar -cf 127.0.0.1:x --rsh-command="$CANARY" f

### tar-volume-script
# needs: tar
head -c 30000 /dev/urandom > f; timeout 2 tar -cM -L 10 -F canary -f a.tar f

### tar-wildcard: file names that are options
# needs: tar
touch -- a --checkpoint=1 --checkpoint-action=exec=canary; tar -cf a.tar *

### ed-bang
# needs: ed
printf '!canary\nq\n' | ed -s

### ed-read
# needs: ed
printf 'r !canary\np\nQ\n' | ed -s

### ex-bang
# needs: ex
printf '!canary\nq!\n' | ex -u NONE -s

### ex-filter
# needs: ex
printf 'i\nx\n.\n%%!canary\nq!\n' | ex -u NONE -s

### vim-command
# needs: vim
vim -u NONE -es -c '!canary' -c 'qa!'

### vim-system
# needs: vim
vim -u NONE -es -c 'call system("canary")' -c 'qa!'

### vim-job
# needs: vim
vim -u NONE -es -c 'call job_start(["canary"])' -c 'sleep 100m' -c 'qa!'

### vimrc
# needs: vim
echo 'silent !canary' > ~/.vimrc; vim -es -u ~/.vimrc -c 'qa!'

### vim-exrc
# needs: vim
echo 'silent !canary' > .exrc; vim -es -u NONE -c 'set exrc' -c 'source .exrc' -c 'qa!'

### vim-make
# needs: vim
vim -u NONE -es -c 'set makeprg=canary' -c make -c 'qa!'

### vim-expression
# needs: vim
touch f; vim -u NONE -es -c 'put =system(\"canary\")' -c 'qa!' f

### view
# needs: view
view -u NONE -es -c '!canary' -c 'qa!'

### less-preprocessor
# needs: less
echo x > f; LESSOPEN='|canary %s' less f

### less-editor: v at a terminal
# needs: less script
echo x > f; { sleep 0.3; printf v; sleep 0.3; printf q; } | EDITOR=$CANARY VISUAL=$CANARY script -qec 'less f' /dev/null

### less-pipe: the | command
# needs: less script
{ sleep 0.3; printf '|^canary\n'; sleep 0.3; printf '\nq'; } | script -qec 'less /etc/services /etc/passwd' /dev/null

### man-pager
# needs: man script
printf '.TH X 1\n' > x.1; script -qec 'man -P canary -l ./x.1' /dev/null

### man-pager-variable
# needs: man script
printf '.TH X 1\n' > x.1; MANPAGER=canary script -qec 'man -l ./x.1' /dev/null

### sort-compressor
# needs: sort
seq 100000 | sort -S 64k -T . --compress-program=canary > /dev/null

### split-filter
seq 3 | split -l 1 --filter=canary

### zip-test-command
# needs: zip
touch f; zip -q a.zip f -T -TT "$CANARY #"

### zip-test-shell
# needs: zip
touch f; zip -q a.zip f -T --unzip-command='sh -c canary'

### tee-to-shell
echo canary | tee >(sh) > /dev/null; wait $!; sleep 0.1

### dd-to-shell
echo canary | dd of=>(sh) status=none; sleep 0.1

### dc-bang
# needs: dc
dc -e '!canary'

### sqlite-shell
# needs: sqlite3
sqlite3 :memory: '.shell canary'

### sqlite-system
# needs: sqlite3
sqlite3 :memory: '.system canary'

### sqlite-output-pipe
# needs: sqlite3
printf '.output |canary\nselect 1;\n' | sqlite3 :memory:

### sqlite-import-pipe
# needs: sqlite3
printf '.import "|canary" t\n' | sqlite3 :memory:

### sqliterc
# needs: sqlite3
echo '.shell canary' > rc; sqlite3 -init rc :memory: 'select 1'

### bash-readline-edit: the editor of fc
set -o history; history -s true; FCEDIT=$CANARY fc

### ssh-keygen-askpass
# needs: ssh-keygen
ssh-keygen -q -t ed25519 -N secret -f key
SSH_ASKPASS=$CANARY SSH_ASKPASS_REQUIRE=force DISPLAY=:0 ssh-keygen -y -f key

### command-in-a-file-name
touch '$(canary)'; for f in *'('*; do sh -c ": $f"; done

### lesspipe-filter
# needs: lesspipe
printf '#!/bin/sh\ncanary\n' > ~/.lessfilter; chmod +x ~/.lessfilter; echo x > f.txt; lesspipe f.txt
