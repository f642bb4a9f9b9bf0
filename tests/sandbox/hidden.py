#!/usr/bin/env python3
"""What the sandbox hides by itself stays hidden while the owner's other programs change it.

    tests/sandbox/hidden.py GATEHOUSE [--only WORD]
"""

import argparse
import pathlib
import subprocess
import sys

import cases
import place as places

RULES = """version: 1
profiles:
  shown: {{extends: workspace-write, unhide: ["~/.pgpass", "~/.npmrc"]}}
rules:
{rules}
"""
SECRET = "the-secret-word"
# Until it is told to stop: how often it has looked, and what it read the last time.
LOOK = """
def look(path):
    try:
        return open(os.path.expanduser(path)).read().strip() or "(empty)"
    except OSError as error:
        return type(error).__name__
number = 0
while not os.path.exists("stop"):
    number += 1
    open("seen.new", "w").write(f"{number} {look(sys.argv[1])}")
    os.rename("seen.new", "seen")
    time.sleep(0.005)
"""


# Takes directories from another sandbox and says what can be opened in them, while that one lives and after it.
TAKER = """
here = socket.socket(socket.AF_UNIX)
here.bind("taker")
here.listen()
print("waits", flush=True)
_, (root, inside), _, _ = socket.recv_fds(here.accept()[0], 1, 2)
def attempt(path, flags, directory):
    try:
        os.close(os.open(path, flags, 0o600, dir_fd=directory))
        return "opened"
    except OSError as error:
        return type(error).__name__
for moment in ("lives", "has ended"):
    print(attempt(sys.argv[1].lstrip("/"), os.O_RDONLY, root), attempt("etc/hostname", os.O_RDONLY, root),
          attempt(f"made while it {moment}", os.O_WRONLY | os.O_CREAT, inside), flush=True)
    sys.stdin.readline()
print(open("own").read().strip())
"""
GIVER = """
there = socket.socket(socket.AF_UNIX)
there.connect("taker")
socket.send_fds(there, [b"x"], [os.open("/", os.O_PATH | os.O_DIRECTORY), os.open(".", os.O_PATH | os.O_DIRECTORY)])
sys.stdin.read()
"""


class Place(places.Place):
    def __init__(self, gatehouse):
        super().__init__(gatehouse, "hidden")
        self.rules()

    def rules(self, *rules):
        (self.path / "rules.yaml").write_text(RULES.format(rules="\n".join(f"  - {rule}" for rule in rules) or "  []"))

    def options(self):
        return [*super().options(), "--rules", self.path / "rules.yaml"]

    def secret(self, path, text=SECRET):
        """As programs save: a new file in place of the old one."""
        file = self.home / path
        file.parent.mkdir(parents=True, exist_ok=True)
        fresh = file.parent / ".fresh"
        fresh.write_text(text + "\n")
        fresh.rename(file)

    def look(self, path, options=()):
        return self.begin("/usr/bin/python3", "-c", "import os,sys,time\n" + LOOK, path, options=options)

    def looks(self):
        number, _, text = (self.workspace / "seen").read_text().partition(" ")
        return int(number), text

    def seen(self):
        return self.looks()[1]

    def sees(self, text):
        """In a look that began after now."""
        assert places.until(lambda: self.looks()[0] > 0)
        before = self.looks()[0]
        return places.until(lambda: self.looks()[0] > before + 1 and self.looks()[1] == text)

    def stop(self, process):
        (self.workspace / "stop").touch()
        out = process.communicate(timeout=30)
        assert process.returncode == 0, out
        (self.workspace / "stop").unlink()


def a_file_that_is_replaced_is_hidden_again(place):
    place.secret(".pgpass")
    process = place.look("~/.pgpass")
    assert place.sees("PermissionError"), place.seen()
    for word in ("one", "two", "three"):
        place.secret(".pgpass", word)
        assert place.sees("PermissionError"), place.seen()
    place.stop(process)
    assert place.seen() == "PermissionError"


def a_file_that_is_replaced_in_the_first_moments_is_hidden_again(place):
    for _ in range(3):
        place.secret(".pgpass")
        process = place.look("~/.pgpass")
        assert places.until(lambda: (place.workspace / "seen").exists())
        place.secret(".pgpass", "one")
        assert places.until(lambda: place.python('try: open(os.path.expanduser("~/.pgpass"))\nexcept OSError: print("no")').stdout == "no\n")
        assert place.sees("PermissionError"), place.seen()
        place.stop(process)
        (place.workspace / "seen").unlink()


