#!/usr/bin/env python3
"""Plays the ways of ways/*.sh: first plain, where the canary must run, then gated, where it must not."""

import argparse
import collections
import concurrent.futures
import ctypes
import fnmatch
import functools
import os
import pathlib
import re
import secrets
import shutil
import signal
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
MODES = ["read-only", "workspace-write", "danger-full-access"]
SKIPPED = 77
RULES = """version: 1
programs: {{canary: {{paths: ["{canary}"]}}}}
rules:
  - {{id: canary, event: exec, when: {{program: canary}}, verdict: {verdict}, reason: The canary must not run.}}
"""

Way = collections.namedtuple("Way", "name needs text")
Played = collections.namedtuple("Played", "ran status output seconds")


def read_ways(path):
    """A file of blocks: "### NAME[: remark]", perhaps "# needs: TOOL…", shell text. "root" and "namespaces" (unprivileged ones) are needs too."""
    for block in re.split(r"^### ", path.read_text(), flags=re.M)[1:]:
        head, _, text = block.partition("\n")
        needs = re.match(r"# needs: (.*)\n", text)
        name = f"{path.stem}.{head.partition(':')[0].strip()}"
        yield Way(name, needs.group(1).split() if needs else [], text.strip() + "\n")


@functools.lru_cache
def has(need):
    if need == "root":
        return os.geteuid() == 0
    if need == "namespaces":
        return subprocess.run(["unshare", "-Urm", "true"], capture_output=True, check=False).returncode == 0
    return shutil.which(need, path=os.environ["PATH"] + ":/usr/sbin:/sbin") is not None


def missing(way):
    absent = [need for need in way.needs if not has(need)]
    return "no " + ", ".join(absent) if absent else ""


class Stage:
    """One way's own directories, canary and rules, for one run; the channels by which the canary shows itself."""

    def __init__(self, options, way, label):
        self.root = options.place / "ways" / way.name / label
        self.workspace, self.system, self.home = (self.root / d for d in ("workspace", "system", "home"))
        for directory in (self.workspace, self.system, self.home):
            directory.mkdir(parents=True)
        self.token = secrets.token_hex(16)
        self.workspace_mark = self.workspace / "mark"
        self.scratch_mark = pathlib.Path(f"/tmp/bypass-{self.token[:12]}")
        self.script = self.root / "way.sh"
        self.script.write_text(way.text)
        self.canary = self.system / "canary"
        self.write_canary(options.place / "programs" / "canary")
        self.play = ["/bin/bash", str(options.place / "play.sh"), str(self.script),
                     str(options.place / "programs"), str(self.system), str(self.scratch_mark)]

    def write_canary(self, template):
        image = template.read_bytes()
        slots = {"@workspace-mark@": self.workspace_mark, "@scratch-mark@": self.scratch_mark, "@token@": self.token[::-1]}
        for slot, value in slots.items():
            old, new = slot.encode(), str(value).encode()
            assert image.count(old) == 1, f"the canary has no single slot {slot}"
            image = image.replace(old + bytes(len(new) - len(old)), new)
        self.canary.write_bytes(image)
        self.canary.chmod(0o755)

    def ran(self, output):
        return self.token in output or self.workspace_mark.exists() or self.scratch_mark.exists()

    def clear(self):
        self.scratch_mark.unlink(missing_ok=True)
        shutil.rmtree(self.root, onerror=lambda *_: None)


