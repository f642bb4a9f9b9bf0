### python-os-system
# needs: python3
python3 -c 'import os; os.system("canary")'

### python-subprocess
# needs: python3
python3 -c 'import subprocess; subprocess.run(["canary"])'

### python-subprocess-close-fds: vfork or posix_spawn inside
# needs: python3
python3 -c 'import subprocess; subprocess.Popen(["canary"], close_fds=False).wait()'

### python-subprocess-preexec: fork
# needs: python3
python3 -c 'import subprocess; subprocess.run(["canary"], preexec_fn=lambda: None, start_new_session=True)'

### python-subprocess-executable
# needs: python3
python3 -c 'import os, subprocess; subprocess.run(["ls"], executable=os.environ["CANARY"])'

### python-execv
# needs: python3
python3 -c 'import os; os.execv(os.environ["CANARY"], ["ls"])'

### python-execvpe
# needs: python3
python3 -c 'import os; os.execvpe("canary", ["x"], {"PATH": os.environ["SYSTEM"]})'

### python-exec-descriptor
# needs: python3
python3 -c 'import os; f = os.open(os.environ["CANARY"], os.O_RDONLY); os.execve(f, ["x"], {})'

### python-memfd
# needs: python3
python3 -c '
import os
m = os.memfd_create("x")
os.write(m, open(os.environ["CANARY"], "rb").read())
os.execve(m, ["x"], {})'

### python-posix-spawn
# needs: python3
python3 -c 'import os; os.waitpid(os.posix_spawn(os.environ["CANARY"], ["x"], {}), 0)'

### python-spawnlp
# needs: python3
python3 -c 'import os; os.spawnlp(os.P_WAIT, "canary", "x")'

### python-popen
# needs: python3
python3 -c 'import os; print(os.popen("canary").read())'

### python-pty
# needs: python3
python3 -c 'import pty; pty.spawn("canary")'

### python-ctypes-syscall
# needs: python3
python3 -c '
import ctypes, os
libc = ctypes.CDLL(None)
path = os.environ["CANARY"].encode()
libc.syscall(59, path, (ctypes.c_char_p * 2)(b"x", None), (ctypes.c_char_p * 1)(None))'

### python-ctypes-system
# needs: python3
python3 -c 'import ctypes; ctypes.CDLL(None).system(b"canary")'

### python-asyncio
# needs: python3
python3 -c '
import asyncio
async def main(): await (await asyncio.create_subprocess_exec("canary")).wait()
asyncio.run(main())'

### python-thread
# needs: python3
python3 -c '
import os, threading
t = threading.Thread(target=lambda: os.system("canary"))
t.start(); t.join()'

### python-daemon: double fork, new session, closed descriptors
# needs: python3
python3 -c '
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.closerange(0, 64)
        os.execv(os.environ["CANARY"], ["x"])
    os._exit(0)
os.wait(); time.sleep(0.3)'

### python-multiprocessing
# needs: python3
python3 -c '
import multiprocessing, os
p = multiprocessing.get_context("fork").Process(target=os.system, args=("canary",))
p.start(); p.join()'

### python-multiprocessing-executable
# needs: python3
timeout 5 python3 -c '
import multiprocessing as m, os
if __name__ == "__main__":
    c = m.get_context("spawn"); m.set_executable(os.environ["CANARY"])
    p = c.Process(target=print); p.start(); p.join()'

### python-startup-file
# needs: python3
echo 'import os; os.system("canary")' > s.py; echo 'pass' | PYTHONSTARTUP=s.py python3 -i

### python-sitecustomize
# needs: python3
echo 'import os; os.system("canary")' > usercustomize.py; echo 'import os; os.system("canary")' > sitecustomize.py
PYTHONPATH=$PWD python3 -c pass

### python-webbrowser
# needs: python3
BROWSER=$CANARY python3 -m webbrowser http://x

### python-pdb
# needs: python3
echo pass > s.py; printf 'import os; os.system("canary")\nq\n' | python3 -m pdb s.py

### python-shebang
# needs: python3
printf '#!/usr/bin/env python3\nimport os\nos.execlp("canary", "x")\n' > s; chmod +x s; ./s

### python-isolated-bytes
# needs: python3
python3 -I -c 'import os; os.system(bytes([99, 97, 110, 97, 114, 121]))'

### perl-system
# needs: perl
perl -e 'system("canary")'

### perl-system-list
# needs: perl
perl -e 'system { $ENV{CANARY} } "ls", "-l"'

### perl-exec
# needs: perl
perl -e 'exec "canary"'

### perl-backticks
# needs: perl
perl -e 'print `canary`'

