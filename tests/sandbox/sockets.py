#!/usr/bin/env python3
"""Unix sockets: those of the host that nobody listed are out of reach, those of the commands' own work.

    tests/sandbox/sockets.py GATEHOUSE [--only WORD]
"""

import argparse
import contextlib
import pathlib
import socket
import sys
import threading

import cases
from place import Place, until

# Says what the host's listener said, or why it was not reached.
TRY = """
import errno
def attempt(path, kind=socket.SOCK_STREAM):
    with socket.socket(socket.AF_UNIX, kind) as s:
        s.settimeout(5)
        try:
            if kind == socket.SOCK_DGRAM: return s.sendto(b'x', path)
            s.connect(path)
            return s.recv(100).decode()
        except OSError as error:
            return errno.errorcode.get(error.errno, str(error))
for path in sys.argv[1:]: print(attempt(path if path[0] != '@' else '\\0' + path[1:]))
"""


class Listener:
    """Outside: says "host" to whoever comes, and counts them."""

    def __init__(self, path):
        self.path, self.came = str(path), 0
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.bind(self.path if self.path[0] != "@" else "\0" + self.path[1:])
        self.socket.listen(100)
        if self.path[0] != "@":
            pathlib.Path(self.path).chmod(0o777)
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        with contextlib.suppress(OSError):
            while True:
                peer, _ = self.socket.accept()
                self.came += 1
                peer.sendall(b"host")
                peer.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        pathlib.Path(self.path).unlink(missing_ok=True)


def reached(place, *paths, options=()):
    done = place.python(TRY, *paths, options=options)
    assert done.returncode == 0, done
    return done.stdout.split()


def sockets_of_the_host_are_out_of_reach_and_reached_without_the_sandbox(place):
    with Listener(place.home / "docker.sock") as home, Listener(place.workspace / "dev.sock") as workspace, Listener(place.path / "other.sock") as other:
        everywhere = [home.path, workspace.path, other.path]
        for options in ([], ["--mode", "read-only"], ["--network", "full"], ["--network", "allowlist"]):
            assert not {"host"} & set(reached(place, *everywhere, options=options)), options
        assert home.came + workspace.came + other.came == 0
        # The attack works where nothing keeps from it.
        assert reached(place, *everywhere, options=["--mode", "danger-full-access"]) == ["host"] * 3


def another_way_to_the_name_does_not_help(place):
    with Listener(place.workspace / "dev.sock") as listener:
        (place.workspace / "sub").mkdir()
        (place.workspace / "link").symlink_to(listener.path)
        text = TRY + """
os.chdir('sub')
print(attempt('../dev.sock'), attempt('../link'))
os.chdir('..')
for doing in (lambda: os.link('dev.sock', 'hard'), lambda: os.rename('dev.sock', 'moved'), lambda: os.rename(os.getcwd(), os.getcwd() + '2')):
    try: doing(); print('done')
    except OSError as error: print(errno.errorcode[error.errno])
print(attempt('hard'), attempt('moved'), attempt('dev.sock'))
"""
        done = place.python(text)
        assert "host" not in done.stdout.split() and "done" not in done.stdout.split() and listener.came == 0, done


def a_datagram_does_not_arrive_either(place):
    path = place.home / "log.sock"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
        receiver.bind(str(path))
        path.chmod(0o777)
        receiver.setblocking(False)
        done = place.python(TRY + f"print(attempt('{path}', socket.SOCK_DGRAM))")
        assert done.stdout.strip() in ("EACCES", "ECONNREFUSED"), done
        with contextlib.suppress(BlockingIOError):
            raise AssertionError(receiver.recv(10))


def a_socket_that_comes_while_a_command_runs_is_out_of_reach(place):
    (place.home / ".ssh").mkdir()
    place.config('sandbox: {unhide: ["~/.ssh"]}')  # what shows again is files
    for network, directory in (("none", place.workspace), ("full", place.home / ".ssh")):
        path, go = directory / "late.sock", place.workspace / f"go-{network}"
        process = place.begin("/usr/bin/python3", "-c", "import os,socket,sys,time\n" + TRY + f"os.mkdir('ready-{network}')\n"
                              f"while not os.path.exists('{go}'): time.sleep(0.01)\nprint(attempt('{path}'))", options=["--network", network])
        assert until((place.workspace / f"ready-{network}").is_dir)
        with Listener(path) as late:
            until(lambda: False, 1.5)  # a fifth of a second is promised, of a machine that has time
            go.mkdir()
            said, errors = process.communicate(timeout=20)
            assert said.strip() in ("EACCES", "ECONNREFUSED") and late.came == 0, (network, said, errors)