def run(command, stage, timeout=30):
    """The output is a file: a daemon that a way leaves behind would keep a pipe open."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("XDG_", "GATEHOUSE", "GIT_"))}
    environment.setdefault("RUSTUP_HOME", os.path.expanduser("~/.rustup"))  # found through HOME otherwise
    environment["HOME"] = str(stage.home)
    started = time.monotonic()
    with open(stage.root / "output", "w+b") as output:
        child = subprocess.Popen(command, cwd=stage.workspace, env=environment, stdin=subprocess.DEVNULL,
                                 stdout=output, stderr=output, start_new_session=True)
        try:
            status = child.wait(timeout)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            status = child.wait() and None
        output.seek(0)
        text = output.read().decode(errors="replace")
    return Played(stage.ran(text), status, text, time.monotonic() - started)


def play_plain(options, way):
    stage = Stage(options, way, "plain")
    played = run(stage.play, stage)
    for _ in range(10):
        if played.ran or played.status == SKIPPED:
            break
        time.sleep(0.1)
        played = played._replace(ran=stage.ran(played.output))
    stage.clear()
    return played


def play_gated(options, way, mode, verdict="deny"):
    stage = Stage(options, way, mode)
    rules = stage.root / "rules.yaml"
    rules.write_text(RULES.format(canary=stage.canary, verdict=verdict))
    gate = [options.gatehouse, "exec", "--rules", str(rules), "--workspace", str(stage.workspace),
            "--cwd", str(stage.workspace), "--mode", mode, "--approval", "never", "--"]
    played = run(gate + stage.play, stage)
    stage.clear()
    return played


def last_line(text):
    lines = [line for line in text.strip().splitlines() if line.strip()]
    return lines[-1][:150] if lines else "no output"


class Tally:
    def __init__(self):
        self.ways = self.live = self.skipped = self.dead = 0
        self.escapes, self.faults = [], []


def gated_words(way, mode, played, tally):
    if played.ran:
        tally.escapes.append(f"{way.name} in {mode}")
        return "ESCAPED"
    if played.status is None:
        tally.faults.append(f"{way.name} in {mode}: did not end")
        return "did not end"
    denied = "rule canary" in played.output
    if played.status == 125 and "gatehouse: " in played.output and not denied:
        tally.faults.append(f"{way.name} in {mode}: not started: {last_line(played.output)}")
        return "not started"
    return "denied" if denied else "refused"


def play(options, way, tally):
    tally.ways += 1
    reason = missing(way)
    if not reason:
        plain = play_plain(options, way)
        if not plain.ran and plain.status == SKIPPED:
            reason = last_line(plain.output)
    if reason:
        tally.skipped += 1
        return f"SKIP {way.name}: {reason}"
    if not plain.ran:
        tally.dead += 1
        return f"DEAD {way.name}: the canary does not run even without a gate ({last_line(plain.output)})"
    tally.live += 1
    words = []
    seconds = plain.seconds
    for mode in options.modes if options.gatehouse else []:
        verdict = "allow" if options.control else "deny"
        played = play_gated(options, way, mode, verdict)
        seconds += played.seconds
        if options.control:
            words.append(f"{mode}: {'runs' if played.ran else 'does not run: ' + last_line(played.output)}")
        else:
            words.append(f"{mode}: {gated_words(way, mode, played, tally)}")
        if options.verbose:
            words.append("\n" + played.output)
    return f"live {way.name} ({seconds:.1f} s) {'; '.join(words)}"


def adopt_leftovers():
    """Daemons that ways leave behind in a plain run become our children, and end with end_leftovers()."""
    pr_set_child_subreaper = 36
    ctypes.CDLL(None).prctl(pr_set_child_subreaper, 1, 0, 0, 0)


def end_leftovers():
    while True:
        children = pathlib.Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
        if not children:
            return
        for pid in map(int, children):
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


def parse(arguments):
    parser = argparse.ArgumentParser(prog="tests/bypass/run.sh")
    parser.add_argument("--gatehouse", help="the program to test; without it the ways are only shown to be live")
    parser.add_argument("--mode", action="append", dest="modes", choices=MODES)
    parser.add_argument("--only", default="*", help="ways whose name matches this glob")
    parser.add_argument("--control", action="store_true", help="allow the canary: shows what the sandbox alone stops")
    parser.add_argument("--verbose", action="store_true", help="print what gated runs print")
    parser.add_argument("--place", type=pathlib.Path, required=True, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    options.modes = options.modes or MODES
    if options.gatehouse:
        options.gatehouse = os.path.abspath(options.gatehouse)
    return options


def main():
    options = parse(sys.argv[1:])
    shutil.copy(HERE / "play.sh", options.place / "play.sh")
    ways = [w for f in sorted((HERE / "ways").glob("*.sh")) for w in read_ways(f) if fnmatch.fnmatch(w.name, options.only)]
    tally = Tally()
    adopt_leftovers()
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        for line in pool.map(lambda way: play(options, way, tally), ways):
            print(line, flush=True)
    end_leftovers()
    for fault in tally.faults + [f"ESCAPE {e}" for e in tally.escapes]:
        print(fault)
    print(f"{tally.ways} ways: {tally.live} live, {len(tally.escapes)} escapes, {tally.skipped} skipped"
          + (f", {tally.dead} dead" if tally.dead else ""))
    return 1 if tally.escapes else 2 if tally.faults or tally.dead else 0


if __name__ == "__main__":
    sys.exit(main())
