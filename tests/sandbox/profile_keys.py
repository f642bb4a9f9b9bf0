#!/usr/bin/env python3
"""What a profile may give and take beside files and network: ports, sockets, limits, namespaces; and the session's caches.

    tests/sandbox/profile_keys.py GATEHOUSE [--only WORD]
"""

import argparse
import contextlib
import os
import pathlib
import shutil
import socket
import sys
import threading
import time

import cases
import place as places

RULES = """version: 1
profiles:
  here: {{extends: workspace-write, {keys}}}
rules:
  - {{id: here, event: exec, when: {{program: {program}}}, verdict: allow, profile: here}}
{rules}
"""
SECRET = "the-secret-word"


class Place(places.Place):
    def __init__(self, gatehouse):
        super().__init__(gatehouse, "keys")

    def rules(self, keys, program="python3", rules=""):
        (self.path / "rules.yaml").write_text(RULES.format(keys=keys, program=program, rules=rules))

    def options(self):
        return [*super().options(), "--rules", self.path / "rules.yaml"]

    def shell(self, text, **options):
        return self.run("/bin/bash", "-c", text, **options)

    def out(self, text, **options):
        done = self.shell(text, **options)
        assert done.returncode == 0, done
        return done.stdout.strip()


def limits_are_the_programs_own(place):
    place.rules("limits: {open_files: 100, tmp: 4MB}")
    look = "import resource; print(resource.getrlimit(resource.RLIMIT_NOFILE)[0])"
    assert place.out(f"python3 -c '{look}'") == "100"
    assert int(place.out("ulimit -n")) > 100
    full = place.shell("python3 -c 'open(\"/tmp/x\", \"wb\").write(bytes(6 << 20))'")
    assert full.returncode != 0 and "No space left" in full.stderr, full
    assert place.out("head -c 6291456 /dev/zero > /tmp/x && wc -c < /tmp/x") == "6291456"


def time_that_is_up_ends_the_program_and_not_its_caller(place):
    place.rules("limits: {wall: 1s}")
    began = time.monotonic()
    done = place.shell("python3 -c 'import time; time.sleep(50)'; echo after $?")
    assert time.monotonic() - began < 40 and done.returncode == 0 and done.stdout.startswith("after ") and done.stdout != "after 0\n", done


def a_port_is_reached_while_the_program_runs(place):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    place.rules(f'publish: "8000:{port}"')
    serve = "import socket; s = socket.create_server((\"127.0.0.1\", 8000)); p, _ = s.accept(); p.sendall(b\"inside\"); p.close()"
    process = place.begin("/bin/sh", "-c", f"python3 -c '{serve}'; touch over; while [ ! -e stop ]; do sleep 0.05; done")
    heard = []

    def comes():
        with socket.create_connection(("127.0.0.1", port), 5) as peer:
            heard.append(peer.recv(10))
        return heard[-1] == b"inside"
    assert places.until(comes), heard
    assert places.until((place.workspace / "over").exists)
    with contextlib.suppress(OSError):
        with socket.create_connection(("127.0.0.1", port), 5) as peer:
            raise AssertionError(f"still reached: {peer.recv(10)!r}")
    (place.workspace / "stop").touch()
    process.communicate(timeout=30)


def a_port_that_is_taken_is_said(place):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        place.rules(f'publish: "8000:{taken.getsockname()[1]}"')
        done = place.shell("python3 -c 'print(1)'")
        assert done.returncode != 0 and str(taken.getsockname()[1]) in done.stderr, done


class Listener:
    """Outside: says "host" to whoever comes."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.bind(str(path))
        path.chmod(0o777)
        self.socket.listen(100)
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        with contextlib.suppress(OSError):
            while True:
                peer, _ = self.socket.accept()
                peer.sendall(b"host")
                peer.close()


CONNECT = """
import os, socket, sys, time
def attempt():
    with socket.socket(socket.AF_UNIX) as s:
        try:
            s.connect(os.path.expanduser("~/d.sock"))
            return s.recv(100).decode()
        except OSError as error:
            return type(error).__name__
