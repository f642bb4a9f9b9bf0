#!/usr/bin/env python3
"""The ladder: what holds where the machine gives less, tried for real, and what gatehouse and its doctor say of it.

    tests/sandbox/ladder.py GATEHOUSE [--only WORD]
"""

import argparse
import collections
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import cases
from place import Place

WITHOUT = [sys.executable, "-IS", str(pathlib.Path(__file__).resolve().parent / "without.py")]
RULES = "version: 1\nrules:\n  - {id: forbidden, event: exec, when: {program: forbidden}, verdict: deny, reason: It must not run.}\n"
# Prints the name of each that got through. None of them is stopped by the user's own rights.
TRIES = """import os, socket, sys
def tried(name, attempt):
    try:
        if attempt(): print(name)
    except OSError: pass
home, workspace, port, server, temporary = sys.argv[1:]
def write(path): return open(path, "a").write("#")
def runs(): return os.spawnv(os.P_WAIT, home + "/forbidden", ["forbidden"]) == 0
tried("workspace", lambda: write(workspace + "/made"))
tried("outside", lambda: write(home + "/outside"))
tried("hidden", lambda: "private" in open(home + "/.ssh/id_ed25519").read())
tried("network", lambda: socket.create_connection(("127.0.0.1", int(port)), 5))
tried("own", lambda: write(home + "/.config/gatehouse/rules.yaml"))
tried("unix", lambda: socket.socket(socket.AF_UNIX).connect(home + "/socket") is None)
tried("tmp", lambda: os.path.exists(temporary))
tried("process", lambda: os.path.exists("/proc/" + server))
tried("exec", runs)
"""
ALL = ["workspace", "outside", "hidden", "network", "own", "unix", "tmp", "process", "exec"]
# What gets through.
OPEN = {"A": ["workspace"], "B": ["workspace", "hidden", "unix", "tmp", "process"], "C": ["workspace", "outside", "hidden", "own", "unix", "tmp", "process"]}
NO_USERS = "tier {}: user namespaces are refused ("
NO_MOUNTS = "tier {}: mounts cannot be made as Linux 5.12 and later make them ("

# says: the first of what gatehouse says, nothing where it says nothing; missing: the doctor's rows.
Rung = collections.namedtuple("Rung", "features tier says missing")
RUNGS = [
    Rung([], "A", "", []),
    Rung(["landlock"], "A", "Landlock is not in this kernel", ["Landlock"]),
    Rung(["namespaces"], "B", NO_USERS, ["user namespaces", "mount namespaces", "PID namespaces", "network namespaces", "overlayfs"]),
    Rung(["mounts"], "B", NO_USERS, ["mount namespaces", "PID namespaces", "overlayfs"]),
    *(Rung([call], "B", NO_MOUNTS, ["mount namespaces"]) for call in ("mount_setattr", "move_mount", "open_tree")),
    Rung(["open_tree", "move_mount", "mount_setattr", "landlock"], "C", NO_MOUNTS, ["mount namespaces", "Landlock"]),
    Rung(["namespaces", "landlock"], "C", NO_USERS, ["user namespaces", "mount namespaces", "Landlock"]),
]


def without(*features):
    return [*WITHOUT, *features, "--"] if features else []


