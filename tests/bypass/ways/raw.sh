### execve
"$RAW" execve "$CANARY"

### execveat-absolute
"$RAW" execveat-absolute "$CANARY"

### execveat-absolute-odd-directory
"$RAW" execveat-absolute-odd-directory "$CANARY"

### execveat-descriptor
"$RAW" execveat-descriptor "$CANARY"

### execveat-descriptor-cloexec
"$RAW" execveat-descriptor-cloexec "$CANARY"

### execveat-path-descriptor
"$RAW" execveat-path-descriptor "$CANARY"

### execveat-high-descriptor
"$RAW" execveat-high-descriptor "$CANARY"

### execveat-directory
"$RAW" execveat-directory "$CANARY"

### execveat-directory-dots
"$RAW" execveat-directory-dots "$CANARY"

### execveat-no-follow
"$RAW" execveat-no-follow "$CANARY"

### execveat-root-directory
"$RAW" execveat-root-directory "$CANARY"

### execveat-proc-directory
"$RAW" execveat-proc-directory "$CANARY"

### execveat-received-descriptor
"$RAW" execveat-received-descriptor "$CANARY"

### fexecve
"$RAW" fexecve "$CANARY"

### working-directory
"$RAW" working-directory "$CANARY"

### working-directory-by-descriptor
"$RAW" working-directory-by-descriptor "$CANARY"

### memory-file
"$RAW" memory-file "$CANARY"

### memory-file-cloexec
"$RAW" memory-file-cloexec "$CANARY"

### memory-file-path
"$RAW" memory-file-path "$CANARY"

### memory-file-sealed
"$RAW" memory-file-sealed "$CANARY"

### memory-script
"$RAW" memory-script "$CANARY"

### memory-script-path
"$RAW" memory-script-path "$CANARY"

### unnamed-file
"$RAW" unnamed-file "$CANARY"

### longest-path
"$RAW" longest-path "$CANARY"

### deleted-working-directory
"$RAW" deleted-working-directory "$CANARY"

### link-made-just-before
"$RAW" link-made-just-before "$CANARY"

### no-words
"$RAW" no-words "$CANARY"

### null-argv
"$RAW" null-argv "$CANARY"

### empty-first-word
"$RAW" empty-first-word "$CANARY"

### named-like-another
"$RAW" named-like-another "$CANARY"

### path-at-page-end
"$RAW" path-at-page-end "$CANARY"

### path-across-pages
"$RAW" path-across-pages "$CANARY"

### path-in-read-only-memory
"$RAW" path-in-read-only-memory "$CANARY"

### path-in-shared-memory
"$RAW" path-in-shared-memory "$CANARY"

### path-in-execute-only-memory
if grep -qw ospke /proc/cpuinfo; then echo 'with protection keys the kernel cannot read such memory either'; exit 77; fi
"$RAW" path-in-execute-only-memory "$CANARY"

### words-at-page-end
"$RAW" words-at-page-end "$CANARY"

### ten-thousand-words
"$RAW" ten-thousand-words "$CANARY"

### longest-word
"$RAW" longest-word "$CANARY"

### a-megabyte-of-words
"$RAW" a-megabyte-of-words "$CANARY"

### a-megabyte-of-environment
"$RAW" a-megabyte-of-environment "$CANARY"

### bytes-for-words
"$RAW" bytes-for-words "$CANARY"

### fork
"$RAW" fork "$CANARY"

### vfork
"$RAW" vfork "$CANARY"

### posix-spawn
"$RAW" posix-spawn "$CANARY"

### posix-spawn-session
"$RAW" posix-spawn-session "$CANARY"

### clone-shared-memory
"$RAW" clone-shared-memory "$CANARY"

### clone-shared-all
"$RAW" clone-shared-all "$CANARY"

### clone-untraced
"$RAW" clone-untraced "$CANARY"

### clone-sibling
"$RAW" clone-sibling "$CANARY"

### clone-no-signal
"$RAW" clone-no-signal "$CANARY"

### clone3
"$RAW" clone3 "$CANARY"

### thread
"$RAW" thread "$CANARY"

### thread-vfork
"$RAW" thread-vfork "$CANARY"

### thread-without-leader
"$RAW" thread-without-leader "$CANARY"

### many-threads
"$RAW" many-threads "$CANARY"

### leader-with-threads
"$RAW" leader-with-threads "$CANARY"

### deep-fork
"$RAW" deep-fork "$CANARY"

### double-fork
"$RAW" double-fork "$CANARY"

### daemon
"$RAW" daemon "$CANARY"

### orphan
"$RAW" orphan "$CANARY"

### own-session
"$RAW" own-session "$CANARY"

### signal-handler
"$RAW" signal-handler "$CANARY"

### signal-handler-on-its-own-stack
"$RAW" signal-handler-on-its-own-stack "$CANARY"

### signal-storm
"$RAW" signal-storm "$CANARY"

### signals-blocked
"$RAW" signals-blocked "$CANARY"

### children-ignored
"$RAW" children-ignored "$CANARY"

### not-dumpable
"$RAW" not-dumpable "$CANARY"

### no-descriptors
"$RAW" no-descriptors "$CANARY"

### no-memory-locked
"$RAW" no-memory-locked "$CANARY"

### small-stack
"$RAW" small-stack "$CANARY"

### umask
"$RAW" umask "$CANARY"

### no-new-privileges
"$RAW" no-new-privileges "$CANARY"

### tried-a-thousand-times
"$RAW" tried-a-thousand-times "$CANARY"

### int-0x80
"$RAW" int-0x80 "$CANARY"

### x32
"$RAW" x32 "$CANARY"

### number-with-high-bits
"$RAW" number-with-high-bits "$CANARY"

### traced-by-parent
"$RAW" traced-by-parent "$CANARY"

### seized-by-parent
"$RAW" seized-by-parent "$CANARY"

### injected-by-tracer
"$RAW" injected-by-tracer "$CANARY"

### personality
"$RAW" personality "$CANARY"

### personality-32
"$RAW" personality-32 "$CANARY"

### own-filter-allow
"$RAW" own-filter-allow "$CANARY"

### own-filter-log
"$RAW" own-filter-log "$CANARY"

### own-listener
"$RAW" own-listener "$CANARY"

### own-user-namespace
# needs: namespaces
"$RAW" own-user-namespace "$CANARY"

### own-mount-namespace
# needs: namespaces
"$RAW" own-mount-namespace "$CANARY"

### own-pid-namespace
# needs: namespaces
"$RAW" own-pid-namespace "$CANARY"

### own-namespaces-all
# needs: namespaces
"$RAW" own-namespaces-all "$CANARY"

### own-root
# needs: namespaces
"$RAW" own-root "$CANARY"

### static-caller
"$RAW-static" execve "$CANARY"

### static-caller-thread
"$RAW-static" thread "$CANARY"

### static-caller-memory-file
"$RAW-static" memory-file "$CANARY"

### unreadable-caller: a caller that may be executed and not read
cp "$RAW" r; chmod 111 r; ./r execve "$CANARY"

### deleted-caller
cp "$RAW" r; exec 3< r; rm r; /proc/self/fd/3 execve "$CANARY"

### loaded-caller: started by the dynamic loader
/lib64/ld-linux-x86-64.so.2 "$RAW" execve "$CANARY"

### caller-under-strace
# needs: strace
strace -f -o log "$RAW" fork "$CANARY"

### thread-under-strace
# needs: strace
strace -f -o log "$RAW" thread "$CANARY"

### filter-under-nice
nice nice nice "$RAW" own-filter-log "$CANARY"