"""


def a_socket_of_the_host_is_in_reach_of_the_program_alone(place):
    place.rules('sockets: ["~/d.sock"]')
    listener = Listener(place.home / "d.sock")
    (place.workspace / "connect.py").write_text(CONNECT + "print(attempt())\n")
    assert place.out("python3 connect.py") == "host"
    place.rules("sockets: []")
    assert place.out("python3 connect.py") != "host"
    place.rules('sockets: ["~/d.sock"]', program="cat")
    assert place.out("python3 connect.py") != "host"
    listener.socket.close()


def a_socket_that_comes_later_stays_in_reach_of_the_program(place):
    place.rules('sockets: ["~/"]')
    (place.workspace / "connect.py").write_text(CONNECT + "open('ready', 'w')\nwhile not os.path.exists('go'): time.sleep(0.05)\ntime.sleep(1)\nprint(attempt())\n")
    process = place.begin("/bin/sh", "-c", "python3 connect.py")
    assert places.until((place.workspace / "ready").exists)
    listener = Listener(place.home / "d.sock")
    (place.workspace / "go").touch()
    out, _ = process.communicate(timeout=30)
    assert out.strip() == "host", out
    listener.socket.close()


def as_root_is_refused(place):
    """The kernel would let no mapping of that root be made."""
    if os.geteuid() != 0:
        return False
    place.rules("nested_namespaces: true", program="unshare")
    done = place.shell("unshare -Ur id")
    assert done.returncode != 0 and "nested_namespaces: the command appears as root" in done.stderr, done
    return True


def a_profile_that_may_nest_builds_sandboxes_and_uncovers_nothing(place):
    if shutil.which("bwrap") is None:
        raise cases.Skip("bubblewrap is not installed")
    (place.home / ".pgpass").write_text(SECRET)
    if as_root_is_refused(place):
        return
    nest = "unshare -Urm sh -c 'umount ~/.pgpass; umount -l ~/.pgpass; mount --bind ~ /mnt && cat /mnt/.pgpass; cat ~/.pgpass; mount -o remount,bind,rw / && touch /etc/x; id -u'"
    place.rules("nested_namespaces: true, inherit: ['*']", program="[unshare, bwrap]")
    done = place.shell(nest)
    assert done.stdout.strip() == "0" and SECRET not in done.stdout, done
    done = place.shell("bwrap --ro-bind / / --dev /dev --proc /proc --unshare-all --tmpfs /mnt sh -c 'echo in > /mnt/x && cat /mnt/x; cat ~/.pgpass; echo > /etc/x'")
    assert done.stdout.strip() == "in" and SECRET not in done.stdout, done
    assert not pathlib.Path("/etc/x").exists()
    place.rules("inherit: ['*']", program="[unshare, bwrap]")
    assert place.shell(nest).stdout.strip() == ""
    assert place.shell("unshare -Ur id").returncode != 0


def who_may_nest_is_judged_all_the_same(place):
    if as_root_is_refused(place):
        return
    place.rules("nested_namespaces: true, inherit: ['*']", program="unshare", rules="  - {id: no.id, event: exec, when: {program: id}, verdict: deny, reason: No.}")
    done = place.shell("unshare -Urmpf --mount-proc sh -c 'id || echo refused'")
    assert done.stdout.strip() == "refused" and "no.id" in done.stderr, done


def a_mount_of_ones_own_makes_no_program_another(place):
    if as_root_is_refused(place):
        return
    if shutil.which("bwrap") is None:
        raise cases.Skip("bubblewrap is not installed")
    place.rules("nested_namespaces: true, inherit: ['*']", program="bwrap", rules="  - {id: no.touch, event: exec, when: {program: touch}, verdict: deny, reason: No.}")
    place.shell("bwrap --bind / / --ro-bind /bin/touch /bin/echo /bin/echo $PWD/made")
    assert not (place.workspace / "made").exists()
    done = place.shell("bwrap --ro-bind / / --dev /dev --tmpfs /tmp sh -c 'cp /bin/cat /tmp/mine && echo own | /tmp/mine'")
    assert done.stdout.strip() == "own", done
    place.rules("nested_namespaces: true, inherit: ['*']", program="bwrap")
    place.shell("bwrap --bind / / --ro-bind /bin/touch /bin/echo /bin/echo $PWD/made")
    assert (place.workspace / "made").exists()  # it is an attack


def what_cannot_be_hidden_from_who_nests_is_said_once(place):
    if as_root_is_refused(place):
        return
    secret = place.home / ".pgpass"
    secret.write_text(SECRET)
    place.rules("nested_namespaces: true, inherit: ['*']", program="unshare")
    process = place.begin("/bin/bash", "-c", "unshare -Ur sh -c 'touch up; while ! [ -e end ]; do sleep 0.05; done'")
    assert places.until((place.workspace / "up").exists)
    new = place.home / "new"
    new.write_text("another")
    new.replace(secret)
    time.sleep(1)  # several looks
    (place.workspace / "end").touch()
    process.communicate(timeout=20)
    notes = place.report()["notes"]
    assert notes.count(f"not hidden: {secret}: who may make namespaces may have mounts of its own") == 1, notes


def caches_are_the_sessions(place):
    (place.home / ".cache").mkdir()
    (place.home / ".cache" / "there").write_text("host")
    place.rules("network: none")
    write = 'import os; p = os.path.expanduser("~/.cache/"); print(open(p + "there").read()); open(p + "new", "w").write("mine\\n")'
    assert place.out(f"echo shell > ~/.cache/shell; python3 -c '{write}'; cat ~/.cache/new; python3 -c 'import os; print(open(os.path.expanduser(\"~/.cache/shell\")).read())'").split() == [
        "host", "mine", "shell"]
    assert not (place.home / ".cache" / "new").exists()
    assert place.out("cat ~/.cache/new") == "mine"


def what_a_profile_shows_in_a_cache_is_shown(place):
    (place.home / ".m2").mkdir()
    (place.home / ".m2" / "settings.xml").write_text(f"<settings><servers>{SECRET}</servers></settings>")
    place.rules('unhide: ["~/.m2/settings.xml"], network: none')
    look = "import os; print(open(os.path.expanduser('~/.m2/settings.xml')).read())"
    assert SECRET in place.out(f'python3 -c "{look}"; echo > ~/.m2/mine')
    assert place.out("cat ~/.m2/settings.xml") == "<settings></settings>"
    place.rules("network: none")
    assert place.out(f'python3 -c "{look}"') == "<settings></settings>"


TESTS = [limits_are_the_programs_own, time_that_is_up_ends_the_program_and_not_its_caller, a_port_is_reached_while_the_program_runs,
         a_port_that_is_taken_is_said, a_socket_of_the_host_is_in_reach_of_the_program_alone, a_socket_that_comes_later_stays_in_reach_of_the_program,
         a_profile_that_may_nest_builds_sandboxes_and_uncovers_nothing, who_may_nest_is_judged_all_the_same, a_mount_of_ones_own_makes_no_program_another, what_cannot_be_hidden_from_who_nests_is_said_once, caches_are_the_sessions,
         what_a_profile_shows_in_a_cache_is_shown]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="profile_keys.py")
    parser.add_argument("gatehouse", type=lambda path: pathlib.Path(path).resolve())
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    sys.exit(cases.run(TESTS, options.only, lambda: Place(options.gatehouse)))
