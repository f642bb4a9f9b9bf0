### make-recipe
# needs: make
printf 'all:\n\t@canary\n' | make -s -f -

### make-recipe-no-shell: a simple command is started by make itself
# needs: make
printf 'all:\n\tcanary one two\n' > Makefile; make

### make-shell-function
# needs: make
printf 'x := $(shell canary)\nall:;\n' | make -s -f -

### make-shell-assignment
# needs: make
printf 'x != canary\nall:;\n' | make -s -f -

### make-eval
# needs: make
make -s --eval='$(shell canary)' --eval='all:;' all

### make-makefiles
# needs: make
printf '$(shell canary)\n' > more; printf 'all:;\n' > Makefile; MAKEFILES=$PWD/more make -s

### make-include-remade
# needs: make
printf 'include made\nall:;\nmade:\n\t@canary; touch made\n' | make -s -f -

### make-recursive-parallel
# needs: make
printf 'all: a b\na b:\n\t@$(MAKE) -s -f - <<< "x:;@canary"\nSHELL=/bin/bash\n' > Makefile; make -s -j2

### ninja
# needs: ninja
printf 'rule r\n command = canary\nbuild x: r\n' > build.ninja; ninja

### cmake-script
# needs: cmake
echo 'execute_process(COMMAND canary)' > s.cmake; cmake -P s.cmake

### cmake-e-env
# needs: cmake
cmake -E env canary

### cmake-e-time
# needs: cmake
cmake -E time canary

### cmake-configure
# needs: cmake make
printf 'cmake_minimum_required(VERSION 3.10)\nproject(p NONE)\nexecute_process(COMMAND canary)\n' > CMakeLists.txt
cmake -S . -B b

### cmake-build
# needs: cmake make
printf 'cmake_minimum_required(VERSION 3.10)\nproject(p NONE)\nadd_custom_target(x ALL COMMAND canary)\n' > CMakeLists.txt
cmake -S . -B b && cmake --build b

### ctest
# needs: ctest
echo "add_test(t \"$CANARY\")" > CTestTestfile.cmake; ctest

### npm-run
# needs: npm
echo '{"scripts": {"bird": "canary"}}' > package.json; npm run --silent bird

### npm-install-script
# needs: npm
echo '{"name": "p", "version": "1.0.0", "scripts": {"preinstall": "canary"}}' > package.json
npm install --offline --foreground-scripts

### npm-exec
# needs: npm
npm exec --offline -c canary

### npm-script-shell
# needs: npm
echo '{"scripts": {"bird": "true"}}' > package.json; npm run --silent --script-shell="$CANARY" bird

### cargo-build-script
# needs: cargo
mkdir src; echo 'fn main() {}' > src/main.rs; printf '[package]\nname = "p"\nversion = "1.0.0"\nedition = "2021"\n' > Cargo.toml
echo 'fn main() { let _ = std::process::Command::new("canary").status(); }' > build.rs; cargo build --offline

### rustc-linker
# needs: rustc
echo 'fn main() {}' > m.rs; rustc -C linker="$CANARY" m.rs

### meson-run-command
# needs: meson ninja
echo "project('p')
run_command('canary', check : false)" > meson.build; meson setup b

### gcc-wrapper
# needs: gcc
touch x.c; gcc -wrapper canary -c x.c

### gcc-prefix: -B, an assembler of our own
# needs: gcc
mkdir b; ln -s "$CANARY" b/as; touch x.c; gcc -B"$PWD/b" -c x.c

### gcc-specs
# needs: gcc
printf '*asm_final:\n+ \n canary\n' > s; touch x.c; gcc -specs="$PWD/s" -c x.c

### linker-by-collect
# needs: gcc
mkdir b; ln -s "$CANARY" b/ld; echo 'int main(){}' > x.c; gcc -B"$PWD/b" x.c

### ccache-prefix
# needs: ccache gcc
touch x.c; CCACHE_DIR=$PWD/cache CCACHE_PREFIX=$CANARY ccache gcc -c x.c

### compiled-on-the-spot
# needs: gcc
echo '#include <unistd.h>
int main(){execlp("canary","x",(char*)0);}' > x.c; gcc -o x x.c && ./x

### m4-syscmd
# needs: m4
echo 'syscmd(canary)' | m4

### m4-esyscmd
# needs: m4
echo 'esyscmd(canary)' | m4

### autoconf-m4
# needs: autoconf
printf 'AC_INIT(p, 1)\nm4_esyscmd([canary])\n' > configure.ac; autoconf

### autom4te-m4-program
# needs: autoconf
printf 'AC_INIT(p, 1)\n' > configure.ac; M4=$CANARY autoconf

### bison-m4
# needs: bison
printf '%%%%\nx: ;\n' > x.y; M4=$CANARY bison x.y

### flex-m4
# needs: flex
printf '%%%%\n%%%%\n' > x.l; M4=$CANARY flex x.l

### pip-build-backend
# needs: pip
printf '[build-system]\nrequires = []\nbuild-backend = "b"\nbackend-path = ["."]\n' > pyproject.toml
echo 'import os; os.system("canary")' > b.py; pip install --no-index --no-build-isolation --target t .

### java-source
# needs: java
echo 'class M { public static void main(String[] a) throws Exception { new ProcessBuilder("canary").inheritIO().start().waitFor(); } }' > M.java
java M.java

### dpkg-hook
# needs: dpkg root
mkdir -p d/info d/updates; touch d/status d/available
dpkg --admindir="$PWD/d" --pre-invoke=canary --configure -a

### dpkg-deb-maintainer-script
# needs: dpkg-deb root
mkdir -p p/DEBIAN r/var/lib/dpkg/info r/var/lib/dpkg/updates; touch r/var/lib/dpkg/status
printf 'Package: p\nVersion: 1\nArchitecture: all\nMaintainer: m <m@m>\nDescription: d\n' > p/DEBIAN/control
printf '#!/bin/sh\ncanary\n' > p/DEBIAN/preinst; chmod 755 p/DEBIAN/preinst; dpkg-deb -b p p.deb
dpkg --log=/dev/null --force-not-root --force-script-chrootless --root="$PWD/r" -i p.deb

### apt-hook
# needs: apt-get
mkdir -p a/lists/partial a/archives/partial
apt-get -o Dir::State="$PWD/a" -o Dir::Cache="$PWD/a" -o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts=/dev/null \
  -o Debug::NoLocking=1 -o APT::Update::Pre-Invoke::="$CANARY" update

### logrotate-script
# needs: logrotate
mkdir state; echo x > log; printf '%s/log {\n rotate 1\n prerotate\n canary\n endscript\n}\n' "$PWD" > c
chmod 644 c; logrotate -f -s state/s c
