#!/usr/bin/env python3
"""Runs every command of the corpus under the gate, and holds each verdict and rule against what the dry run says of the
same command. agree.py GATEHOUSE

Nothing is harmed: in a mount namespace of this test's own, every program of the machine is a stand-in that does nothing,
but for the shells and what only starts another program; HOME and workspace are thrown away, and there is no network."""

import collections
import concurrent.futures
import json
import os
import pathlib
import platform
import re
import shutil
import struct
import subprocess
import sys
import tempfile

SOURCE = pathlib.Path(__file__).resolve().parents[2]
DIRECTORIES = ["/usr/local/bin", "/usr/local/sbin", "/usr/lib/git-core", "/usr/libexec", "/usr/games", "/sbin", "/bin",
               "/usr/sbin", "/usr/bin"]
# What a stand-in for them would start no longer.
REAL = ["bash", "sh", "dash", "env", "timeout", "nice", "nohup", "setsid", "stdbuf", "xargs", "ionice"]
# exit(0), by a system call.
CODE = {"x86_64": (62, "bf00000000b83c0000000f05"), "aarch64": (183, "000080d2a80b80d2010000d4")}
BASE = 0x400000
SECONDS = "10"
LEAST = 800
CONFIG = SOURCE / "tests/policy/agree.yaml"


def skip(why):
    print(f"SKIP {why}")
    sys.exit(1 if os.environ.get("GATEHOUSE_MUST_WORK") == "1" else 77)


def stand_in(name):
    """A static program of its own, for two that are the same file are one to the rules."""
    machine, code = CODE[platform.machine()]
    code = bytes.fromhex(code)
    size = 64 + 56 + len(code)
    header = struct.pack("<16sHHIQQQIHHHHHH", b"\x7fELF\x02\x01\x01", 2, machine, 1, BASE + 120, 64, 0, 0, 64, 56, 1, 0, 0, 0)
    segment = struct.pack("<IIQQQQQQ", 1, 5, 0, BASE, BASE, size, size, 4096)
    return header + segment + code + name.encode()


def read_corpus():
    """(line, command) of the entries that have one."""
    lines = (SOURCE / "tests/policy/corpus.yaml").read_text().splitlines()
    found = ((number, re.search(r'command: ("(?:[^"\\]|\\.)*")', line)) for number, line in enumerate(lines, 1))
    return [(number, json.loads(match[1])) for number, match in found if match]


def program_names(commands):
    """Whatever a command could mean by a program's name, and what the rules know."""
    words = {word for text in commands for word in re.findall(r"[A-Za-z0-9_.+\[-]+", text)}
    words |= set(re.findall(r"^  ([\w.+-]+):", (SOURCE / "policy/programs.yaml").read_text(), re.M))
    for directory in DIRECTORIES:
        words |= set(os.listdir(directory)) if os.path.isdir(directory) else set()
    return {word for word in words if re.match(r"[A-Za-z\[]", word) and len(word) < 60}


def disarm(place, commands):
    """Covers every directory of programs; from here on nothing else can be started."""
    programs = place / "programs"
    programs.mkdir()
    for name in program_names(commands):
        (programs / name).write_bytes(stand_in(name))
        (programs / name).chmod(0o755)
    for name in REAL:
        if real := shutil.which(name):
            (programs / name).unlink(missing_ok=True)
            shutil.copy(os.path.realpath(real), programs / name)
    mount = shutil.which("mount")
    for directory in DIRECTORIES:
        if os.path.isdir(directory) and not os.path.islink(directory):
            subprocess.run([mount, "--bind", programs, directory], check=True)


def furnish(workspace, text):
    """The repository, the directories, the input and the built programs that the command takes for granted."""
    (workspace / ".git").mkdir(parents=True)
    for path in re.findall(r"\bcd ([A-Za-z][\w./-]*)", text):
        (workspace / path).mkdir(parents=True, exist_ok=True)
    for path in re.findall(r"<\s*([A-Za-z][\w./-]*)", text):
        (workspace / path).parent.mkdir(parents=True, exist_ok=True)
        (workspace / path).touch()
    for path in re.findall(r"(?:^|[;&|(])\s*(\./[\w./+-]+|\.venv/bin/[\w.-]+)", text):
        program = workspace / path
        program.parent.mkdir(parents=True, exist_ok=True)
        program.write_bytes(stand_in(path))
        program.chmod(0o755)


