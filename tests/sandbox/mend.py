#!/usr/bin/env python3
"""`gatehouse doctor --fix`: shows what it does, asks, and does it, on a machine whose /etc and /proc/sys are made up.

    tests/sandbox/mend.py GATEHOUSE [--only WORD]
"""

import argparse
import json
import os
import pathlib
import pty
import shutil
import subprocess
import sys

import cases
from place import Place

# In a mount namespace of its own: no sign of a container, an /etc that takes what is written, and settings that refuse. $1: the place; the
# rest is run.
MACHINE = """
set -e
place=$1; shift
mount -t tmpfs tmpfs "$place/etc"
mkdir "$place/etc/upper" "$place/etc/work"
mount -t tmpfs -o mode=0755 tmpfs "$place/root"
cd "$place/root"
for one in /*; do
  if [ -h "$one" ]; then cp -P "$one" ".$one"; elif [ -d "$one" ]; then mkdir ".$one" && mount --rbind "$one" ".$one"; fi
done
mount -t tmpfs -o mode=0755 tmpfs run
mount -t overlay overlay -o "lowerdir=/etc,upperdir=$place/etc/upper,workdir=$place/etc/work" etc
mkdir -p etc/apparmor.d etc/sysctl.d
mount -t tmpfs tmpfs proc/sys/kernel
if [ -e "$place/apparmor" ]; then cp "$place/apparmor" proc/sys/kernel/apparmor_restrict_unprivileged_userns; fi
if [ -e "$place/most" ]; then mount --bind "$place/most" proc/sys/user/max_user_namespaces; fi
status=0
chroot . "$@" || status=$?
mkdir "$place/written"
cp -a "$place/etc/upper/." "$place/written"
exit $status
"""
# Notes how it was called, and what it was to load.
PARSER = '#!/bin/sh\necho "$@" > {0}/asked\ncp "$2" {0}/loaded\n'
SETTING = "sysctl.d/60-gatehouse-user.max_user_namespaces.conf"


class Scene(Place):
    def __init__(self, gatehouse):
        super().__init__(gatehouse, "mend")
        self.program = self.path / "gatehouse"
        shutil.copy(gatehouse, self.program)
        (self.path / "etc").mkdir()
        (self.path / "root").mkdir(mode=0o755)
        (self.path / "bin").mkdir()
        (self.path / "bin/apparmor_parser").write_text(PARSER.format(self.path))
        (self.path / "bin/apparmor_parser").chmod(0o755)
        self.env["PATH"] = f"{self.path}/bin:/usr/bin:/bin:/usr/sbin:/sbin"

    def machine(self, *words):
        if os.geteuid() != 0:
            raise cases.Skip("it takes root")
        return ["unshare", "--mount", "sh", "-c", MACHINE, "sh", self.path, *words]

    def fix(self, *options, before=()):
        """With no terminal to ask at."""
        words = [*before, self.program, "doctor", "--fix", *options]
        done = subprocess.run(list(map(str, self.machine(*words))), cwd=self.workspace, env=self.env, text=True, stdin=subprocess.DEVNULL, capture_output=True,
                              timeout=60, check=False, start_new_session=True)
        if "mount: " in done.stderr or "unshare: " in done.stderr:
            raise cases.Skip(f"no machine can be made up here: {done.stderr.strip()}")
        return done

    def written(self, name):
        path = self.path / "written" / name
        return path.read_text() if path.exists() else None


def apparmor_is_mended_by_a_profile_for_this_program(place):
    (place.path / "apparmor").write_text("1\n")
    done = place.fix("--yes")
    assert done.returncode == 0, done
    profile = place.written("apparmor.d/gatehouse")
    assert f'profile gatehouse "{place.program}" flags=(unconfined) {{\n  userns,\n' in profile, profile
    assert (place.path / "asked").read_text() == "--replace /etc/apparmor.d/gatehouse\n" and (place.path / "loaded").read_text() == profile
    shown = [line.removeprefix("    ") for line in done.stdout.splitlines()]
    assert all(line in shown for line in profile.splitlines()), done.stdout
    assert "and this is run: apparmor_parser --replace /etc/apparmor.d/gatehouse\n" in done.stdout, done.stdout


def a_profile_that_does_not_load_does_not_stay(place):
    (place.path / "apparmor").write_text("1\n")
    (place.path / "bin/apparmor_parser").write_text("#!/bin/sh\nexit 1\n")
    done = place.fix("--yes")
    assert done.returncode not in (0, 1) and "running apparmor_parser --replace /etc/apparmor.d/gatehouse: it ended with status 1" in done.stderr, done
    assert place.written("apparmor.d/gatehouse") is None


