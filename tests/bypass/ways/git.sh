### alias-bang
# needs: git
git init -q r && cd r && git config alias.bird '!canary' && git bird

### alias-on-the-command-line
# needs: git
git -c alias.bird='!canary' bird

### config-from-environment
# needs: git
GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=alias.bird GIT_CONFIG_VALUE_0='!canary' git bird

### config-of-the-user
# needs: git
git config --global alias.bird '!canary'; git bird

### config-included
# needs: git
printf '[alias]\n\tbird = !canary\n' > more; git -c include.path="$PWD/more" bird

### subcommand-in-path: git-bird is git bird
# needs: git
mkdir bin; ln -s "$CANARY" bin/git-bird; PATH=$PWD/bin:$PATH git bird

### exec-path
# needs: git
mkdir bin; ln -s "$CANARY" bin/git-bird; GIT_EXEC_PATH=$PWD/bin git bird

### hook-pre-commit
# needs: git
git init -q r && cd r && printf '#!/bin/sh\ncanary\n' > .git/hooks/pre-commit && chmod +x .git/hooks/pre-commit
git -c user.name=n -c user.email=e@e commit -q --allow-empty -m x

### hook-is-a-link
# needs: git
git init -q r && cd r && ln -s "$CANARY" .git/hooks/post-commit
git -c user.name=n -c user.email=e@e commit -q --allow-empty -m x

### hook-post-checkout
# needs: git
git init -q r && cd r && git -c user.name=n -c user.email=e@e commit -q --allow-empty -m x
mkdir hooks; ln -s "$CANARY" hooks/post-checkout; git -c core.hooksPath="$PWD/hooks" checkout -q -b other

### hook-of-a-push: reference-transaction, pre-push
# needs: git
git init -q --bare far; git init -q r && cd r && git -c user.name=n -c user.email=e@e commit -q --allow-empty -m x
mkdir hooks; ln -s "$CANARY" hooks/pre-push; # git itself waits for ever when the hook cannot be started
timeout 2 git -c core.hooksPath="$PWD/hooks" push -q ../far HEAD:main

### hook-of-the-remote: post-receive, run by receive-pack
# needs: git
git init -q --bare far; ln -s "$CANARY" far/hooks/post-receive
git init -q r && cd r && git -c user.name=n -c user.email=e@e commit -q --allow-empty -m x
git push -q ../far HEAD:main

### hook-from-template
# needs: git
mkdir -p t/hooks; ln -s "$CANARY" t/hooks/post-commit; git init -q --template="$PWD/t" r && cd r
git -c user.name=n -c user.email=e@e commit -q --allow-empty -m x

### hook-run
# needs: git
git init -q r && cd r && mkdir hooks && ln -s "$CANARY" hooks/pre-push
git -c core.hooksPath="$PWD/hooks" hook run pre-push

### pager
# needs: git script
git init -q r && cd r && script -qec "git -c core.pager=canary -p config --list" /dev/null

### pager-environment
# needs: git script
git init -q r && cd r && GIT_PAGER=canary script -qec "git -p config --list" /dev/null

### pager-of-one-command
# needs: git script
git init -q r && cd r && script -qec "git -c pager.config=canary config --list" /dev/null

### editor
# needs: git
git init -q r && cd r && git -c core.editor=canary -c user.name=n -c user.email=e@e commit --allow-empty

### editor-environment
# needs: git
git init -q r && cd r && GIT_EDITOR=canary git -c user.name=n -c user.email=e@e commit --allow-empty

### editor-of-config
# needs: git
git init -q r && cd r && VISUAL=canary TERM=xterm git config --edit

### sequence-editor
# needs: git
git init -q r && cd r && git config user.name n && git config user.email e@e
for i in 1 2; do git commit -q --allow-empty -m $i; done; git -c sequence.editor=canary rebase -i --root

### filter-clean
# needs: git
git init -q r && cd r && echo '* filter=bird' > .gitattributes
git -c filter.bird.clean=canary add .gitattributes

