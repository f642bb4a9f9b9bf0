#!/usr/bin/env python3
"""Holds the house: who may include whom, how long a file is, what stands at the top. house.py SOURCE_ROOT"""

import os
import pathlib
import re
import subprocess
import sys

LONGEST = 400

# Directory: what of ours it may include besides itself. The longest prefix counts.
BELOW = ["sandbox/", "config/", "policy/", "mcp/"]
MAY_INCLUDE = {
    "sandbox/sys": [],
    "sandbox": ["sandbox/sys/"],
    "config": ["sandbox/sys/"],
    "policy": ["sandbox/sys/", "config/", "sandbox/spec.h", "sandbox/exec_event.h", "sandbox/destination.h"],
    "mcp": ["sandbox/sys/"],
    "shelltool": BELOW,
    "shelltool/setup": BELOW,
    "shelltool/state": [*BELOW, "shelltool/setup/"],
    "shelltool/session": [*BELOW, "shelltool/setup/", "shelltool/state/"],
    "shelltool/control": [*BELOW, "shelltool/setup/", "shelltool/state/"],
    "shelltool/files": ["sandbox/sys/", "sandbox/guard/", "policy/glob.h"],
    "shelltool/worker": [*BELOW, "shelltool/setup/", "shelltool/session/", "shelltool/files/"],
    "shelltool/history": [*BELOW, "shelltool/setup/", "shelltool/session/", "shelltool/files/", "shelltool/worker/"],
    "shelltool/tools": [*BELOW, "shelltool/setup/", "shelltool/state/", "shelltool/session/", "shelltool/files/",
                        "shelltool/worker/", "shelltool/history/"],
    "shelltool/hosts": [*BELOW, "shelltool/setup/"],
    "shelltool/doctor": [*BELOW, "shelltool/setup/", "shelltool/session/", "shelltool/hosts/"],
    "shelltool/command": [*BELOW, "shelltool/"],
    "tests": [*BELOW, "shelltool/"],
}

# Header: the only places that may include it.
ONLY_IN = {
    "regex": [],
    "yaml-cpp/": ["config/yaml.cc"],
    "seccomp.h": ["sandbox/launcher/", "sandbox/gate/"],
    "CLI/": ["shelltool/command/command_line.cc", "shelltool/command/command_line_error.cc", "tests/unit/shelltool/options_test.cc"],
    "httplib.h": ["mcp/"],
}

TOP = {"meson.build", "README.md", "LICENSE", "mcp", "shelltool", "policy", "sandbox", "config", "tests", "examples"}

WORKPLACE = re.compile("|".join(["/" + "work/(main|shared)", r"\." + "library/"]))


def sources(root):
    for directory in MAY_INCLUDE:
        yield from (p for p in (root / directory).rglob("*") if p.suffix in (".cc", ".h"))


def owner_of(name):
    return max((d for d in MAY_INCLUDE if name.startswith(d + "/")), key=len)


def include_faults(root, name, text):
    owner = owner_of(name)
    for quote, header in re.findall(r'^\s*#\s*include\s*(["<])([^">]+)', text, flags=re.M):
        if header.endswith(".inc"):
            continue  # the build makes it
        if quote == '"' and not (root / header).exists():
            if owner != "tests" or not ((root / name).parent / header).exists():
                yield f'{name}: "{header}" is not spelled from the root'
        elif quote == '"' and not any(header.startswith(p) for p in [owner + "/", *MAY_INCLUDE[owner]]):
            yield f"{name}: {owner} must not include {header}"
        for restricted, places in ONLY_IN.items():
            if (header == restricted or header.startswith(restricted) and restricted.endswith("/")) \
                    and not any(name.startswith(p) for p in places):
                yield f"{name}: <{header}> belongs in {' or '.join(places) or 'no file of ours'}"


def source_faults(root):
    for path in sorted(set(sources(root))):
        name, text = str(path.relative_to(root)), path.read_text()
        lines = text.count("\n")
        if lines > LONGEST:
            yield f"{name}: {lines} lines, {LONGEST} is the most"
        if path.suffix == ".h" and path.parent.name != "pch" and "#pragma once" not in text:
            yield f"{name}: no #pragma once"
        if not name.startswith("tests/") and re.search(r"^\s*#\s*define\s", text, flags=re.M):
            yield f"{name}: defines a macro"
        yield from include_faults(root, name, text)


def git(root, *words):
    result = subprocess.run(["git", "-C", str(root), *words], capture_output=True, text=True, check=False)
    return result.stdout.splitlines() if result.returncode == 0 else None


def project_files(root):
    tracked = git(root, "ls-files", "-co", "--exclude-standard")
    if tracked is not None:
        return tracked
    return [str(p.relative_to(root)) for p in root.rglob("*") if p.is_file() and "build" not in p.parts[len(root.parts)]]


def tree_faults(root):
    files = project_files(root)
    for name in sorted({f.split("/")[0] for f in files}):
        if name not in TOP and not name.startswith("."):
            yield f"{name}: the top level is fixed"
    for directory in sorted(d for d in TOP if (root / d).is_dir()):
        if not (root / directory / "README.md").exists():
            yield f"{directory}: no README.md"
    for name in files:
        try:
            text = (root / name).read_text()
        except (UnicodeDecodeError, OSError):
            continue
        if WORKPLACE.search(text):
            yield f"{name}: names a path of somebody's workplace"
    # Tools that take their list from git pass over a file that git does not know.
    if os.environ.get("GATEHOUSE_MUST_WORK") == "1":
        for name in git(root, "ls-files", "-o", "--exclude-standard", "*.cc", "*.h") or []:
            yield f"{name}: not under version control"


def main():
    root = pathlib.Path(sys.argv[1]).resolve()
    faults = [*source_faults(root), *tree_faults(root)]
    for fault in faults:
        print(fault)
    print(f"house: {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
