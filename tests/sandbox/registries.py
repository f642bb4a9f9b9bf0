#!/usr/bin/env python3
"""Package managers in the profile `registry`: with the owner's settings and sign-in there, and not the public registry without.

    tests/sandbox/registries.py GATEHOUSE [--only WORD]

One server on this machine's loopback is the private registry. Who does not sign in is turned away.
"""

import base64
import json
import subprocess
import sys

import net_scene as net
import packages

SECRET = "the-secret-word"
PUBLIC = ("registry.npmjs.org", "pypi.org", "index.crates.io", "static.crates.io", "github.com", "proxy.golang.org", "sum.golang.org")


class Place(net.Place):
    """Commands have no network, but for what a profile has."""

    def __init__(self, gatehouse):
        super().__init__(gatehouse)
        self.registry = None

    def begin(self, program, *rules):
        packages.need(self, program)
        self.registry = packages.Registry(self)
        self.rules(net.allow("allowed.example", self.registry.port),
                   *(f"{{id: r{number}, event: exec, when: {rule}, verdict: allow, profile: registry}}" for number, rule in enumerate(rules)))
        return self.registry

    def home_file(self, path, text):
        file = self.home / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def out(self, text, network="none"):
        """What bash says; the audit tells what was asked of names."""
        return self.run("/bin/bash", "-c", text, network=network, timeout=240)

    def names(self):
        """Hosts that somebody wanted to reach."""
        records = [json.loads(line) for line in self.audit.read_text().splitlines()]
        return {record["to"].rpartition(":")[0] for record in records if "to" in record}


def without_the_profile_nobody_public_is_asked(place, command):
    """With an allow list that lets everybody reach everything: what it finds of the settings leads to the private registry."""
    place.rules("{id: all, event: net, verdict: allow}")
    place.registry.asked.clear()
    plain = place.out(command, network="allowlist")
    assert plain.returncode != 0, plain
    assert not place.names() & set(PUBLIC), (place.names(), plain)
    assert place.registry.asked and place.registry.refused, (place.registry.asked, plain)
    return plain


def npm_installs_with_the_sign_in_and_scripts_have_no_part_in_it(place):
    registry = place.begin("npm", "{program: npm, args: [[install, ci]]}")
    registry.wanted, url = (f"Bearer {SECRET}",), registry.url() + "/npm/"
    place.home_file(".npmrc", f"registry={url}\n//{url.removeprefix('http://')}:_authToken={SECRET}\nfund=false\naudit=false\nupdate-notifier=false\n"
                    "fetch-retries=0\n")
    registry.add_npm(scripts={"postinstall": "node script.js"}, files={"script.js": (
        "const fs = require('fs'), rc = fs.readFileSync(process.env.HOME + '/.npmrc', 'utf8');"
        f"const done = what => fs.writeFileSync(process.env.INIT_CWD + '/script', [what, rc.includes('{SECRET}'), JSON.stringify(process.env).includes('{SECRET}')].join(' '));"
        f"require('http').get('{url}tiny', r => done('reached')).on('error', e => done('refused'))")})
    first = place.out("npm install tiny")
    assert first.returncode == 0 and (place.workspace / "script").read_text() == "refused false false", (first, registry.asked)
    again = place.out("rm -rf node_modules script && npm ci && cat script && rm -rf node_modules && npm ci --offline --ignore-scripts && ls node_modules")
    assert again.returncode == 0 and again.stdout.rstrip().endswith("tiny") and "refused false false" in again.stdout, (again, registry.asked)
    plain = without_the_profile_nobody_public_is_asked(place, "rm -rf node_modules ~/.npm/_cacache; npm install --prefer-online --cache /tmp/empty tiny")
    assert "401" in plain.stderr or "E401" in plain.stderr, plain


def pip_installs_with_the_sign_in(place):
    registry = place.begin("pip3", "{program: [pip3, pip]}", "{program: python3, args: [pip, install]}", "{program: python3, options: {values: {-m: [pip]}}}")
    registry.wanted = ("Basic " + base64.b64encode(f"me:{SECRET}".encode()).decode(),)
    place.home_file(".config/pip/pip.conf", f"[global]\nindex-url = http://me:{SECRET}@allowed.example:{registry.port}/simple\n"
                    "trusted-host = allowed.example\ndisable-pip-version-check = true\nretries = 0\nno-input = true\n")
    registry.add_wheel()
    command = "/usr/bin/python3 -m pip install -q --target out tiny"
    done = place.out(command + " && ls out/tiny.py")
    assert done.returncode == 0, (done, registry.asked)
    without_the_profile_nobody_public_is_asked(place, "/usr/bin/python3 -m pip install -q --no-cache-dir --target other tiny")


def pip_builds_what_comes_as_source_in_the_session(place):
    registry = place.begin("pip3", "{program: [pip3, pip]}")
    place.home_file(".config/pip/pip.conf", f"[global]\nindex-url = http://me:{SECRET}@allowed.example:{registry.port}/simple\n"
                    "trusted-host = allowed.example\ndisable-pip-version-check = true\nretries = 0\nno-input = true\n")
    source = place.workspace / "source"
    source.mkdir()
    (source / "built.py").write_text("x = 1\n")
    (source / "setup.py").write_text(f"import setuptools\nopen('{place.workspace}/mark', 'w').write(str('{SECRET}' in open('{place.home}/.config/pip/pip.conf').read()))\n"
                                     "setuptools.setup(name='built', version='1', py_modules=['built'])\n")
    done = place.out("/usr/bin/pip3 install -q --no-build-isolation --no-deps --target out ./source && cat out/built.py mark")
    assert done.returncode == 0 and done.stdout == "x = 1\nFalse", (done, registry.asked)


