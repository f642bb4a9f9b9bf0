### symlink
ln -s "$CANARY" bird; ./bird

### symlink-chain
ln -s "$CANARY" a; ln -s a b; ln -s b c; ./c

### symlink-to-directory
ln -s "$SYSTEM" d; d/canary

### symlink-relative
ln -sr "$CANARY" bird; ./bird

### symlink-in-path
mkdir bin; ln -s "$CANARY" bin/ls; PATH=$PWD/bin:$PATH; ls

### hard-link
ln "$CANARY" bird || { echo 'another file system'; exit 77; }; ./bird

### copy
cp "$CANARY" canary; ./canary

### copy-renamed
cp "$CANARY" ls; ./ls

### copy-moved
cp "$CANARY" a; mv a b; ./b

### copy-hard-linked
cp "$CANARY" a; ln a b; rm a; ./b

### copy-by-cat
cat "$CANARY" > bird; chmod +x bird; ./bird

### copy-by-dd
dd if="$CANARY" of=bird bs=4096 status=none; chmod +x bird; ./bird

### copy-by-install
install -m 755 "$CANARY" bird; ./bird

### copy-by-tar
tar -C "$SYSTEM" -cf - canary | tar -xf -; ./canary

### copy-by-gzip
gzip -c "$CANARY" | gunzip > bird; chmod +x bird; ./bird

### copy-by-base64
base64 "$CANARY" | base64 -d > bird; chmod +x bird; ./bird

### copy-by-python
# needs: python3
python3 -c 'import os, shutil; shutil.copy(os.environ["CANARY"], "bird"); os.execv("./bird", ["x"])'

### copy-in-place: over a program that ran before
cp /bin/true bird; ./bird; cat "$CANARY" > bird; ./bird

### copy-swapped: renamed over a program that ran before
cp /bin/true bird; ./bird; cp "$CANARY" new; mv new bird; ./bird

### copy-sparse
cp --sparse=always "$CANARY" bird; ./bird

### copy-only-executable: nobody may read it
cp "$CANARY" bird; chmod 111 bird; ./bird

### copy-in-tmp
d=$(mktemp -d /tmp/copy.XXXXXX); cp "$CANARY" "$d/bird"; "$d/bird"; rm -r "$d"

### copy-in-shared-memory
d=$(mktemp -d /dev/shm/copy.XXXXXX) || exit 77; cp "$CANARY" "$d/bird"; "$d/bird"; rm -r "$d"

### copy-name-with-newline
cp "$CANARY" $'b\nird'; ./$'b\nird'

### copy-name-not-utf8
cp "$CANARY" $'b\xff'; ./$'b\xff'

### copy-name-long
n=$(printf 'b%.0s' {1..255}); cp "$CANARY" "$n"; "./$n"

### copy-deep: a path longer than PATH_MAX
n=$(printf 'd%.0s' {1..250}); for _ in {1..20}; do mkdir "$n"; cd "$n"; done 2>/dev/null; cp "$CANARY" b; ./b

### directory-renamed
mkdir a; cp "$CANARY" a/x; mv a b; b/x

### deleted-file
cp "$CANARY" bird; exec 3< bird; rm bird; /proc/self/fd/3

### descriptor
exec 3< "$CANARY"; /proc/self/fd/3

### descriptor-dev
exec 3< "$CANARY"; /dev/fd/3

### descriptor-standard-input
/dev/stdin < "$CANARY"

### descriptor-of-the-parent
exec 3< "$CANARY"; sh -c 'exec 3<&-; exec /proc/$PPID/fd/3'

### descriptor-directory
exec 3< "$SYSTEM"; /proc/self/fd/3/canary

### proc-root
/proc/self/root"$CANARY"

### proc-root-of-the-parent
sh -c 'exec /proc/$PPID/root"$CANARY"'

### proc-cwd
cd "$SYSTEM"; /proc/self/cwd/canary

### proc-thread
/proc/thread-self/root"$CANARY"

### proc-task
/proc/self/task/$$/root"$CANARY" || bash -c 'exec /proc/self/task/$$/root"$CANARY"'

### link-to-proc-root
ln -s /proc/self/root"$CANARY" bird; ./bird

### map-files: the canary, mapped by a program, through /proc
# needs: python3 root
python3 -c '
import mmap, os
m = mmap.mmap(os.open(os.environ["CANARY"], os.O_RDONLY), 4096, prot=mmap.PROT_READ)
for l in open("/proc/self/maps"):
    if os.environ["CANARY"] in l: os.execv("/proc/self/map_files/" + l.split()[0], ["x"])'

### loader
/lib64/ld-linux-x86-64.so.2 "$CANARY"

### loader-argv0
/lib64/ld-linux-x86-64.so.2 --argv0 ls "$CANARY"

### loader-options
/lib64/ld-linux-x86-64.so.2 --inhibit-cache --library-path /lib:/usr/lib/x86_64-linux-gnu:/lib/x86_64-linux-gnu "$CANARY"

### loader-descriptor
exec 3< "$CANARY"; /lib64/ld-linux-x86-64.so.2 /proc/self/fd/3

### loader-relative
cd "$SYSTEM"; /lib64/ld-linux-x86-64.so.2 ./canary

### loader-copy
cp -L /lib64/ld-linux-x86-64.so.2 l; ./l "$CANARY"

### loader-symlink
ln -s /lib64/ld-linux-x86-64.so.2 l; ./l "$CANARY"