### filter-smudge
# needs: git
git init -q r && cd r && echo '* filter=bird' > .gitattributes && git add . && rm .gitattributes
echo '* filter=bird' > .git/info/attributes; git -c filter.bird.smudge=canary checkout -q .

### filter-process
# needs: git
git init -q r && cd r && echo '* filter=bird' > .gitattributes
git -c filter.bird.process=canary -c filter.bird.required=true add .gitattributes

### textconv
# needs: git
git init -q r && cd r && echo '* diff=bird' > .gitattributes && echo a > f && git add . && echo b > f
git -c diff.bird.textconv=canary diff --textconv

### diff-external
# needs: git
git init -q r && cd r && echo a > f && git add . && echo b > f && git -c diff.external=canary diff

### diff-external-environment
# needs: git
git init -q r && cd r && echo a > f && git add . && echo b > f && GIT_EXTERNAL_DIFF=canary git diff

### diff-driver
# needs: git
git init -q r && cd r && echo '* diff=bird' > .gitattributes && echo a > f && git add . && echo b > f
git -c diff.bird.command=canary diff

### difftool
# needs: git
git init -q r && cd r && echo a > f && git add . && echo b > f && git difftool -y -x canary

### mergetool
# needs: git
git init -q r && cd r && git config user.name n && git config user.email e@e
echo a > f && git add f && git commit -qm a && git checkout -qb other && echo b > f && git commit -qam b
git checkout -q - && echo c > f && git commit -qam c && git merge -q other
git -c mergetool.bird.cmd=canary mergetool -y --tool=bird

### merge-driver
# needs: git
git init -q r && cd r && git config user.name n && git config user.email e@e
echo '* merge=bird' > .gitattributes && echo a > f && git add . && git commit -qm a && git checkout -qb other
echo b > f && git commit -qam b && git checkout -q - && echo c > f && git commit -qam c
git -c merge.bird.driver=canary merge -q other

### fsmonitor
# needs: git
git init -q r && cd r && git -c core.fsmonitor="$CANARY" status

### ssh-command
# needs: git
GIT_SSH_COMMAND=canary git ls-remote ssh://host.invalid/x

### ssh-command-config
# needs: git
git -c core.sshCommand=canary ls-remote ssh://host.invalid/x

### ssh-program
# needs: git
GIT_SSH=$CANARY git ls-remote ssh://host.invalid/x

### proxy-command
# needs: git
git -c core.gitProxy="$CANARY" ls-remote git://host.invalid/x

### transport-ext
# needs: git
git -c protocol.ext.allow=always ls-remote "ext::$CANARY x"

### upload-pack
# needs: git
git init -q --bare far; git clone -q --upload-pack="$CANARY" "file://$PWD/far" r

### receive-pack
# needs: git
git init -q --bare far; git init -q r && cd r && git -c user.name=n -c user.email=e@e commit -q --allow-empty -m x
git push -q --receive-pack="$CANARY" "file://${PWD%/r}/far" HEAD:main

### remote-helper
# needs: git
mkdir bin; ln -s "$CANARY" bin/git-remote-bird; PATH=$PWD/bin:$PATH git ls-remote bird::x

### credential-helper
# needs: git
printf 'protocol=https\nhost=h\n\n' | git -c credential.helper='!canary' credential fill

### credential-helper-path
# needs: git
printf 'protocol=https\nhost=h\n\n' | git -c credential.helper="$CANARY" credential fill

### askpass
# needs: git
printf 'protocol=https\nhost=h\n\n' | GIT_ASKPASS=$CANARY git credential fill

### bisect-run
# needs: git
git init -q r && cd r && for i in 1 2 3 4; do git -c user.name=n -c user.email=e@e commit -q --allow-empty -m $i; done
git bisect start HEAD HEAD~3 && git bisect run canary

### rebase-exec
# needs: git
git init -q r && cd r && git config user.name n && git config user.email e@e
for i in 1 2; do git commit -q --allow-empty -m $i; done; git rebase -q --exec canary HEAD~1

