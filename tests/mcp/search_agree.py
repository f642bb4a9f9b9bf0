#!/usr/bin/env python3
"""find and grep against git and ripgrep themselves, on queries that are made up.

usage: search_agree.py GATEHOUSE [--tree DIR] [--queries N] [--seed N]
  --tree DIR    search this repository, and not one that is made up
  --queries N   how many (200)
"""
import argparse
import pathlib
import random
import re
import subprocess
import sys

from client import meta_of, text_of
from place import Place

MOST_PAGES = 4
NAMES = ["a", "b", "main", "test", "x y", "gr\u00fcn", "Makefile", ".github", ".env.example", "lib", "src", "docs"]
ENDS = ["", ".c", ".h", ".py", ".o", ".log", ".md"]
WORDS = ["alpha", "beta", "Gamma", "delta()", "int x = 1;", "return 0;", "TODO: this", "a.b.c", "[x]", "\ttab", "end"]
IGNORED = ["*.o", "*.log", "/lib", "docs/", "!main.o", "src/*.py", "**/test.md", "b*/", "x\\ y", "/a/**/b.c", "[ab].h",
           "!docs/", "*.md\r", "# *.c", "test", "!/src/test"]


def make_tree(top, chance):
    """A repository of a few hundred files with patterns at every level."""
    subprocess.run(["git", "init", "-q", str(top)], check=True)
    directories = [top]
    for _ in range(60):
        below = chance.choice(directories) / (chance.choice(NAMES) + chance.choice(["", "", "2"]))
        if not below.exists():
            below.mkdir()
            directories.append(below)
    for directory in directories:
        for _ in range(chance.randrange(9)):
            name = directory / (chance.choice(NAMES) + chance.choice(ENDS))
            if name.is_dir():
                continue
            name.write_text("".join(f"{' '.join(chance.choices(WORDS, k=chance.randrange(1, 5)))}\n"
                                    for _ in range(chance.randrange(30))))
        if chance.random() < 0.4:
            (directory / ".gitignore").write_text("\n".join(chance.choices(IGNORED, k=chance.randrange(1, 5))) + "\n")
    (top / ".git" / "info" / "exclude").write_text("end.h\n")