### loader-of-copy
cp "$CANARY" bird; /lib64/ld-linux-x86-64.so.2 ./bird

### loader-ld-so
# needs: ld.so
ld.so "$CANARY"

### loader-shebang
printf '#!/lib64/ld-linux-x86-64.so.2 %s\n' "$CANARY" > s; chmod +x s; ./s

### loader-of-shell
/lib64/ld-linux-x86-64.so.2 /bin/sh -c canary

### busybox-env
# needs: busybox
busybox env canary

### busybox-timeout
# needs: busybox
busybox timeout 5 canary

### busybox-xargs
# needs: busybox
echo x | busybox xargs canary

### busybox-find
# needs: busybox
busybox find . -maxdepth 0 -exec canary \;

### busybox-setsid
# needs: busybox
busybox setsid canary; sleep 0.2

### busybox-linked
# needs: busybox
ln -s "$(command -v busybox)" env; ./env canary

### busybox-twice
# needs: busybox
busybox busybox env canary

### busybox-start-stop-daemon
# needs: busybox
busybox start-stop-daemon -S -x "$CANARY"

### shebang
printf '#!%s\n' "$CANARY" > s; chmod +x s; ./s

### shebang-argument
printf '#!%s one\n' "$CANARY" > s; chmod +x s; ./s

### shebang-blanks
printf '#! \t  %s  \n' "$CANARY" > s; chmod +x s; ./s

### shebang-no-newline
printf '#!%s' "$CANARY" > s; chmod +x s; ./s

### shebang-nested
printf '#!%s\n' "$CANARY" > a; printf '#!%s/a\n' "$PWD" > b; printf '#!%s/b\n' "$PWD" > c; chmod +x a b c; ./c

### shebang-relative
ln -s "$CANARY" bird; printf '#!./bird\n' > s; chmod +x s; ./s

### shebang-copy
cp "$CANARY" bird; printf '#!%s/bird\n' "$PWD" > s; chmod +x s; ./s

### shebang-env
printf '#!/usr/bin/env canary\n' > s; chmod +x s; ./s

### shebang-env-split
printf '#!/usr/bin/env -S FOO=1 canary one\n' > s; chmod +x s; ./s

### shebang-shell
printf '#!/bin/sh -e\nexec canary\n' > s; chmod +x s; ./s

### shebang-descriptor
printf '#!%s\n' "$CANARY" > s; chmod +x s; exec 3< s; /proc/self/fd/3

### relative
cd "$SYSTEM"; ./canary

### parent-directory
mkdir a; cd "$SYSTEM/.."; ./"${SYSTEM##*/}"/canary

### dot-dot
"$SYSTEM/../${SYSTEM##*/}/./canary"

### double-slash
"//${CANARY//\//\/\/}"

### dot-in-path
cd "$SYSTEM"; PATH=.:/usr/bin; canary

### removed-directory: from a directory that is no more
mkdir d; cp "$CANARY" d/x; cd d; exec 3< x; rm x; rmdir ../d; /proc/self/fd/3

### overlay-in-own-namespace
# needs: namespaces
mkdir l u w m; cp "$CANARY" l/bird
unshare -Urm sh -c 'mount -t overlay o -o lowerdir=l,upperdir=u,workdir=w m && m/bird'

### tmpfs-in-own-namespace
# needs: namespaces
mkdir m; unshare -Urm sh -c 'mount -t tmpfs t m && cp "$CANARY" m/bird && m/bird'

### root-in-own-namespace: chroot into a tree that holds only a copy
# needs: namespaces
mkdir -p r; cp "$RAW" r/; cp --parents -L /lib64/ld-linux-x86-64.so.2 /lib/x86_64-linux-gnu/libc.so.6 r/; cp "$CANARY" r/bird
unshare -Ur chroot r /bird

### root-bind-mounted
# needs: namespaces
mkdir r; unshare -Urm sh -c 'mount --rbind / r && chroot r "$CANARY"'

### own-pid-namespace-proc-root
# needs: namespaces
unshare -Urpfm --mount-proc sh -c 'exec /proc/1/root"$CANARY"'

### binfmt-in-own-namespace: a handler of one's own
# needs: namespaces
touch x.bird; chmod +x x.bird
unshare -Urm sh -c 'mount -t binfmt_misc b /proc/sys/fs/binfmt_misc &&
  printf ":bird:E::bird::%s:" "$CANARY" > /proc/sys/fs/binfmt_misc/register && ./x.bird' ||
  { echo 'no binfmt_misc in user namespaces'; exit 77; }

### shebang-through-descriptor: the interpreter is a descriptor of the caller
exec 3< "$CANARY"; printf '#!/proc/self/fd/3\n' > s; chmod +x s; ./s

### shebang-proc-root
printf '#!/proc/self/root%s\n' "$CANARY" > s; chmod +x s; ./s

### shebang-symlink
ln -s "$CANARY" "/tmp/bird.$$"; printf '#!/tmp/bird.%s\n' $$ > s; chmod +x s; ./s; rm "/tmp/bird.$$"

### descriptor-directory-and-up
mkdir d; exec 3< "$SYSTEM"; /proc/self/fd/3/../"${SYSTEM##*/}"/canary

### unpacked-by-gzexe
# needs: gzexe
cp "$CANARY" bird; gzexe bird 2> /dev/null; ./bird

### unpacked-by-zip
# needs: zip unzip
zip -qj a.zip "$CANARY"; unzip -q a.zip; ./canary