def one_whose_daemon_begins_again_is_out_of_reach_again(place):
    first = Listener(place.home / "d.sock")
    process = place.begin("/usr/bin/python3", "-c", "import os,socket,sys,time\n" + TRY.replace("for path in", "open('ready', 'w')\nwhile not os.path.exists('go'): time.sleep(0.05)\n"
                          "time.sleep(1)\nfor path in"), first.path)
    assert until((place.workspace / "ready").exists)
    pathlib.Path(first.path).unlink()
    second = Listener(first.path)
    (place.workspace / "go").touch()
    out, _ = process.communicate(timeout=30)
    assert out.strip() and "host" not in out and second.came == 0, out
    second.socket.close()
    first.socket.close()


def one_that_was_renamed_or_linked_is_out_of_reach(place):
    """As ssh does it for ControlPath."""
    directory = place.home / "cp"
    directory.mkdir()
    with Listener(directory / "first") as renamed, Listener(directory / "second") as linked:
        (directory / "first").rename(directory / "renamed")
        (directory / "linked").hardlink_to(directory / "second")
        (directory / "second").unlink()
        for options in ([], ["--mode", "read-only"], ["--network", "full"]):
            assert "host" not in reached(place, directory / "renamed", directory / "linked", options=options), options
        assert renamed.came + linked.came == 0
        assert reached(place, directory / "renamed", directory / "linked", options=["--mode", "danger-full-access"]) == ["host"] * 2


def a_program_in_a_profile_reaches_none_either(place):
    rules, ready = place.path / "rules.yaml", place.workspace / "ready"
    rules.write_text("version: 1\nprofiles:\n  beside: {extends: workspace-write}\nrules:\n"
                     "  - {id: beside, event: exec, when: {program: python3}, verdict: allow, profile: beside}\n")
    with Listener(place.workspace / "early.sock") as early:
        done = place.python(TRY + f"print(attempt('{early.path}'))", options=["--rules", rules])
        assert done.stdout.strip() in ("EACCES", "ECONNREFUSED") and early.came == 0, done
        assert place.report()["execs"]["moved"] == 1, place.report()
        process = place.begin("sh", "-c", f"mkdir {ready}; while ! [ -e go ]; do sleep 0.05; done; exec python3 -c \"$0\"",
                              "import os,socket,sys,time\n" + TRY + f"print(attempt('{place.workspace / 'late.sock'}'))", options=["--rules", rules])
        assert until(ready.is_dir)
        with Listener(place.workspace / "late.sock") as late:
            until(lambda: False, 1.5)
            (place.workspace / "go").mkdir()
            said, errors = process.communicate(timeout=20)
            assert said.strip() in ("EACCES", "ECONNREFUSED") and late.came == 0, (said, errors)


def a_profile_that_shows_a_hidden_directory_does_not_show_a_socket_in_it(place):
    rules, directory = place.path / "rules.yaml", place.home / ".ssh"
    rules.write_text("version: 1\nprofiles:\n  keys: {extends: workspace-write, unhide: [~/.ssh]}\nrules:\n"
                     "  - {id: keys, event: exec, when: {program: python3}, verdict: allow, profile: keys}\n")
    directory.mkdir(mode=0o700)
    (directory / "key").write_text("shown")
    with Listener(directory / "master.sock") as master:
        done = place.python(TRY + f"print(attempt('{master.path}'), open('{directory / 'key'}').read())", options=["--rules", rules])
        said, key = done.stdout.split()
        assert said in ("EACCES", "ECONNREFUSED") and key == "shown" and master.came == 0, done


def when_nobody_listens_any_more_a_command_can_have_the_name(place):
    path = place.workspace / "server.sock"
    listener = Listener(path)
    process = place.begin("/usr/bin/python3", "-c", "import os,socket,time\nos.mkdir('ready')\nwhile not os.path.exists('go'): time.sleep(0.01)\n"
                          f"os.unlink('{path}')\ns = socket.socket(socket.AF_UNIX); s.bind('{path}'); print('bound')")
    assert until((place.workspace / "ready").is_dir)
    listener.socket.shutdown(socket.SHUT_RDWR)
    listener.socket.close()  # as a server that is killed: the file stays
    until(lambda: False, 1.5)
    (place.workspace / "go").mkdir()
    assert process.communicate(timeout=20)[0] == "bound\n"


