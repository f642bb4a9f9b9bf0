#!/usr/bin/env bash
# Makes a big source tree for searches: make_tree.sh DIRECTORY. Debian's kernel source, some 80,000 files and 1.4 GB, as
# a repository with 2,000 ignored files. One that is there stays as it is.
set -euo pipefail
target=$1
package=linux-source-6.1
[ ! -e "$target/.git/made" ] || exit 0
mkdir -p "$target"
cd "$target"
[ -e ../$package.deb ] || { (cd .. && apt-get download -q "$package" >&2 && mv "$package"_*.deb "$package.deb"); }
dpkg-deb --fsys-tarfile "../$package.deb" | tar -xO --wildcards './usr/src/linux-source-*.tar.xz' | xz -dc | tar -x --strip-components=1
rm "../$package.deb"
# The packagers' own last lines ignore everything.
grep -vxE '/\*|!/debian/' .gitignore > .gitignore.new
printf '/out/\n' >> .gitignore.new
mv .gitignore.new .gitignore
mkdir -p out/obj
for i in $(seq 1 2000); do echo "EXPORT_SYMBOL_GPL(ignored_$i)" > "out/obj/f$i.c"; done
git init -q .
touch .git/made
