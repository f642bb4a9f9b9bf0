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
WITHOUT = [sys.executable, "-IS", str(HERE / "without.py")]
TIERS = {"A": [], "B": [*WITHOUT, "namespaces", "--"], "C": [*WITHOUT, "namespaces", "landlock", "--"]}
TIMEOUT = 20

Attack = collections.namedtuple("Attack", "name goal fails needs")
# Where an attack is played: what the machine gives, options of gatehouse, and which attacks must fail there.
Stand = collections.namedtuple("Stand", "name tier options holds")



def by_name(listed):
    return {name: reason for reason, names in listed.items() for name in names.split()}


# What gets through, and why; below A gatehouse says so itself when it starts.
OPEN = {"A": by_name({"flock takes no more than the right to read, and builds lock what they read": "files.lock"})}
# Without namespaces.
OPEN["B"] = by_name({
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
})
# There in danger-full-access, and in every mode of what is below.
OWN = {"gatehouse's own files can be changed; they were read once, at the start":
        "own.rules own.rules-append own.rules-replace own.rules-remove own.rules-link own.rules-by-proc own.config-create own.config-move own.config-parent "
        "own.grants-create own.trust own.record-append own.record-remove own.history-remove"}
# And without Landlock.
OPEN["C"] = OPEN["B"] | by_name(OWN) | by_name({
    "what the user may write can be changed":
        "files.write files.append files.empty files.truncate files.create files.nameless files.unlink files.mkdir files.rmdir files.mkfifo files.socket "
        "files.rename files.take files.replace files.exchange files.move-directory files.punch files.map files.copy-range files.sendfile "
        "links.symlink links.symlink-directory links.symlink-chain links.hard-link links.hard-link-in links.symlink-in links.swap links.dots links.climb "
        "links.proc-root links.proc-cwd links.reopen links.reopen-place links.below-place links.replace-workspace secrets.hard-link secrets.move "
        "namespaces.join mounts.remount mounts.clear-read-only mounts.copy-tree mounts.uncover own.home-move own.program own.nested-write",
    "what starts by itself can be written":
        "persistence.bashrc persistence.profile persistence.zshenv persistence.fish persistence.inputrc persistence.vimrc persistence.tmux "
        "persistence.authorized-keys persistence.ssh-rc persistence.gitconfig persistence.git-config persistence.service persistence.autostart "
        "persistence.bus-service persistence.local-bin persistence.cargo-bin persistence.python-site persistence.agent-settings",
    "the user's other processes can be read and changed":
        "processes.environment processes.environments processes.read-memory processes.memory-file processes.descriptor processes.descriptor-file "
        "processes.keys-by-root processes.write-memory processes.write-memory-file processes.trace processes.log processes.directory processes.root "
        "terminals.other-of-bystander own.rules-by-bystander",
    "nothing keeps signals in":
        "signals.kill signals.stop signals.thread signals.queue signals.pidfd signals.group signals.descriptor signals.all-of-the-scene",
    "message queues and abstract sockets are the host's": "secrets.message-queue sockets.unix-hard-link sockets.abstract sockets.abstract-datagram",
    "devices and the kernel's settings are real root's to open":
        "kernel.setting kernel.caches devices.log devices.disk-write devices.fuse devices.virtual-machine devices.console",
})


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
    Stand("workspace-write", "A", [], everything),
    Stand("read-only", "A", ["--mode", "read-only"], of_what_is_written),
    Stand("danger-full-access", "A", ["--mode", "danger-full-access"], in_every_mode),
    Stand("profile agent", "A", ["--profile", "agent.claude"], of_gatehouse),
    Stand("network allowlist", "A", ["--network", "allowlist"], of_the_network),
    Stand("tier B workspace-write", "B", [], everything),
    Stand("tier B read-only", "B", ["--mode", "read-only"], of_gatehouse),
    Stand("tier B danger-full-access", "B", ["--mode", "danger-full-access"], of_gatehouse),
    Stand("tier C workspace-write", "C", [], everything),
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
        command = [*TIERS[stand.tier], str(scene.gate), "exec", *limits, *stand.options, "--workspace", str(scene.workspace), "--", program, attack.name, place]
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
        self.open = {tier: collections.defaultdict(list) for tier in TIERS}  # names by reason


def expected(attack, stand):
    """Why it gets through there, or nothing."""
    listed = OPEN[stand.tier]
    if stand.tier == "B" and "danger-full-access" in stand.options:
        listed = listed | by_name(OWN)
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
        names = tally.open[stand.tier][reason]
        if attack.name not in names:
            names.append(attack.name)
    elif attack.goal in found or stand.tier == "A" and "own" in found:
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
    elif not any(attack.name in names for names in tally.open["A"].values()):
        tally.stopped.append(attack.name)
    return lines or [f"ok   {attack.name}"]


def tell(options, tally):
    played = collections.Counter(stand.tier for stand in options.stands)
    for tier, listed in tally.open.items():
        if not played[tier]:
            continue
        through = {name for names in listed.values() for name in names}
        print(f"not stopped in tier {tier}: {len(through)}")
        for reason, names in listed.items():
            print(f"     {reason}: {' '.join(sorted(names))}")
        if missed := sorted(OPEN[tier].keys() & set(tally.stopped) - through):
            print("     listed, and stopped here:", *missed)


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
