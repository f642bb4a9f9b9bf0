#!/usr/bin/env python3
"""Ratios against a yardstick, in interleaved pairs (A B A B …): on a shared machine seconds say little."""

import argparse
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import file_bench
import net_bench
import search_bench
import state_bench
import wire_bench

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
LOOP = ["sh", "-c", "i=0; while [ $i -lt 1000 ]; do /bin/true; i=$((i+1)); done"]
BWRAP = ["bwrap", "--unshare-all", "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "true"]


def seconds(command, cwd, before=None):
    if before:
        subprocess.run(before, cwd=cwd, check=True, stdout=subprocess.DEVNULL)
    started = time.perf_counter()
    done = subprocess.run(command, cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, text=True, check=False)
    taken = time.perf_counter() - started
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}: {done.stderr.strip()[-300:]}")
    return taken


def pairs(ours, yardstick, count, cwd, before=None):
    """The median of the pairs' ratios, and the medians of both sides in milliseconds."""
    a, b = [], []
    for _ in range(count):
        a.append(seconds(ours, cwd, before))
        b.append(seconds(yardstick, cwd, before))
    ratio = statistics.median(x / y for x, y in zip(a, b))
    return ratio, statistics.median(a) * 1000, statistics.median(b) * 1000


class Table:
    def __init__(self):
        self.print("what", "yardstick", "ratio", "target", "")

    @staticmethod
    def print(what, yardstick, figure, target, note):
        print(f"{what:38} {yardstick:32} {figure:>8}  {target:>7}  {note}", flush=True)

    def ratio(self, what, yardstick, target, measure):
        try:
            ratio, ours, theirs = measure()
        except (RuntimeError, OSError, subprocess.CalledProcessError) as error:
            self.print(what, yardstick, "-", f"<= {target}", f"SKIP {error}")
            return
        note = f"{ours:.3g} ms against {theirs:.3g} ms" + ("" if ratio <= target else ", MISSED")
        self.print(what, yardstick, f"{ratio:.3f}", f"<= {target}", note)

    def most(self, what, unit, target, measure):
        """A figure that has no yardstick."""
        try:
            figure = measure()
        except (AssertionError, OSError, subprocess.SubprocessError) as error:
            self.print(what, "-", "-", f"<= {target}", f"SKIP {error}")
            return
        self.print(what, "-", f"{figure:.3g}", f"<= {target}", unit + ("" if figure <= target else ", MISSED"))


def bench_race(options, table):
    race = [str(HERE.parent / "race" / "run.sh"), "--gatehouse", options.gatehouse, str(options.races)]
    done = subprocess.run(race, capture_output=True, text=True, check=False)
    for line in done.stdout.splitlines():
        gate, _, rest = line.partition(": ")
        if " races, " in rest:
            count, lost, ran = (int(word) for word in rest.split() if word.isdigit())
            target = "0" if gate == "gatehouse" else "> 0"
            table.print(f"forbidden runs, {count} races", gate, lost, target, f"{ran} allowed runs")
    if done.returncode not in (0, 1):
        table.print("forbidden runs", "plain notification", "-", "0", "SKIP " + done.stderr.strip()[-200:])


def bench_decisions(options, table):
    program = options.gatehouse.parent / "tests" / "decide_bench"
    candidates = [program, options.gatehouse.parent / "decide_bench"]
    found = next((p for p in candidates if p.exists()), None)
    if not found:
        table.print("a decision, 10,000 rules", "10 rules", "-", "<= 2", "SKIP decide_bench is not built")
        return
    print(subprocess.run([str(found)], capture_output=True, text=True, check=False).stdout.rstrip())


def parse():
    parser = argparse.ArgumentParser(prog="tests/bench/run.sh")
    parser.add_argument("--gatehouse", type=pathlib.Path, default=ROOT / "build" / "gatehouse")
    parser.add_argument("--quick", action="store_true", help="fewer pairs")
    parser.add_argument("--races", type=int, default=100_000)
    parser.add_argument("--project", type=pathlib.Path, help="a tree to build with make -j2")
    parser.add_argument("--tree", type=pathlib.Path, help="a tree to search, in place of the kernel's source")
    options = parser.parse_args()
    options.gatehouse = options.gatehouse.resolve()
    if not options.gatehouse.exists():
        parser.error(f"{options.gatehouse} does not exist; build it, or say --gatehouse PATH")
    return options


def main():
    options = parse()
    base = "/opt" if os.geteuid() == 0 else os.path.expanduser("~")  # not below /tmp, which a sandbox replaces
    place = pathlib.Path(tempfile.mkdtemp(prefix="gatehouse-bench.", dir=os.environ.get("GATEHOUSE_TEST_PLACE", base)))
    try:
        place.chmod(0o755)
        workspace = place / "workspace"
        if options.project:
            shutil.copytree(options.project, workspace)
        else:
            workspace.mkdir()
            subprocess.run([sys.executable, str(HERE / "make_project.py"), str(workspace)], check=True)
        gated = [str(options.gatehouse), "exec", "--workspace", str(workspace), "--"]
        few, some, many = (1, 3, 15) if options.quick else (5, 11, 101)
        table = Table()
        table.ratio("1,000 x /bin/true in a gated loop", "the same loop, plain", 1.25,
                    lambda: pairs([*gated, *LOOP], LOOP, some, workspace))
        table.ratio("gatehouse exec -- true", "bwrap --unshare-all ... true", 1.0,
                    lambda: pairs([*gated, "true"], BWRAP, many, workspace))
        build = ["make", "-s", "-j2"]
        table.ratio("make -j2 of a C++ project, gated", "plain", 1.03,
                    lambda: pairs([*gated, *build], build, few, workspace, ["make", "-s", "clean"]))
        wire_bench.bench(options, table, workspace)
        file_bench.bench(options, table, workspace)
        search_bench.bench(options, table)
        state_bench.bench(options, table)
        net_bench.bench(options, table)
        bench_decisions(options, table)
        if options.races:
            bench_race(options, table)
    finally:
        shutil.rmtree(place, ignore_errors=True)


if __name__ == "__main__":
    main()
