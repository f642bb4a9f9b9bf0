#!/usr/bin/env python3
"""Attacks on the sandbox, each played without it, where it must get through, and in it, where it must not.

    tests/sandbox/attacks.py GATEHOUSE ATTACKS [--only WORD] [--mode MODE] [--verbose]

What became of an attack is told from outside: by files, processes, sockets and terminals that it should not reach."""

import argparse
import collections
import concurrent.futures
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading
import time

from attacks_look import is_held
from attacks_scene import Scene

HERE = pathlib.Path(__file__).resolve().parent
WITHOUT_NAMESPACES = [sys.executable, "-IS", str(HERE / "without.py"), "namespaces", "--"]
TIMEOUT = 20

Attack = collections.namedtuple("Attack", "name goal fails needs")
# Where an attack is played: options of gatehouse, what it is started by, and which attacks must fail there.
Stand = collections.namedtuple("Stand", "name options around holds")

# In tier A, and kept: what gets through, and why.
KNOWN = {
    "files.lock": "flock takes no more than the right to read, and builds lock what they read",
}
# Without namespaces: what gets through there, and why; gatehouse says so itself when it starts.
OPEN_IN_B = {name: reason for reason, names in {
    "what the user may read cannot be hidden":
        "secrets.key secrets.cloud secrets.netrc secrets.registry secrets.history secrets.agent secrets.spelling secrets.proc-root secrets.symlink "
        "secrets.uncover secrets.record",
    "rules on read and write are not held for commands": "secrets.denied secrets.denied-link secrets.denied-move secrets.denied-parent secrets.denied-proc",
    "temporary files and IPC are the host's": "secrets.tmp secrets.var-tmp secrets.dev-shm secrets.shared-memory secrets.messages",
    "Landlock mediates no mode, owner, times and attributes":
        "files.chmod files.chmod-place files.chown files.utimes files.setxattr files.removexattr files.acl files.flags own.rules-mode own.config-mode",
    "flock takes no more than the right to read": "files.lock",
    "caches are the host's": "persistence.cache persistence.npm-cache persistence.registry",
    "other processes are the host's": "processes.command-line processes.first-to-die processes.core-filter",
    "unix sockets are the host's":
        "sockets.unix sockets.unix-packet sockets.unix-datagram sockets.unix-in-home sockets.unix-in-tmp sockets.unix-by-link sockets.unix-by-descriptor",
    "terminals are the host's, and disks can be read by root": "terminals.other-draw terminals.other-read devices.disk",
    "processes of real root cannot be limited": "exhaustion.processes",
    "in danger-full-access gatehouse's own files can be changed; they were read once, at the start":
        "own.rules own.rules-append own.rules-replace own.rules-remove own.rules-link own.rules-by-proc own.config-create own.config-move own.config-parent "
        "own.grants-create own.trust own.record-append own.record-remove own.history-remove",
}.items() for name in names.split()}


def family(attack):
    return attack.name.partition(".")[0]


def everything(attack):
    return True


def in_every_mode(attack):
    return attack.fails == "always"


def of_what_is_written(attack):
    return family(attack) in ("files", "links", "own")


def of_gatehouse(attack):
    return family(attack) == "own" and attack.fails == "always"


def of_the_network(attack):
    return family(attack) == "sockets"


STANDS = [
    Stand("workspace-write", [], [], everything),
    Stand("read-only", ["--mode", "read-only"], [], of_what_is_written),
    Stand("danger-full-access", ["--mode", "danger-full-access"], [], in_every_mode),
    Stand("profile agent", ["--profile", "agent.claude"], [], of_gatehouse),
    Stand("network allowlist", ["--network", "allowlist"], [], of_the_network),
    Stand("tier B workspace-write", [], WITHOUT_NAMESPACES, everything),
    Stand("tier B read-only", ["--mode", "read-only"], WITHOUT_NAMESPACES, of_gatehouse),
    Stand("tier B danger-full-access", ["--mode", "danger-full-access"], WITHOUT_NAMESPACES, of_gatehouse),
]