def a_file_that_comes_later_is_hidden(place):
    for path in (".pgpass", ".docker/config.json", ".local/share/opencode/auth.json"):
        process = place.look("~/" + path)
        assert place.sees("FileNotFoundError"), place.seen()
        place.secret(path)
        assert place.sees("PermissionError"), place.seen()
        place.stop(process)


def a_directory_in_place_of_another_is_hidden_too(place):
    place.secret(".aws/credentials")
    process = place.look("~/.aws/credentials")
    assert place.sees("FileNotFoundError"), place.seen()
    (place.home / ".aws").rename(place.home / "old")
    place.secret(".aws/credentials", "new")
    assert place.sees("FileNotFoundError"), place.seen()
    place.stop(process)
    assert place.seen() == "FileNotFoundError"


def what_the_config_hides_is_followed_as_well(place):
    place.config('sandbox: {hide: ["~/notes", "local.key"]}')
    process = place.look("local.key")
    assert place.sees("FileNotFoundError"), place.seen()
    (place.workspace / "local.key").write_text(SECRET)
    assert place.sees("PermissionError"), place.seen()
    place.stop(process)


def what_the_config_hides_in_what_it_shows_stays_hidden(place):
    place.config('sandbox: {unhide: ["~/.docker"], hide: ["~/.docker/config.json"]}')
    place.secret(".docker/config.json")
    process = place.look("~/.docker/config.json")
    assert place.sees("PermissionError"), place.seen()
    place.secret(".docker/config.json", "new")
    assert place.sees("PermissionError"), place.seen()
    place.stop(process)


def settings_that_get_a_sign_in_later_are_shown_without(place):
    place.secret(".config/pip/pip.conf", "index-url = https://r.example/")
    process = place.look("~/.config/pip/pip.conf")
    assert place.sees("index-url = https://r.example/"), place.seen()
    place.secret(".config/pip/pip.conf", f"index-url = https://me:{SECRET}@other.example/")
    assert place.sees("index-url = https://other.example/"), place.seen()
    place.stop(process)


def settings_are_shown_without_what_signs_in_also_when_they_change(place):
    registry = "registry=https://npm.corp.example/"
    place.secret(".npmrc", f"{registry}\n//npm.corp.example/:_authToken={SECRET}")
    process = place.look("~/.npmrc")
    assert place.sees(registry), place.seen()
    place.secret(".npmrc", f"_auth={SECRET}")
    assert place.sees("(empty)"), place.seen()
    with open(place.home / ".npmrc", "w", encoding="utf-8") as file:  # in place
        file.write(f"//x/:_password={SECRET}\n{registry}\n")
    assert place.sees(registry), place.seen()
    place.stop(process)
    tried = place.python('for mode in ("a", "w"):\n try: open(os.path.expanduser("~/.npmrc"), mode)\n except OSError as e: print(e.strerror)')
    assert len(tried.stdout.splitlines()) == 2, tried
    assert SECRET in (place.home / ".npmrc").read_text()


def a_profile_that_shows_a_file_goes_on_to_see_it(place):
    place.rules("{id: p, event: exec, when: {program: python3}, verdict: allow, profile: shown}")
    place.secret(".pgpass")
    process = place.look("~/.pgpass")
    assert place.sees(SECRET), place.seen()
    place.secret(".pgpass", "new")
    assert place.sees("new"), place.seen()
    (place.home / ".pgpass").unlink()
    assert place.sees("FileNotFoundError"), place.seen()
    place.secret(".pgpass", "newer")
    assert place.sees("newer"), place.seen()
    place.stop(process)
    assert place.run("/bin/sh", "-c", "read x < ~/.pgpass; echo $x").stdout.strip() == ""


def a_rule_on_it_comes_first(place):
    place.rules('{id: none, event: read, when: {path: "~/.npmrc"}, verdict: deny, reason: No.}')
    place.secret(".npmrc", "registry=https://npm.corp.example/")
    process = place.look("~/.npmrc")
    assert place.sees("PermissionError"), place.seen()
    place.secret(".npmrc", "registry=https://other.example/")
    place.rules()
    assert place.sees("registry=https://other.example/"), place.seen()
    place.stop(process)