def output_of(command, cwd):
    """Lines or names, as bytes; nothing found is no error."""
    done = subprocess.run(command, cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    assert done.returncode in (0, 1), f"{command}: {done.stderr[:300]!r}"
    return done.stdout


class Agreement:
    def __init__(self, place, tree, chance):
        self.place, self.tree, self.chance = place, tree, chance
        self.server = place.serve()
        names = output_of(["git", "ls-files", "-z", "-co", "--exclude-standard"], tree).decode().split("\0")[:-1]
        self.files = [name for name in names if (tree / name).is_file() and not (tree / name).is_symlink()]
        self.directories = sorted({str(above) for name in self.files for above in pathlib.Path(name).parents})
        self.asked = self.found = 0

    def ask(self, queries):
        for number in range(queries):
            if number % 2:
                self.find()
            else:
                self.grep()

    def pages(self, tool, arguments, key):
        """The lines of all pages behind what is told first, at most MOST_PAGES, and whether that is all."""
        lines, arguments = [], dict(arguments)
        for _ in range(MOST_PAGES):
            result = self.server.call_with(tool, arguments, 60)
            assert not result.get("isError"), f"{tool} {arguments}: {text_of(result)}"
            first, *rest = text_of(result).split("\n")
            assert "INCOMPLETE" not in first, first
            meta = meta_of(result)
            if rest and rest[0].startswith("left out: "):
                rest = rest[1:]
            lines.append(rest if meta["shown"] else [])
            if meta["next"] is None:
                return lines, True
            arguments[key] = meta["next"]
        return lines, False

    def glob(self):
        """A pattern that a file here may fit, and git's words for it."""
        parts = self.chance.choice(self.files).split("/")
        name = parts[-1]
        stem, dot, end = name.rpartition(".")
        name = self.chance.choice([f"*{dot}{end}", f"{name[:1]}*", f"*{name[-2:]}", f"?{name[1:]}*", f"[a-m]*{dot}{end}"])
        name = re.sub(r"[\[\]](?!.*\])", "?", name) if name.count("[") != name.count("]") else name
        if self.chance.random() < 0.5 or len(parts) < 2:
            return name, f":(glob)**/{name}"
        pattern = self.chance.choice([f"{parts[0]}/**/{name}", f"**/{parts[-2]}/{name}", f"{parts[0]}/*/{name}"])
        return pattern, f":(glob){pattern}"

    def find(self):
        path = self.chance.choice(["."] * 2 + self.directories)
        pattern, spec = self.glob()
        arguments = {"path": path, "pattern": pattern, "limit": 5000}
        lists, is_all = self.pages("find", arguments, "cursor")
        ours = [line for lines in lists for line in lines]
        names = output_of(["git", "ls-files", "-z", "-co", "--exclude-standard", "--", spec], self.tree / path)
        prefix = "" if path == "." else path + "/"
        theirs = sorted(prefix.encode() + name for name in names.split(b"\0")[:-1])
        theirs = [name.decode() for name in theirs]
        self.compare("find", arguments, ours, theirs, is_all)

    def pattern(self):
        lines = []
        while not lines:
            name = self.tree / self.chance.choice(self.files)
            lines = [line for line in name.read_bytes()[:20000].decode("ascii", "ignore").split("\n") if line.strip()]
        words = re.findall(r"\w+|\W", self.chance.choice(lines).strip())
        at = self.chance.randrange(len(words))
        return "".join(words[at:at + self.chance.randrange(1, 5)]).strip() or "the"

    def grep(self):
        pattern, path = self.pattern(), self.chance.choice(["."] + self.directories)
        arguments = {"path": path, "pattern": pattern, "limit": 5000, "fixed": True}
        words = ["rg", "--no-config", "--hidden", "--null", "-nH", "--no-heading", "-F"]
        if self.chance.random() < 0.5:
            pattern = re.sub(r"\w{3}", r"\\w+", re.sub(r"[][.^$*+?(){}|\\]", r"\\\g<0>", pattern), count=1)
            arguments.update(pattern=pattern, fixed=False)
            words.pop()
        if self.chance.random() < 0.3:
            arguments["case"] = "insensitive"
            words.append("-i")
        if self.chance.random() < 0.4:
            arguments["glob"] = self.glob()[0]
            words += ["-g", arguments["glob"]]
        if self.chance.random() < 0.3:
            arguments["context"] = 1
            words.append("-C1")
        words += ["-g", "!.git", "-e", pattern, "--", "./"]
        lists, is_all = self.pages("grep", arguments, "offset")
        prefix = "" if path == "." else path + "/"
        ours = [line for lines in lists for line in self.plain(lines)]
        named = [line.split(b"\0", 1) for line in output_of(words, self.tree / path).split(b"\n") if b"\0" in line]
        named.sort(key=lambda line: line[0])  # as git sorts; --sort=path compares name by name
        theirs = [prefix + name[2:].decode() + "\0" + line.decode(errors="replace") for name, line in named]
        if arguments.get("context") and len(lists) > 1:
            return  # what stands between the matches of two pages may be on both, or cut off
        self.compare("grep", arguments, ours, theirs, is_all)

    @staticmethod
    def plain(lines):
        """As `rg --null` prints them."""
        path = None
        for line in lines:
            numbered = re.match(r"(\d+)([:-]) (.*)", line)
            if numbered:
                number, mark, text = numbered.groups()
                yield f"{path}\0{number}{mark}{text}"
            elif line != "--":
                path = line

    def compare(self, tool, arguments, ours, theirs, is_all):
        self.asked += 1
        self.found += len(ours)
        theirs = theirs if is_all else theirs[:len(ours)]
        # Bytes that are no text, and the rest of a long line, are shown in our own way.
        fair = [(a, b) for a, b in zip(ours, theirs) if b.replace("\0", "").replace("\t", "").isprintable() and "\\x" not in a and len(b) < 500]
        wrong = [pair for pair in fair if pair[0].rstrip() != pair[1].rstrip()]
        assert len(ours) == len(theirs) and not wrong, \
            f"{tool} {arguments}: {len(ours)} here, {len(theirs)} there; {(wrong or [*set(ours) ^ set(theirs)])[:3]}"


def main():
    parser = argparse.ArgumentParser(prog="search_agree.py")
    parser.add_argument("gatehouse", type=lambda path: pathlib.Path(path).resolve())
    parser.add_argument("--tree", type=lambda path: pathlib.Path(path).resolve())
    parser.add_argument("--queries", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    chance = random.Random(options.seed)
    place = Place(options.gatehouse)
    try:
        if options.tree:
            place.workspace = options.tree
            place.command[place.command.index("--workspace") + 1] = str(options.tree)
        else:
            make_tree(place.workspace, chance)
        agreement = Agreement(place, place.workspace, chance)
        agreement.ask(options.queries)
    except AssertionError as error:
        print(f"FAIL {error}")
        return 1
    finally:
        place.end()
    print(f"{agreement.asked} queries, {agreement.found} lines: find agrees with git, grep with ripgrep")
    return 0


if __name__ == "__main__":
    sys.exit(main())
