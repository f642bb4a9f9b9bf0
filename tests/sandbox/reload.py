#!/usr/bin/env python3
"""A storm of rules: they are swapped again and again while a command starts programs, and every exec is judged by one
set of rules or the other, never by a mixture, never without the deny that stands in both.

    tests/sandbox/reload.py GATEHOUSE [--swaps N] [--execs N]
"""

import argparse
import collections
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

LOOP = "while [ ! -e stop ]; do /bin/true; /bin/false; /bin/id >&2; done 2>/dev/null"
RULE = "  - {{id: no-{0}, event: exec, when: {{program: '{0}'}}, verdict: deny, reason: Not now.}}\n"


def rules_denying(*programs):
    return "version: 1\nrules:\n" + "".join(RULE.format(program) for program in programs)


def swap(path, text, by_rename):
    if by_rename:
        new = path.with_suffix(".new")
        new.write_text(text)
        new.rename(path)
        return
    with path.open("w") as file:  # an editor that saves in place, in two writes
        half = len(text) // 2
        file.write(text[:half])
        file.flush()
        file.write(text[half:])


def storm(options, place):
    workspace, rules, audit = place / "ws", place / "rules.yaml", place / "audit.jsonl"
    workspace.mkdir()
    texts = (rules_denying("id", "true"), rules_denying("id", "false"))
    rules.write_text(texts[0])
    command = [options.gatehouse, "exec", "--workspace", workspace, "--rules", rules, "--audit", audit, "--",
               "sh", "-c", LOOP]
    with subprocess.Popen(command, cwd=workspace, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, text=True) as process:
        swaps = 0
        while process.poll() is None and (swaps < options.swaps or execs_in(audit) < options.execs):
            time.sleep(0.011)
            swaps += 1
            swap(rules, texts[swaps % 2], swaps % 4 < 2)
        (workspace / "stop").touch()
        said = process.communicate()[1]
    return swaps, said, [json.loads(line) for line in audit.read_text().splitlines()]


def execs_in(audit):
    """Of about 450 bytes a record."""
    return audit.stat().st_size // 500 if audit.exists() else 0


def faults_in(records):
    """Sentences; and how many execs and generations were seen."""
    by_generation = collections.defaultdict(set)
    faults, execs = [], 0
    for record in records:
        if record["event"] != "decided" or "program" not in record:
            continue
        name = os.path.basename(record["program"]["called"])
        if name not in ("true", "false", "id"):
            continue
        execs += 1
        by_generation[record["rules_generation"]].add((name, record["verdict"]))
        if name == "id" and record["verdict"] != "deny":
            faults.append(f"record {record['seq']}: id was not denied")
    sets = ({("true", "deny"), ("false", "allow")}, {("true", "allow"), ("false", "deny")})
    for generation, seen in by_generation.items():
        verdicts = {one for one in seen if one[0] != "id"}
        if not any(verdicts <= one for one in sets):
            faults.append(f"generation {generation} is a mixture: {sorted(verdicts)}")
    return faults, execs, len(by_generation)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("gatehouse", type=pathlib.Path)
    parser.add_argument("--swaps", type=int, default=1000)
    parser.add_argument("--execs", type=int, default=10_000)
    options = parser.parse_args()
    options.gatehouse = options.gatehouse.resolve()
    base = "/opt" if os.geteuid() == 0 else os.path.expanduser("~")
    with tempfile.TemporaryDirectory(prefix="gatehouse-reload.", dir=os.environ.get("GATEHOUSE_TEST_PLACE", base)) as place:
        os.chmod(place, 0o755)
        swaps, said, records = storm(options, pathlib.Path(place))
    faults, execs, generations = faults_in(records)
    if "stay in force" in said:
        faults.append("a half-written file was read: " + said.strip()[-200:])
    if generations < swaps // 10:
        faults.append(f"only {generations} of {swaps} swaps were seen")
    for fault in faults[:10]:
        print("FAIL", fault)
    print(f"{execs} execs, {swaps} swaps, {generations} generations: {len(faults)} faults")
    print(f"{1 if not faults else 0} passed, {1 if faults else 0} failed, 0 skipped")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