def calls_of_a_server_see_what_is_there_by_then(place):
    place.secret(".pgpass")
    server = place.serve()
    look = "python3 -c 'import os; print(open(os.path.expanduser(\"~/.pgpass\")).read())'; true"
    for word in ("secret-one", "secret-two"):
        place.secret(".pgpass", word)
        text, _ = server.shell(look)
        assert "PermissionError" in text and word not in text, text


def who_moves_a_directory_above_it_uncovers_nothing(place):
    place.config('sandbox: {hide: ["part/local.key"]}')
    (place.workspace / "part").mkdir()
    (place.workspace / "part/local.key").write_text(SECRET)
    for _ in range(2):
        assert "Device or resource busy" in place.run("mv", "part", "other").stderr
        assert "Permission denied" in place.run("cat", "part/local.key").stderr
    assert not (place.workspace / "other").exists()


def who_fills_the_private_tmp_is_held_all_the_same(place):
    """What covers a file in a directory is pinned there by a mount, which has to lie somewhere."""
    rules = place.path / "held.yaml"
    rules.write_text("version: 1\nrules:\n  - {id: held, event: read, when: {path: '**/kept/**'}, verdict: deny, reason: No.}\n")
    place.config("limits: {tmp: 4MB}")
    server = place.serve("--rules", rules)
    text, _ = server.shell("python3 -c \"import os\nopen('/tmp/x', 'w').close()\nfor n in range(100000): os.link('/tmp/x', f'/tmp/{n}')\" 2>&1 | tail -1; touch /tmp/more")
    assert "No space left on device" in text, text
    for name in ("one", "two"):
        (place.workspace / name / "kept").mkdir(parents=True)
        (place.workspace / name / "kept" / "file").write_text(SECRET)
        text, _ = server.shell(f"cat {name}/kept/file; echo read")
        assert SECRET not in text and "read" in text and "not held" not in text, text


def with_the_hosts_files_nothing_is_hidden(place):
    place.secret(".pgpass")
    process = place.look("~/.pgpass", options=["--mode", "danger-full-access"])
    assert place.sees(SECRET), place.seen()
    place.secret(".pgpass", "new")
    assert place.sees("new"), place.seen()
    place.stop(process)


def a_directory_of_another_sandbox_leads_nowhere_nor_when_that_one_has_ended(place):
    """Its covers are gone by then: what it sees would be the host's own files."""
    place.secret(".pgpass")
    (place.workspace / "own").write_text("mine")
    python = ["/usr/bin/python3", "-c"]
    taker = place.begin(*python, "import os,socket,sys\n" + TAKER, place.home / ".pgpass", stdin=subprocess.PIPE)
    assert taker.stdout.readline() == "waits\n", taker.communicate()
    giver = place.begin(*python, "import os,socket,sys\n" + GIVER, stdin=subprocess.PIPE)
    said = [taker.stdout.readline().split()]
    giver.communicate("", timeout=30)
    taker.stdin.write("\n")
    taker.stdin.flush()
    said.append(taker.stdout.readline().split())
    last = taker.communicate("\n", timeout=30)
    assert said == [["PermissionError"] * 3] * 2, (said, last)
    assert last[0].startswith("mine") and taker.returncode == 0, last
    assert not list(place.workspace.glob("made*"))


TESTS = [a_directory_of_another_sandbox_leads_nowhere_nor_when_that_one_has_ended, a_file_that_is_replaced_is_hidden_again, a_file_that_is_replaced_in_the_first_moments_is_hidden_again, a_file_that_comes_later_is_hidden,
         a_directory_in_place_of_another_is_hidden_too, what_the_config_hides_is_followed_as_well,
         what_the_config_hides_in_what_it_shows_stays_hidden, settings_that_get_a_sign_in_later_are_shown_without,
         settings_are_shown_without_what_signs_in_also_when_they_change, a_profile_that_shows_a_file_goes_on_to_see_it, a_rule_on_it_comes_first,
         calls_of_a_server_see_what_is_there_by_then, who_moves_a_directory_above_it_uncovers_nothing, who_fills_the_private_tmp_is_held_all_the_same,
         with_the_hosts_files_nothing_is_hidden]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="hidden.py")
    parser.add_argument("gatehouse", type=lambda path: pathlib.Path(path).resolve())
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    sys.exit(cases.run(TESTS, options.only, lambda: Place(options.gatehouse)))