def one_limit_behind_the_other_is_mended_too(place):
    (place.path / "apparmor").write_text("1\n")
    (place.path / "most").write_text("0\n")
    done = place.fix("--yes")
    assert done.returncode == 0 and done.stdout.count("Mended: ") == 2, done
    assert (place.path / "most").read_text() == "15000\n" and place.written(SETTING).endswith("user.max_user_namespaces = 15000\n")
    assert place.written("apparmor.d/gatehouse"), done


def nothing_is_done(place, done):
    assert place.written("apparmor.d/gatehouse") is None and not (place.path / "asked").exists(), done


def a_program_that_others_may_change_gets_no_profile(place):
    (place.path / "apparmor").write_text("1\n")
    place.program.chmod(0o777)
    done = place.fix("--yes")
    assert done.returncode not in (0, 1) and f"others than root may change {place.program}" in done.stderr, done
    nothing_is_done(place, done)


def who_is_not_root_is_told_what_to_run(place):
    (place.path / "apparmor").write_text("1\n")
    done = place.fix("--yes", before=["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"])
    assert done.returncode == 1 and done.stdout.endswith(f"That takes root: sudo {place.program} doctor --fix\n"), done
    nothing_is_done(place, done)


def it_asks_first(place):
    (place.path / "apparmor").write_text("1\n")
    done = place.fix()
    assert done.returncode not in (0, 1) and "there is no terminal to ask at; --yes goes without" in done.stderr, done
    nothing_is_done(place, done)
    for answer, status in (("n", 1), ("", 1), ("y", 0)):
        shutil.rmtree(place.path / "written")
        child, terminal = pty.fork()
        if child == 0:
            os.chdir(place.workspace)
            os.execvpe("unshare", list(map(str, place.machine(place.program, "doctor", "--fix"))), place.env)
        os.write(terminal, f"{answer}\n".encode())
        output = b""
        try:
            while some := os.read(terminal, 4096):
                output += some
        except OSError:  # the other side is gone
            pass
        os.close(terminal)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == status and b"Mend it? [y/N]" in output, output
        assert (place.written("apparmor.d/gatehouse") is not None) == (answer == "y"), output


def where_there_is_nothing_to_mend_it_says_so(place):
    """Or that it is no setting of this machine's, as in a container."""
    done = subprocess.run([place.program, "doctor", "--fix"], cwd=place.workspace, env=place.env, text=True, stdin=subprocess.DEVNULL, capture_output=True,
                          timeout=60, check=False, start_new_session=True)
    tier = place.run("true", options=["--json"])
    gives = json.loads(tier.stdout)["sandbox"]["tier"]
    nothing = done.returncode == 0 and done.stdout == "Nothing to mend: namespaces can be made here.\n"
    elsewhere = done.returncode == 1 and "gatehouse cannot mend that from here" in done.stdout
    assert "To mend it, " in done.stdout or (nothing if gives == "A" else elsewhere), (done, gives)


def what_is_no_setting_is_said_to_be_none(place):
    without = [sys.executable, "-IS", pathlib.Path(__file__).resolve().parent / "without.py", "namespaces", "--"]
    done = subprocess.run([*without, place.program, "doctor", "--fix", "--yes"], cwd=place.workspace, env=place.env, text=True, stdin=subprocess.DEVNULL,
                          capture_output=True, timeout=60, check=False)
    assert done.returncode == 1 and ("gatehouse cannot mend that from here" in done.stdout or "That takes root: " in done.stdout), done
    assert "Operation not permitted" in done.stdout or "To mend it, " in done.stdout, done


def in_a_sandbox_nothing_is_mended(place):
    done = place.run(place.program, "doctor", "--fix", "--yes")
    assert done.returncode not in (0, 1) and "nothing is mended" in done.stderr, done


TESTS = [apparmor_is_mended_by_a_profile_for_this_program, a_profile_that_does_not_load_does_not_stay, one_limit_behind_the_other_is_mended_too,
         a_program_that_others_may_change_gets_no_profile, who_is_not_root_is_told_what_to_run, it_asks_first, where_there_is_nothing_to_mend_it_says_so,
         what_is_no_setting_is_said_to_be_none,         in_a_sandbox_nothing_is_mended]


def main():
    parser = argparse.ArgumentParser(prog="mend.py")
    parser.add_argument("gatehouse", type=lambda path: pathlib.Path(path).resolve())
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    return cases.run(TESTS, options.only, lambda: Scene(options.gatehouse))


if __name__ == "__main__":
    sys.exit(main())
