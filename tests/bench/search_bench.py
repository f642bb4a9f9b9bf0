"""What find and grep cost over a big tree, beside npm's server-filesystem and plain ripgrep, in interleaved pairs."""

import os
import pathlib
import subprocess
import time

from wire_bench import Server, interleaved, npm_server

HERE = pathlib.Path(__file__).resolve().parent
PATTERN = r"EXPORT_SYMBOL_GPL\("
RARE = "do_sys_openat2"  # what matches nothing is searched for once more, for the reason


def made_tree(options):
    """The tree to search: the one that was named, or the kernel's source, kept for the next time."""
    if options.tree:
        return options.tree.resolve()
    base = pathlib.Path("/opt" if os.geteuid() == 0 else os.path.expanduser("~"))
    tree = base / "gatehouse-bench-tree"
    subprocess.run([str(HERE / "make_tree.sh"), str(tree)], check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)
    return tree


def ripgrep(tree, pattern):
    started = time.perf_counter()
    subprocess.run(["rg", "--no-config", "--line-number", "--regexp", pattern, "./"], cwd=tree, stdin=subprocess.DEVNULL,
                   stdout=subprocess.DEVNULL, check=False)
    return time.perf_counter() - started


def bench(options, table):
    try:
        tree = made_tree(options)
    except subprocess.CalledProcessError:
        table.print("tree, glob, grep", "", "-", "", "SKIP the kernel's source cannot be had; --tree DIR names another")
        return
    ours = Server([str(options.gatehouse), "serve", "--workspace", str(tree)], tree)
    try:
        for what, pattern in (("grep, 18,000 matches", PATTERN), ("grep, a few matches", RARE)):
            table.ratio(what, "plain rg", 1.05,
                        lambda pattern=pattern: interleaved(lambda: ours.call("grep", pattern=pattern),
                                                            lambda: ripgrep(tree, pattern), 3 if options.quick else 11, 1))
        lists(options, table, tree, ours)
    finally:
        ours.close()


def lists(options, table, tree, ours):
    try:
        command = [*npm_server("filesystem", "dist/index.js"), str(tree)]
    except RuntimeError as why:
        table.print("tree, glob", "server-filesystem", "-", "<= 0.3", f"SKIP {why}")
        return
    theirs = Server(command, tree)
    try:
        for what, our_call, their_call in (
                ("tree of 80,000 files", lambda: ours.call("find", format="tree"),
                 lambda: theirs.call("directory_tree", path=str(tree))),
                ("glob over 80,000 files", lambda: ours.call("find", pattern="**/*probe*.c"),
                 lambda: theirs.call("search_files", path=str(tree), pattern="**/*probe*.c"))):
            table.ratio(what, "server-filesystem", 0.3,
                        lambda a=our_call, b=their_call: interleaved(a, b, 2 if options.quick else 7, 1))
    finally:
        theirs.close()