def a_link_of_the_sandboxs_own_is_not_moved(place):
    """What is called by it would look beside it for what it loads."""
    place.begin("pip3", "{program: python3, args: [install], options: {values: {-m: [pip]}}}")
    place.home_file(".netrc", f"machine allowed.example login me password {SECRET}\n")
    (place.workspace / "v" / "bin").mkdir(parents=True)
    (place.workspace / "v" / "bin" / "python3").symlink_to("/usr/bin/python3")
    (place.workspace / "v" / "pyvenv.cfg").write_text("home = /usr/bin\n")
    version = subprocess.run(["/usr/bin/python3", "-c", "import sys; print('%d.%d' % sys.version_info[:2])"], capture_output=True, text=True, check=True).stdout.strip()
    pip = place.workspace / "v" / "lib" / f"python{version}" / "site-packages" / "pip"
    pip.mkdir(parents=True)
    (pip / "__init__.py").touch()
    (pip / "__main__.py").write_text("import os\nprint('ran', open(os.path.expanduser('~/.netrc')).read())\n")
    for python in ("v/bin/python3", "$PWD/v/bin/python3", "v/../v/bin/python3"):
        done = place.out(f"{python} -m pip install x")
        assert done.returncode == 126 and "leads by a link that programs here can make" in done.stderr and SECRET not in done.stdout, done


def go_downloads_modules_into_the_sessions_cache(place):
    registry = place.begin("go", "{program: go, args: [mod, download]}")
    registry.add_module()
    place.home_file(".config/go/env", f"GOPROXY={registry.url()}/go\nGONOSUMDB=*\nGOFLAGS=-modcacherw\nGOTOOLCHAIN=local\n")
    (place.workspace / "go.mod").write_text("module here\n\nrequire tiny.example/tiny v1.0.0\n")
    (place.workspace / "main.go").write_text('package main\n\nimport _ "tiny.example/tiny"\n\nfunc main() {}\n')
    done = place.out("go mod download tiny.example/tiny && GOFLAGS=-mod=mod GOPROXY=off go list -m all && GOFLAGS=-mod=mod GOPROXY=off go build -o built .")
    assert done.returncode == 0 and "tiny.example/tiny v1.0.0" in done.stdout and (place.workspace / "built").exists(), (done, registry.asked)
    assert not place.names() & set(PUBLIC), place.names()


def go_has_its_compilers_build_in_the_session(place):
    place.begin("go", "{program: go}")
    place.home_file(".config/go/env", "GOTOOLCHAIN=local\n")
    (place.workspace / "go.mod").write_text("module here\n")
    (place.workspace / "main.go").write_text("package main\n\nfunc main() { println(\"built\") }\n")
    done = place.out("go build -o built . && ./built")
    assert done.returncode == 0 and done.stderr == "built\n", done


def cargo_fetches_into_the_sessions_cache(place):
    registry = place.begin("cargo", "{program: cargo, args: [fetch]}")
    index = registry.add_crate(place.env)
    place.home_file(".cargo/config.toml", f'[source.crates-io]\nreplace-with = "corp"\n[source.corp]\nregistry = "{index}"\n[net]\ngit-fetch-with-cli = false\n')
    (place.home / ".cargo" / "registry").mkdir()  # as whoever has used cargo has it
    (place.workspace / "src").mkdir()
    (place.workspace / "src" / "main.rs").write_text("fn main() {}\n")
    (place.workspace / "Cargo.toml").write_text('[package]\nname = "here"\nversion = "0.1.0"\n[dependencies]\ntiny = "1.0.0"\n')
    done = place.out("cargo fetch && cargo metadata --offline --format-version 1 | grep -c tiny && ls ~/.cargo/registry/cache/*/tiny-1.0.0.crate")
    assert done.returncode == 0, (done, registry.asked)
    assert not place.names() & set(PUBLIC), place.names()


def a_program_that_no_family_has_is_denied(place):
    place.registry = packages.Registry(place)
    place.rules("{id: r, event: exec, when: {program: cat}, verdict: allow, profile: registry}")
    done = place.out("cat /dev/null")
    assert done.returncode != 0 and "'cat' is no program that there is one for" in done.stderr, done


TESTS = [npm_installs_with_the_sign_in_and_scripts_have_no_part_in_it, pip_installs_with_the_sign_in, go_downloads_modules_into_the_sessions_cache,
         go_has_its_compilers_build_in_the_session, cargo_fetches_into_the_sessions_cache, pip_builds_what_comes_as_source_in_the_session, a_link_of_the_sandboxs_own_is_not_moved,
         a_program_that_no_family_has_is_denied]


if __name__ == "__main__":
    sys.exit(net.main("registries.py", TESTS, Place))