class Victim:
    """Another command of the owner's, whose state is nobody's else to set."""

    def __init__(self, scene):
        self.scene, self.environment = scene, environment_of(scene)
        directory = scene.place / "other"
        directory.mkdir()
        self.process = subprocess.Popen([scene.gate, "exec", "--", "sh", "-c", "echo begun; exec sleep 60"], cwd=directory, env=self.environment,
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.process.stdout.readline()

    def was_changed(self):
        """Or ended, which is more."""
        shown = subprocess.run([self.scene.gate, "state", "show", "--pid", str(self.process.pid), "--json"], cwd=self.scene.place / "other", env=self.environment,
                               capture_output=True, text=True, check=False).stdout
        return [one["generation"] for one in json.loads(shown or "{}").get("gatehouses", [])] != [1]

    def end(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


def environment_of(scene):
    return {"HOME": str(scene.home), "PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "LANG": "C.UTF-8", "DEPLOY_TOKEN": scene.token}


def command_of(scene, stand):
    attack, program, place = scene.attack, str(scene.program), str(scene.place)
    if stand is None:
        command = [program, "--below", attack.name, place]
    else:
        limits = ["--config", f"{place}/limits.yaml"] if family(attack) == "exhaustion" else []
        command = [*stand.around, str(scene.gate), "exec", *limits, *stand.options, "--workspace", str(scene.workspace), "--", program, attack.name, place]
    return [program, "--terminal", *command] if family(attack) == "terminals" else command


def play(scene, stand):
    """The goals that were reached, the output and the status."""
    on_terminal = family(scene.attack) == "terminals"
    victim = Victim(scene) if scene.attack.goal == "state" else None
    with subprocess.Popen(command_of(scene, stand), cwd=scene.workspace, env=environment_of(scene), stdin=scene.slave if on_terminal else subprocess.PIPE,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, pass_fds=scene.descriptors.values(),
                          **({} if on_terminal else {"process_group": scene.bystander.process.pid})) as process:
        watch = threading.Timer(TIMEOUT, scene.end_processes)
        watch.start()
        output, found = b"", set()
        for line in process.stdout:
            output += line
            if line == b"holding\n":
                if is_held(scene, scene.attack.goal, process.pid):
                    found.add(scene.attack.goal)
                break
        if process.stdin:
            process.stdin.close()
        output += process.stdout.read()
        status = process.wait()
        watch.cancel()
    if status == -9:
        found.add("gate")
    found |= scene.damage(output)
    if victim:
        if victim.was_changed():
            found.add("state")
        victim.end()
    return found, output.decode(errors="replace"), status


def play_in_scene(options, attack, stand):
    scene = Scene(options.base, options.gatehouse, options.program, attack)
    try:
        return play(scene, stand)
    finally:
        if stand is None or attack.goal == "survivor":
            scene.end_processes()
        scene.end()


def remove(base):
    """By many at once: a directory that goes waits for the disk."""
    scenes = [str(path) for path in base.iterdir()]
    parts = [subprocess.Popen(["rm", "-rf", *part]) for part in (scenes[start::32] for start in range(32)) if part]
    for part in parts:
        part.wait()
    shutil.rmtree(base, ignore_errors=True)


class Tally:
    def __init__(self):
        self.stopped, self.not_here, self.faults = [], [], []
        self.known, self.open = collections.defaultdict(list), collections.defaultdict(list)  # names by reason


def expected(attack, stand):
    """Why it gets through there, or nothing."""
    listed = OPEN_IN_B if stand.around else KNOWN
    return listed.get(attack.name)


def needs(attack):
    if attack.needs == "user" and os.geteuid() == 0 or attack.needs.startswith("root") and os.geteuid() != 0:
        return attack.needs
    return ""


def play_plain(options, attack):
    """Why it does not count here, or nothing; an assertion where it should get through and does not."""
    if reason := needs(attack):
        return f"it takes a {reason}" if reason == "user" else f"it takes {reason}"
    for _ in range(3):
        found, output, status = play_in_scene(options, attack, None)
        if attack.goal in found:
            return ""
    if attack.needs:
        return f"it takes {attack.needs}"
    raise AssertionError(f"without a sandbox it does not get through: {sorted(found)}, status {status}: {output[-300:]}")


def play_confined(options, attack, stand, tally):
    """What is wrong, or nothing."""
    found, output, status = play_in_scene(options, attack, stand)
    if options.verbose:
        print(f"{attack.name} in {stand.name}: {sorted(found)}, status {status}\n{output}")
    if "begun\n" not in output:
        return f"was not started, status {status}: {output[-300:]}"
    reason = expected(attack, stand)
    if reason and attack.goal in found:
        names = (tally.open if stand.around else tally.known)[reason]
        if attack.name not in names:
            names.append(attack.name)
    elif attack.goal in found or not stand.around and "own" in found:
        return f"gets through: {', '.join(sorted(found))}: {output[-300:]}"
    return ""


def play_attack(options, attack, tally):
    """Lines to print."""
    try:
        if reason := play_plain(options, attack):
            tally.not_here.append(attack.name)
            return [f"SKIP {attack.name}: {reason}"]
        faults = [(stand.name, play_confined(options, attack, stand, tally)) for stand in options.stands if stand.holds(attack)]
        lines = [f"FAIL {attack.name} in {stand} {fault}" for stand, fault in faults if fault]
    except (AssertionError, OSError, subprocess.SubprocessError, ValueError) as error:
        lines = [f"FAIL {attack.name}: {error!r}"]
    if lines:
        tally.faults.append(attack.name)
    elif not any(attack.name in names for names in tally.known.values()):
        tally.stopped.append(attack.name)
    return lines or [f"ok   {attack.name}"]


def tell(options, tally):
    for title, listed in (("known, and not stopped", tally.known), ("not stopped in tier B", tally.open)):
        print(f"{title}: {sum(map(len, listed.values()))}")
        for reason, names in listed.items():
            print(f"     {reason}: {' '.join(sorted(names))}")
    told = {name for listed in (tally.known, tally.open) for names in listed.values() for name in names}
    missed = sorted((KNOWN.keys() | OPEN_IN_B.keys()) & set(tally.stopped) - told)
    if missed and not options.mode:
        print("listed, and stopped here:", *missed)


def parse(arguments):
    parser = argparse.ArgumentParser(prog="attacks.py")
    parser.add_argument("gatehouse", type=lambda path: pathlib.Path(path).resolve())
    parser.add_argument("attacks", type=lambda path: pathlib.Path(path).resolve())
    parser.add_argument("--only", default="", help="those with the word in their names")
    parser.add_argument("--mode", default="", help="where: those that begin so: " + ", ".join(stand.name for stand in STANDS))
    parser.add_argument("--verbose", action="store_true", help="print what confined attacks print")
    options = parser.parse_args(arguments)
    options.stands = [stand for stand in STANDS if stand.name.startswith(options.mode)]
    return options


def main():
    options = parse(sys.argv[1:])
    probe = subprocess.run([options.gatehouse, "exec", "--json", "--", "true"], capture_output=True, text=True, check=False)
    if json.loads(probe.stdout).get("sandbox", {}).get("tier") != "A":
        print("SKIP: this machine gives no namespaces\n0 passed, 0 failed, 1 skipped")
        return 77
    place = "/opt" if os.geteuid() == 0 else os.path.expanduser("~")  # not below /tmp, which a sandbox replaces
    options.base = pathlib.Path(tempfile.mkdtemp(prefix="gatehouse-attacks.", dir=os.environ.get("GATEHOUSE_TEST_PLACE", place)))
    options.base.chmod(0o755)
    options.program = options.base / "attacks"
    shutil.copy(options.attacks, options.program)
    listed = subprocess.run([options.program, "--list"], capture_output=True, text=True, check=True).stdout
    attacks = [attack for attack in (Attack(*line.split("\t")) for line in listed.splitlines()) if options.only in attack.name]
    tally, begun = Tally(), time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        for lines in pool.map(lambda attack: play_attack(options, attack, tally), attacks):
            print(*lines, sep="\n", flush=True)
    remove(options.base)
    tell(options, tally)
    print(f"{len(attacks)} attacks, {time.monotonic() - begun:.1f} s")
    print(f"{len(tally.stopped)} passed, {len(tally.faults)} failed, {len(tally.not_here)} skipped")
    return 1 if tally.faults else 0


if __name__ == "__main__":
    sys.exit(main())
