#!/usr/bin/env python3
"""Counts what `meson test` ran: the cases of a doctest program, one for any other. count.py testlog.json"""

import json
import os
import re
import sys

# And how many a filter left out, which another test runs.
CASES = re.compile(r"test cases:\s*\d+ \|\s*(\d+) passed \|\s*(\d+) failed \|\s*\d+ skipped")


def count(test):
    plain = re.sub(r"\x1b\[[0-9;]*m", "", test.get("stdout") or "")
    cases = CASES.findall(plain)
    good = test["result"] in ("OK", "EXPECTEDFAIL")
    if cases and (good or test["result"] == "FAIL"):
        passed, failed = (sum(int(c[i]) for c in cases) for i in (0, 1))
        return passed, failed if good or failed else 1, 0
    if test["result"] == "SKIP":
        must_work = os.environ.get("GATEHOUSE_MUST_WORK") == "1"
        return (0, 1, 0) if must_work else (0, 0, 1)
    return (1, 0, 0) if good else (0, 1, 0)


def main():
    with open(sys.argv[1], encoding="utf-8") as log:
        tests = [json.loads(line) for line in log if line.strip()]
    counts = [count(test) for test in tests]
    for test, (_, failed, _) in zip(tests, counts):
        if failed:
            print(f"FAIL {test['name']}: {test['result']}")
    passed, failed, skipped = (sum(c[i] for c in counts) for i in range(3))
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