### submodule-foreach
# needs: git
git init -q sub && git -C sub -c user.name=n -c user.email=e@e commit -q --allow-empty -m x
git init -q r && cd r && git -c protocol.file.allow=always submodule --quiet add "${PWD%/r}/sub" && git submodule foreach canary

### submodule-update-command
# needs: git
git init -q sub && git -C sub -c user.name=n -c user.email=e@e commit -q --allow-empty -m x
git init -q r && cd r && git -c protocol.file.allow=always submodule --quiet add "${PWD%/r}/sub"
git -C sub -c user.name=n -c user.email=e@e commit -q --allow-empty -m y
git -c protocol.file.allow=always -c submodule.sub.update='!canary' submodule update --remote

### filter-branch
# needs: git
git init -q r && cd r && git -c user.name=n -c user.email=e@e commit -q --allow-empty -m x
FILTER_BRANCH_SQUELCH_WARNING=1 git filter-branch -f --tree-filter canary HEAD

### grep-open
# needs: git script
git init -q r && cd r && echo bird > f && git add f && script -qec 'git grep -Ocanary bird' /dev/null

### gpg-program
# needs: git
git init -q r && cd r
git -c gpg.program=canary -c user.name=n -c user.email=e@e -c user.signingkey=x commit -q -S --allow-empty -m x

### ssh-signing-program
# needs: git
git init -q r && cd r && echo 'ssh-ed25519 AAAA' > key.pub
git -c gpg.format=ssh -c gpg.ssh.program=canary -c user.name=n -c user.email=e@e -c user.signingkey="$PWD/key.pub" \
  commit -q -S --allow-empty -m x

### archive-filter
# needs: git
git init -q r && cd r && echo a > f && git add f && git -c user.name=n -c user.email=e@e commit -qm x
git -c tar.bird.command=canary archive --format=bird HEAD > out

### trailer-command
# needs: git
echo x | git -c trailer.bird.command=canary -c trailer.bird.key=Bird interpret-trailers

### alternate-refs-command
# needs: git
git init -q --bare one && git -C one -c user.name=n -c user.email=e@e commit -q --allow-empty -m x 2>/dev/null
git init -q r && git -C r -c user.name=n -c user.email=e@e commit -q --allow-empty -m x
git clone -q --bare --shared r far && git -C far config core.alternateRefsCommand canary
git -C r push -q ../far HEAD:other

### pack-objects-hook
# needs: git
git init -q r && git -C r -c user.name=n -c user.email=e@e commit -q --allow-empty -m x
git config --global uploadpack.packObjectsHook canary; git clone -q "file://$PWD/r" copy

### browser
# needs: git
git -c web.browser=bird -c browser.bird.cmd=canary web--browse http://x

### manual-viewer
# needs: git
git -c man.viewer=bird -c man.bird.cmd=canary help -m git

### worktree-hook
# needs: git
git init -q r && cd r && git -c user.name=n -c user.email=e@e commit -q --allow-empty -m x
mkdir hooks; ln -s "$CANARY" hooks/post-checkout; git -c core.hooksPath="$PWD/hooks" worktree add -q ../tree

### clone-with-hook-by-config
# needs: git
git init -q r && git -C r -c user.name=n -c user.email=e@e commit -q --allow-empty -m x
mkdir hooks; ln -s "$CANARY" hooks/post-checkout; git clone -q -c core.hooksPath="$PWD/hooks" r copy

### daemon-access-hook
# needs: git
git init -q --bare r; touch r/git-daemon-export-ok
request="git-upload-pack $PWD/r"
printf '%04x%s\0host=localhost\0' $((${#request} + 20)) "$request" |
  git daemon --inetd --access-hook="$CANARY" --base-path=/ --export-all

### shell-commands: git-shell runs ~/git-shell-commands
# needs: git-shell
mkdir ~/git-shell-commands; ln -s "$CANARY" ~/git-shell-commands/bird; git-shell -c bird