class Scene(Place):
    """A home with what is to be kept, and a server of the host's."""

    def __init__(self, gatehouse):
        super().__init__(gatehouse, "ladder")
        (self.home / ".ssh").mkdir(mode=0o700)
        (self.home / ".ssh/id_ed25519").write_text("private")
        (self.home / ".config/gatehouse").mkdir(parents=True)
        (self.home / ".config/gatehouse/rules.yaml").write_text(RULES)
        shutil.copy("/bin/true", self.home / "forbidden")
        (self.path / "tries.py").write_text(TRIES)
        serve = ("import socket,sys\ns = socket.create_server(('127.0.0.1', 0))\nu = socket.create_server(sys.argv[1], family=socket.AF_UNIX)\n"
                 "print(s.getsockname()[1], flush=True)\nsys.stdin.read()")
        self.server = subprocess.Popen([sys.executable, "-c", serve, self.home / "socket"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.running.append(self.server)
        self.temporary = tempfile.NamedTemporaryFile(dir="/tmp", prefix="gatehouse-ladder.")
        self.port = self.server.stdout.readline().strip()

    def around(self, around, *words):
        return subprocess.run([*around, *map(str, words)], cwd=self.workspace, env=self.env, text=True, stdin=subprocess.DEVNULL, capture_output=True, timeout=60,
                              check=False)

    def tries(self):
        return ["/usr/bin/python3", self.path / "tries.py", self.home, self.workspace, self.port, self.server.pid, self.temporary.name]

    def confined(self, around=(), options=()):
        return self.around(around, *self.words(*self.tries(), options=options))

    def doctor(self, around=()):
        """The first line of the table, what it says of each row, and the same as JSON."""
        table, document = self.around(around, self.gatehouse, "doctor"), self.around(around, self.gatehouse, "doctor", "--json")
        assert table.returncode == document.returncode, (table, document)
        found = json.loads(document.stdout)
        assert found["ok"] == (table.returncode == 0), found
        for row in found["rows"]:
            lines = [f"{row['state']:<8}  {row['what']} ", *(f"          {key}: {row[key]}" for key in ("lost", "mend") if row[key])]
            # How long the trial took differs.
            assert all(any(line.startswith(wanted) for line in table.stdout.splitlines()) for wanted in lines), (lines, table.stdout)
        return table.stdout.splitlines()[0], found

    def end(self):
        self.temporary.close()
        super().end()


def holds(place, rung):
    around = without(*rung.features)
    plain = place.around(around, *place.tries())
    assert plain.stdout.split() == ALL, plain
    done = place.confined(around)
    assert done.returncode == 0 and done.stdout.split() == OPEN[rung.tier], (rung, done)
    assert place.report()["sandbox"]["tier"] == rung.tier, place.report()
    says = done.stderr.splitlines()
    assert not rung.says or says[0].startswith("gatehouse: " + rung.says.format(rung.tier)), says
    assert rung.tier != "C" or any("files outside the workspace can be changed" in line for line in says), says
    assert rung.tier == "A" or any("hidden files can be read" in line for line in says), says
    freely = place.confined(around, ["--mode", "danger-full-access"])
    outside = "processes outside can be signalled, read and changed" in freely.stderr
    assert freely.returncode == 0 and outside == (rung.tier == "C"), freely


def is_told(place, rung):
    head, found = place.doctor(without(*rung.features))
    assert head.startswith(f"Tier {rung.tier} holds here") and found["tier"] == rung.tier, (head, found)
    states = {row["what"]: row["state"] for row in found["rows"]}
    if rung.says == NO_MOUNTS:
        assert any("which takes Linux 5.12" in row["found"] for row in found["rows"] if row["what"] == "mount namespaces"), found
    missing = [what for what in rung.missing if states[what] != "missing"]
    assert not missing and found["ok"] == (not rung.missing), (rung, states)
    assert all(row["lost"] for row in found["rows"] if row["state"] == "missing"), found
    trial = next(row for row in found["rows"] if row["what"] == "a sandbox")
    assert not rung.says or rung.says.partition(": ")[2] in trial["lost"] or rung.says in trial["lost"], trial


def test_of(rung):
    def test(place):
        holds(place, rung)
        is_told(place, rung)

    test.__name__ = f"tier {rung.tier} holds without {' '.join(rung.features) or 'anything amiss'}, and is told"
    return test


def what_mends_it_is_one_command_and_the_same_everywhere(place):
    around = without("namespaces")
    rows = {row["what"]: row["mend"] for row in place.doctor(around)[1]["rows"]}
    mend = rows["user namespaces"]
    assert "\n" not in mend and (not mend or f"to allow them: {mend}" in place.confined(around).stderr), rows


def refused(done, *parts):
    assert done.returncode == 125 and not done.stdout and all(part in done.stderr for part in parts), done


def without_a_listener_nothing_starts(place):
    mend = "run gatehouse outside the program that already intercepts system calls"
    for features in (["listener"], ["namespaces", "landlock", "listener"]):
        refused(place.confined(without(*features)), "installing the system call filter: Device or resource busy", f"to mend it: {mend}")
        head, found = place.doctor(without(*features))
        assert head == "No sandbox can be built here: gatehouse starts nothing." and found["tier"] is None, (head, found)
        rows = {row["what"]: row for row in found["rows"]}
        assert rows["seccomp listener"]["mend"] == mend == rows["a sandbox"]["mend"] and rows["a sandbox"]["state"] == "missing", rows


def what_is_required_and_lacks_is_refused_with_all_that_is_missing(place):
    for features, required, gives in ((["namespaces"], "tier-a", "B"), (["namespaces", "landlock"], "tier-a", "C"), (["namespaces", "landlock"], "tier-b", "C"),
                                      (["move_mount"], "tier-a", "B")):
        place.config("sandbox: {require: []}")
        allowed = place.around(without(*features), *place.words("true")).stderr.splitlines()
        said = [line.removeprefix("gatehouse: ").removeprefix(f"tier {gives}: ") for line in allowed]
        assert len(said) > 3, said
        place.config(f"sandbox: {{require: [{required}]}}")
        refused(place.confined(without(*features)), f"sandbox.require: this machine gives tier {gives} only: ", *said)
        assert not place.records("exec"), "something was started"


def what_is_required_and_there_is_no_hindrance(place):
    place.config("sandbox: {require: [tier-a, tier-b]}")
    assert place.confined().returncode == 0
    place.config("sandbox: {require: [tier-b]}")
    assert place.confined(without("namespaces")).returncode == 0


def bubblewrap(place, *options):
    found = shutil.which("bwrap", path=place.env["PATH"])
    if not found:
        raise cases.Skip("no bubblewrap (bwrap)")
    around = [found, "--unshare-all", "--share-net", "--die-with-parent", *options, "--proc", "/proc", "--"]
    tried = place.around(around, "true")
    if tried.returncode != 0:
        raise cases.Skip(f"bubblewrap does not start here: {tried.stderr.strip()}")
    return around


def inside_bubblewrap_it_holds_as_outside(place):
    around = bubblewrap(place, "--dev-bind", "/", "/")
    def seen(names):
        return [name for name in names if name != "process"]  # in its own namespace

    assert place.around(around, *place.tries()).stdout.split() == seen(ALL)
    done = place.confined(around)
    # It covers parts of a /proc that root could write, and the kernel gives no fresh one where parts are covered.
    tier = "B" if "mounting proc: Operation not permitted" in done.stderr else "A"
    assert tier == "A" or os.geteuid() == 0, done
    assert done.returncode == 0 and done.stdout.split() == seen(OPEN[tier]), done
    assert place.report()["sandbox"]["tier"] == tier, place.report()
    head, found = place.doctor(around)
    assert head.startswith(f"Tier {tier} holds here") and found["tier"] == tier and found["ok"] == (tier == "A"), found


def inside_bubblewrap_that_shows_less_what_cannot_be_recorded_does_not_start(place):
    around = bubblewrap(place, "--ro-bind", "/", "/", "--dev", "/dev")
    refused(place.confined(around), "Read-only file system")
    audit = next(row for row in place.doctor(around)[1]["rows"] if row["what"] == "audit")
    assert audit["state"] == "missing" and "Read-only file system" in audit["found"], audit


def inside_gatehouse_the_outer_sandbox_holds(place):
    shutil.copy(place.gatehouse, place.path / "gatehouse")
    inner = [place.path / "gatehouse", "exec", "--", *place.tries()]
    for features, tier in (([], "A"), (["namespaces"], "B"), (["namespaces", "landlock"], "C")):
        done = place.around(without(*features), place.gatehouse, "exec", "--", *inner)
        assert done.returncode == 0 and done.stdout.split() == OPEN[tier], (features, done)
        doctor = place.around(without(*features), place.gatehouse, "exec", "--", place.path / "gatehouse", "doctor", "--json")
        found = json.loads(doctor.stdout)
        assert found["tier"] == tier and f"of the gatehouse outside: tier {tier}" in found["rows"][0]["found"], found


TESTS = [*map(test_of, RUNGS), what_mends_it_is_one_command_and_the_same_everywhere, without_a_listener_nothing_starts,
         what_is_required_and_lacks_is_refused_with_all_that_is_missing, what_is_required_and_there_is_no_hindrance, inside_bubblewrap_it_holds_as_outside,
         inside_bubblewrap_that_shows_less_what_cannot_be_recorded_does_not_start, inside_gatehouse_the_outer_sandbox_holds]


def main():
    parser = argparse.ArgumentParser(prog="ladder.py")
    parser.add_argument("gatehouse", type=lambda path: pathlib.Path(path).resolve())
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    return cases.run(TESTS, options.only, lambda: Scene(options.gatehouse))


if __name__ == "__main__":
    sys.exit(main())