def run(argv, workspace):
    home = workspace.parents[1]
    env = {"HOME": str(home), "PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "USER": "owner", "LANG": "C.UTF-8"}
    return subprocess.run(argv, cwd=workspace, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          errors="replace", timeout=60)


def gate_says(gatehouse, text, workspace, audit):
    """Words, verdict and rule of each program that was judged, but for the shell around them."""
    run([gatehouse, "exec", "--config", CONFIG, "--no-tty", "--timeout", SECONDS, "--audit", audit, "--", "bash", "-c", text], workspace)
    said, asked = [], set()
    for line in audit.read_text().splitlines():
        record = json.loads(line)
        if record["event"] == "asked":
            asked.add((record["pid"], *record["argv"]))
        elif record["event"] == "decided":
            was_asked = (record["pid"], *record["argv"]) in asked
            said.append((tuple(record["argv"]), "ask" if was_asked else record["verdict"], record["rule"]))
    return said[1:]


def check_says(gatehouse, text, workspace):
    """The same of the dry run, and which of them decides. `policy explain` shows all that `policy check` goes by."""
    done = run([gatehouse, "policy", "explain", "--json", "--", "bash", "-c", text], workspace)
    if done.returncode != 0:
        return [], None
    found = json.loads(done.stdout)
    events = [(tuple(each["event"]["argv"]), each["decision"]["verdict"], each["decision"]["rule"]) for each in found["events"]]
    return events, events[found["decider"]]


def compare(gatehouse, number, text, place):
    """(what came out; whether the gate met the program that is refused, where one is; what is wrong)"""
    workspace = place / f"places/{number}/src/app"
    furnish(workspace, text)
    foreseen, decider = check_says(gatehouse, text, workspace)
    met = gate_says(gatehouse, text, workspace, place / f"{number}.jsonl")
    wrong, compared = [], 0
    for words, verdict, rule in met:
        same_words = [event for event in foreseen if event[0] == words]
        if not same_words:
            continue
        compared += 1
        if (words, verdict, rule) not in same_words:
            wrong.append(f"{' '.join(words)}: the gate says {verdict} ({rule}), the dry run {same_words[0][1:]}")
    if wrong:
        return "differ", False, wrong
    if not compared:
        return ("no program starts" if not met else "the dry run cannot tell"), None, []
    outcome = "agree on " + ("every program" if compared == len(met) else "some programs")
    return outcome, decider in met if decider[1] != "allow" else None, []


def main():
    gatehouse = os.path.abspath(sys.argv[1])
    if os.geteuid() != 0 or platform.machine() not in CODE or not shutil.which("unshare"):
        skip("it takes root, unshare(1), and a machine whose programs it can write")
    if len(sys.argv) == 2:
        os.execvp("unshare", ["unshare", "--mount", "--propagation", "private", sys.executable, __file__, gatehouse, "inside"])
    corpus = read_corpus()
    place = pathlib.Path(tempfile.mkdtemp(prefix="gatehouse-test.", dir="/opt"))
    place.chmod(0o755)
    counts, refused, faults, left_out = collections.Counter(), collections.Counter(), [], []
    try:
        disarm(place, [text for _, text in corpus])
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            jobs = [(number, text, pool.submit(compare, gatehouse, number, text, place)) for number, text in corpus]
        for number, text, job in jobs:
            outcome, is_met, wrong = job.result()
            counts[outcome] += 1
            refused[is_met] += 1
            faults += [f"corpus.yaml:{number}: {each}" for each in wrong]
            if not outcome.startswith(("agree", "differ")):
                left_out.append(f"corpus.yaml:{number}: left out, {outcome}: {text}")
    finally:
        shutil.rmtree(place, ignore_errors=True)
    print("\n".join(left_out + faults))
    print(f"{len(corpus)} commands: " + ", ".join(f"{count} {outcome}" for outcome, count in counts.most_common())
          + f"; of {refused[True] + refused[False]} that are refused, the gate met what is refused in {refused[True]}")
    if counts["agree on every program"] < LEAST:
        print(f"fewer than {LEAST} agree")
    return 1 if faults or counts["agree on every program"] < LEAST else 0


if __name__ == "__main__":
    sys.exit(main())