### perl-open-pipe
# needs: perl
perl -e 'open(F, "canary|"); print <F>'

### perl-open-list
# needs: perl
perl -e 'open(F, "-|", "canary"); print <F>'

### perl-two-argument-open: a file name that is a command
# needs: perl
perl -ne print 'canary |'

### perl-syscall
# needs: perl
perl -e '$p = $ENV{CANARY}; $a = pack("PQ", $p, 0); syscall(59, $p, $a, 0)'

### perl-opt
# needs: perl
mkdir lib; echo 'package B; system("canary"); 1' > lib/Bird.pm; PERL5LIB=$PWD/lib PERL5OPT=-MBird perl -e 1

### perl-debugger
# needs: perl
PERL5DB='BEGIN { system("canary") }' perl -d -e 1

### perl-fork-exec
# needs: perl
perl -e 'if (!fork) { exec { $ENV{CANARY} } "" } wait'

### perl-regular-expression-code
# needs: perl
perl -e '"x" =~ /(?{ system("canary") })/'

### ruby-system
# needs: ruby
ruby -e 'system("canary")'

### ruby-spawn
# needs: ruby
ruby -e 'Process.wait(spawn("canary"))'

### ruby-exec
# needs: ruby
ruby -e 'exec ["canary", "ls"]'

### ruby-backticks
# needs: ruby
ruby -e 'puts `canary`'

### ruby-open
# needs: ruby
ruby -e 'puts open("|canary").read'

### ruby-opt
# needs: ruby
echo 'system("canary")' > bird.rb; RUBYOPT="-r$PWD/bird.rb" ruby -e 1

### node-exec
# needs: node
node -e 'require("child_process").execSync("canary", {stdio: "inherit"})'

### node-spawn
# needs: node
node -e 'require("child_process").spawnSync("canary", {stdio: "inherit"})'

### node-detached
# needs: node
node -e 'require("child_process").spawn("canary", {detached: true, stdio: "ignore"}).unref()'; sleep 0.2

### node-fork
# needs: node
node -e 'require("child_process").fork("x", {execPath: process.env.CANARY, stdio: ["inherit", "inherit", "inherit", "ipc"]})'

### node-worker: from another thread
# needs: node
node -e '
const {Worker} = require("worker_threads")
new Worker(`require("child_process").execFileSync("canary", {stdio: "inherit"})`, {eval: true})'

### node-options
# needs: node
echo 'require("child_process").execSync("canary", {stdio: "inherit"})' > b.js; NODE_OPTIONS="--require $PWD/b.js" node -e 1

### lua-execute
# needs: lua5.4
lua5.4 -e 'os.execute("canary")'

### lua-popen
# needs: lua5.4
lua5.4 -e 'print(io.popen("canary"):read("a"))'

### lua-init
# needs: lua5.4
LUA_INIT='os.execute("canary")' lua5.4 -e 'x = 1'

### php-system
# needs: php
php -r 'system("canary");'

### php-backticks
# needs: php
php -r 'echo `canary`;'

### php-proc-open
# needs: php
php -r 'proc_close(proc_open(["canary"], [], $p));'

### php-pcntl
# needs: php
php -r 'pcntl_exec(getenv("CANARY"));'

### tcl-exec
# needs: tclsh
echo 'puts [exec canary]' | tclsh

### tcl-open-pipe
# needs: tclsh
echo 'puts [read [open |canary]]' | tclsh

### guile-system
# needs: guile
guile --no-auto-compile -c '(system "canary")'

### guile-system-star
# needs: guile
guile --no-auto-compile -c '(system* "canary" "x")'

### guile-execle
# needs: guile
guile --no-auto-compile -c '(execle (getenv "CANARY") (list) "x")'

### preloaded-library: code of ours in an allowed program
# needs: gcc
echo '#include <stdlib.h>
__attribute__((constructor)) static void f(void){unsetenv("LD_PRELOAD");system("canary");}' > l.c
gcc -shared -fPIC -o l.so l.c && LD_PRELOAD=$PWD/l.so /bin/true

### audit-library
# needs: gcc
echo '#include <stdlib.h>
unsigned la_version(unsigned v){unsetenv("LD_AUDIT");system("canary");return v;}' > l.c
gcc -shared -fPIC -o l.so l.c && LD_AUDIT=$PWD/l.so /bin/true

### bash-loadable
# needs: gcc
echo '#include <stdlib.h>
__attribute__((constructor)) static void f(void){system("canary");}' > l.c
gcc -shared -fPIC -o l.so l.c && bash -c "enable -f $PWD/l.so nothing"