OWN = """
import threading
for path in sys.argv[1:]:
    server = socket.socket(socket.AF_UNIX)
    server.bind(path if path[0] != '@' else '\\0' + path[1:]); server.listen(5)
    def serve(server=server):
        while True:
            peer, _ = server.accept(); peer.sendall(b'own'); peer.close()
    threading.Thread(target=serve, daemon=True).start()
time.sleep(0.7)
"""


def sockets_of_their_own_work(place):
    for network in ("none", "allowlist", "full"):
        (place.workspace / "own.sock").unlink(missing_ok=True)
        done = place.python(OWN + TRY, place.workspace / "own.sock", "/tmp/own.sock", "@gatehouse-own", options=["--network", network])
        assert done.stdout.split() == ["own"] * 3, (network, done)


def a_session_reaches_its_own_in_the_next_turn(place):
    server = place.serve()
    (place.workspace / "own.py").write_text("import os,socket,sys,time\n" + OWN + "time.sleep(30)")
    (place.workspace / "try.py").write_text("import os,socket,sys,time\n" + TRY)
    server.shell("python3 own.py own.sock /tmp/own.sock >/dev/null 2>&1 & while ! [ -e /tmp/own.sock ]; do sleep 0.1; done; sleep 1")
    text, _ = server.shell("python3 try.py own.sock /tmp/own.sock")
    assert text.splitlines()[-2:] == ["own", "own"], text


def one_that_is_listed_is_reached(place):
    with Listener(place.home / "docker.sock") as listed, Listener(place.home / "other.sock") as other:
        place.config("sandbox: {sockets: [~/docker.sock]}")
        said = reached(place, listed.path, other.path)
        assert said[0] == "host" and said[1] != "host" and other.came == 0, said


def one_that_is_listed_below_tmp_or_run_is_reached(place):
    paths = [pathlib.Path("/tmp") / place.path.name]
    if pathlib.Path("/run").stat().st_uid == pathlib.Path("/proc/self").stat().st_uid:
        paths.append(pathlib.Path("/run") / place.path.name)
    for path in paths:
        with Listener(path) as listed:
            assert reached(place, listed.path)[0] in ("ENOENT", "ECONNREFUSED", "EACCES") and listed.came == 0
            place.config(f"sandbox: {{sockets: [{path}]}}")
            assert reached(place, listed.path) == ["host"]
            place.config("sandbox: {}")


def abstract_ones_of_the_host_are_out_of_reach(place):
    with Listener("@gatehouse-test-" + place.path.name) as listener:
        for network in ("none", "allowlist", "full"):
            assert reached(place, listener.path, options=["--network", network])[0] in ("ECONNREFUSED", "EPERM"), network
        assert listener.came == 0
        assert reached(place, listener.path, options=["--mode", "danger-full-access"]) == ["host"]


def the_result_says_what_would_open_it(place):
    with Listener(place.home / "docker.sock") as listener, Listener(pathlib.Path("/tmp") / place.path.name) as hidden:
        server = place.serve()
        text, _ = server.shell(f"echo 'Cannot connect to the Docker daemon at unix://{listener.path}. Is it running? Permission denied'; "
                               f"echo 'dial unix {hidden.path}: connect: no such file or directory' >&2")
        assert "sandbox: unix socket ~/docker.sock: of the host, and not in sandbox.sockets of the user's config.yaml" in text, text
        assert f"sandbox: unix socket {hidden.path}: of the host" in text, text


TESTS = [sockets_of_the_host_are_out_of_reach_and_reached_without_the_sandbox, another_way_to_the_name_does_not_help, a_datagram_does_not_arrive_either,
         a_socket_that_comes_while_a_command_runs_is_out_of_reach, one_whose_daemon_begins_again_is_out_of_reach_again,
         one_that_was_renamed_or_linked_is_out_of_reach, a_program_in_a_profile_reaches_none_either, a_profile_that_shows_a_hidden_directory_does_not_show_a_socket_in_it, when_nobody_listens_any_more_a_command_can_have_the_name, sockets_of_their_own_work,
         a_session_reaches_its_own_in_the_next_turn, one_that_is_listed_is_reached, one_that_is_listed_below_tmp_or_run_is_reached,
         abstract_ones_of_the_host_are_out_of_reach, the_result_says_what_would_open_it]


def main():
    parser = argparse.ArgumentParser(prog="sockets.py")
    parser.add_argument("gatehouse", type=lambda path: pathlib.Path(path).resolve())
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    return cases.run(TESTS, options.only, lambda: Place(options.gatehouse, "sockets"))


if __name__ == "__main__":
    sys.exit(main())
