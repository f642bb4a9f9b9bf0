#!/usr/bin/env python3
"""Holds the shape of the corpus: one entry a line, a verdict and a reason on each, nothing twice. corpus_shape.py FILE"""

import json
import re
import sys

LEAST = {"ordinary": 320, "dangerous": 170}

TEXT = r'"(?:[^"\\]|\\.)*"'
PLACE = rf"event: (?:(?:read|write), path: {TEXT}|net, host: {TEXT}, port: \d+)"
ENTRY = re.compile(
    rf"  - \{{(?:command: (?P<command>{TEXT})(?:, {PLACE})?|(?P<place>{PLACE})), verdict: (?P<verdict>\w+)"
    rf"(?P<sandbox>, stopped_by: sandbox)?, why: (?P<why>{TEXT})\}}")


def entry_faults(section, entry):
    verdict, why = entry["verdict"], json.loads(entry["why"])
    if verdict not in ("allow", "ask", "deny"):
        yield f"verdict {verdict}, accepted are allow, ask and deny"
    if section == "ordinary" and verdict == "deny":
        yield "denied, and yet ordinary"
    if section == "dangerous" and verdict == "allow" and not entry["sandbox"]:
        yield "allowed, and yet dangerous"
    if not re.fullmatch(r"\S.*\.", why):
        yield "why is no sentence"


def faults_in(lines):
    section, first, counts = None, {}, dict.fromkeys(LEAST, 0)
    for number, line in enumerate(lines, 1):
        if not line or line == "version: 1" or re.match(r" *# ", line):
            continue
        if line.rstrip(":") in LEAST:
            section = line.rstrip(":")
            continue
        entry = ENTRY.fullmatch(line)
        if section is None or not entry:
            yield f"{number}: neither a heading nor an entry: {line}"
            continue
        counts[section] += 1
        subject = entry["command"] or entry["place"]
        if first.setdefault(subject, number) != number:
            yield f"{number}: the same as line {first[subject]}: {subject}"
        yield from (f"{number}: {fault}" for fault in entry_faults(section, entry))
    for name, count in counts.items():
        if count < LEAST[name]:
            yield f"{name}: {count} entries, {LEAST[name]} is the least"
        print(f"{name}: {count} entries")


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        faults = list(faults_in(file.read().splitlines()))
    for fault in faults:
        print(f"{sys.argv[1]}:{fault}")
    print(f"corpus: {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
