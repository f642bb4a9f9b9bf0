#!/usr/bin/env python3
"""`gatehouse state` from outside: what commands that run may do changes, all at once, and nobody inside has a say.

    tests/sandbox/state.py GATEHOUSE [--sessions N] [--only WORD]
"""

import argparse
import contextlib
import fcntl
import json
import os
import pathlib
import resource
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

import cases

# Of builtins only, once it has begun: nothing of it has to be judged. It says so by a directory, which nobody has
# open for writing for a moment.
WRITER = "exec 5> log; mkdir ready; while :; do echo x >&5; for i in {1..500}; do :; done; done"
MAKER = "mkdir ready; i=0; while :; do i=$((i+1)); echo x > made$((i % 20)); mkdir d; rmdir d; done 2>/dev/null"


class Skip(Exception):
    """Why a test cannot run here."""


class Place:
    def __init__(self, gatehouse, name="ws", sessions=10):
        base = "/opt" if os.geteuid() == 0 else os.path.expanduser("~")  # not below /tmp, which a sandbox replaces
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="gatehouse-state.", dir=os.environ.get("GATEHOUSE_TEST_PLACE", base)))
        self.path.chmod(0o755)
        self.home, self.workspace = self.path / "home", self.path / name
        self.home.mkdir()
        self.workspace.mkdir()
        self.gatehouse, self.sessions = str(gatehouse), sessions
        self.env = {"HOME": str(self.home), "PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"}
        self.runtime = self.home / ".local/state/gatehouse/run"
        self.running = []

    def start(self, script, *options, workspace=None, around=()):
        """A command that has begun, and can be reached."""
        workspace = workspace or self.workspace
        if (workspace / "ready").is_dir():
            (workspace / "ready").rmdir()
        process = self.begin(script, *options, workspace=workspace, around=around)

        def is_there(path):
            assert process.poll() is None or path.exists(), process.communicate()
            return path.exists()
        until(lambda: is_there(workspace / "ready"))
        until(lambda: is_there(self.runtime / f"{process.pid}.sock"))
        return process

    def waiting(self):
        """Options for a command that lives on where it is caught with a file open."""
        config = self.path / "config.yaml"
        config.write_text("version: 1\nsandbox: {on_writers: wait}\n")
        return "--config", config

    def begin(self, script, *options, workspace=None, around=()):
        process = subprocess.Popen([*around, self.gatehouse, "exec", *options, "--", "bash", "-c", script], cwd=workspace or self.workspace, env=self.env,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                   start_new_session=True)
        self.running.append(process)
        return process

    def state(self, *words, status=0, cwd=None):
        done = subprocess.run([self.gatehouse, "state", *map(str, words)], env=self.env, cwd=cwd or self.workspace, text=True,
                              capture_output=True, timeout=60, check=False)
        assert done.returncode == status, (words, done.returncode, done.stdout, done.stderr)
        return done.stdout + done.stderr

    def set(self, *words, **options):
        said = self.state("set", "--json", *words, **options)
        return json.loads(said) if said.startswith("{") else None

    def end(self):
        for process in self.running:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            process.communicate()
        shutil.rmtree(self.path, ignore_errors=True)


def until(condition, seconds=15, pause=0.003):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it does not happen"
        time.sleep(pause)


def look(directory):
    seen = {}
    for parent, directories, files in os.walk(directory):  # which passes over a directory that goes meanwhile
        for name in directories + files:
            path = os.path.join(parent, name)
            with contextlib.suppress(FileNotFoundError):
                facts = os.lstat(path)
                seen[path] = (facts.st_size, facts.st_mtime_ns, facts.st_mode)
    return seen


def changes(directory, seconds=0.15):
    before = look(directory)
    time.sleep(seconds)
    return look(directory) != before


def modes(shown):
    return [one["in_force"]["mode"] for one in shown["gatehouses"]]


def nothing_is_written_from_the_moment_that_it_is_set(place):
    for script in (WRITER, MAKER):
        process = place.start(script)
        assert changes(place.workspace), "it writes nothing by itself"
        assert modes(place.set("--mode", "read-only")) == ["read-only"]
        assert not changes(place.workspace)
        process.kill()
        process.communicate()


def runs(command_line):
    for directory in pathlib.Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if (directory / "cmdline").read_bytes() == command_line:
                return True
    return False


def a_command_that_was_ended_for_it_says_why(place):
    process = place.start("exec 5> log; mkdir ready; exec sleep 60.0725")
    until(lambda: runs(b"sleep\x0060.0725\0"))
    place.set("--mode", "read-only")
    said = process.communicate(timeout=10)[1]
    assert process.returncode == 137, process.returncode
    assert "the state of the sandbox changed: read-only, net none" in said, said
    assert "/ws/log open for writing: sleep" in said, said


def what_is_mapped_is_found_whichever_thread_is_left(place):
    program = """
import ctypes, os, threading
libc = ctypes.CDLL(None)
libc.mmap.restype, libc.mmap.argtypes = ctypes.c_void_p, [ctypes.c_void_p, ctypes.c_size_t, *[ctypes.c_int] * 3, ctypes.c_long]
with open("log", "w+b") as file:
    file.truncate(4096)
    mapped = libc.mmap(None, 4096, 3, 1, file.fileno(), 0)  # mmap.mmap() would keep the file open
def write():
    os.mkdir("ready")
    for i in range(10**9): ctypes.memset(mapped + i % 4096, i % 256, 1)
threading.Thread(target=write).start()
libc.syscall(60 if os.uname().machine == "x86_64" else 93, 0)
"""
    (place.workspace / "map.py").write_text(program)
    process = place.start("/usr/bin/python3 map.py")
    until(lambda: (place.workspace / "log").read_bytes()[100] != 0)
    place.set("--mode", "read-only")
    before = (place.workspace / "log").read_bytes()
    time.sleep(0.1)
    assert (place.workspace / "log").read_bytes() == before
    said = process.communicate(timeout=10)[1]
    assert "/ws/log open for writing: python3" in said, said


def writers_are_waited_for_where_the_config_says_so(place):
    process = place.start("exec 5> log; mkdir ready; sleep 1; echo last >&5; exec 5>&-; sleep 1; echo went on", *place.waiting())
    begun = time.monotonic()
    place.set("--mode", "read-only")
    assert time.monotonic() - begun > 0.3, "nobody was waited for"
    assert (place.workspace / "log").read_text() == "last\n"
    assert not changes(place.workspace)
    assert process.communicate(timeout=10)[0] == "went on\n"


def a_command_can_be_told_from_its_first_write_on(place):
    for _ in range(40):
        process = place.begin("exec 5> log; : > ready; while :; do echo x >&5; done")
        until((place.workspace / "ready").exists, pause=0)
        assert (place.runtime / f"{process.pid}.sock").exists(), "it runs and cannot be reached"
        process.kill()
        process.communicate()
        (place.workspace / "ready").unlink()


def many_writers_with_long_names_are_told_in_short(place):
    deep = place.workspace.joinpath(*["d" * 200] * 15)
    deep.mkdir(parents=True)
    # Who opens its file meanwhile is one more writer in each round, until the sandbox is ended for it.
    process = place.start(f"cd {deep.relative_to(place.workspace)}; for i in {{1..150}}; do exec 5> $i; sleep 60 & done; exec 5>&-; mkdir {place.workspace}/ready; sleep 60")
    (one,) = place.set("--mode", "read-only")["gatehouses"]
    assert modes(json.loads(place.state("show", "--json"))) == ["read-only"]
    ended = [said for said in one["said"] if "open for writing: " in said]
    assert len(ended) == 20 and "and 130 more" in one["said"] and max(map(len, ended)) < 500, one["said"]
    assert modes(place.set("--mode", "workspace-write")) == ["workspace-write"]
    process.kill()


def many_roots_are_told_in_short(place):
    place.start(MAKER, *place.waiting())
    path = place.runtime / f"{place.running[-1].pid}.sock"
    for length, told in ((50, 100),):
        roots = [place.workspace / ("r" * length) / str(i) for i in range(200)]
        for root in roots:
            root.mkdir(parents=True)
        said = ask(path, json.dumps({"do": "set", "word": {"roots": list(map(str, roots))}}).encode())
        assert len(said["in_force"]["roots"]) == told and said["in_force"]["more_roots"] == 200 - told, said
        assert f" · {200 - told} more" in place.state("show")
    assert modes(place.set("--mode", "read-only")) == ["read-only"]


def what_is_wrong_changes_nothing(place):
    process = place.start(MAKER)
    (place.workspace / "file").write_text("")
    (place.workspace / "link").symlink_to("/etc")
    wrong = {("--root", "missing"): 2, ("--root", "file"): 2, ("--root", "link"): 1, ("--root", "/"): 1, ("--root", ".", "--root", "/etc"): 1,
             ("--mode", "danger-full-access"): 1, ("--network", "full"): 1, ("--mode", "read-only", "--root", "."): 2, (): 2,
             ("--mode", "writable"): 2, ("--mode", "read-only", "--network", "full"): 1, ("--network", "x"): 2}
    for words, status in wrong.items():
        said = place.state("set", *words, status=status)
        assert len(said.splitlines()) == 1 and said.startswith("gatehouse: "), (words, said)
    (shown,) = json.loads(place.state("show", "--json"))["gatehouses"]
    assert shown["generation"] == 1 and shown["sources"]["set"] is None, shown
    assert changes(place.workspace)
    process.kill()


def a_refusal_of_one_changes_none(place):
    first = place.start(MAKER, *place.waiting())
    other = place.path / "ws2"
    other.mkdir()
    place.start(MAKER, "--mode", "read-only", "--workspace", other, workspace=make_ready(other))
    said = place.state("set", "--all", "--mode", "workspace-write", status=1)
    assert "mode workspace-write: the config there allows read-only; nothing was changed" in said, said
    assert "no gatehouse runs in this workspace" in place.state("set", "--mode", "read-only", status=3, cwd=place.path)
    assert modes(place.set("--pid", first.pid, "--mode", "read-only")) == ["read-only"]
    assert sorted(modes(place.set("--all", "--mode", "read-only"))) == ["read-only", "read-only"]
    session = json.loads(place.state("show", "--json"))["gatehouses"][0]["session"]
    assert len(place.set("--session", session, "--mode", "read-only")["gatehouses"]) == 1
    place.state("set", "--session", "nobody", "--mode", "read-only", status=3)


def make_ready(directory):
    """Of a command that may not write there."""
    threading.Timer(0.3, (directory / "ready").touch).start()
    return directory


def a_workspace_shrinks_and_grows(place):
    (place.workspace / "part").mkdir()
    # A child's work, since who has it open just then is ended.
    place.start("mkdir ready; while :; do echo x >> part/a; (echo x >> rest); done 2>/dev/null")
    until((place.workspace / "rest").exists)
    place.set("--root", "part")
    rest = (place.workspace / "rest").stat().st_size
    until(lambda: changes(place.workspace / "part"))
    assert (place.workspace / "rest").stat().st_size == rest
    place.set("--root", ".")
    until(lambda: (place.workspace / "rest").stat().st_size > rest)


def what_is_protected_stays_so_when_it_is_named_as_a_root(place):
    subprocess.run(["git", "init", "-q", str(place.workspace)], check=True)
    (place.workspace / ".vscode").mkdir()
    place.start("mkdir ready; while :; do echo x > free; echo x > .git/hooks/pre-push; echo x > .vscode/x; echo x > .vscode/tasks.json; done 2>/dev/null",
                *place.waiting())
    until((place.workspace / "free").exists)
    for protected in (".git/hooks", ".vscode"):
        said = place.state("set", "--root", protected)
        assert "is protected, and stays read-only" in said, said
        place.set("--root", ".")
        (place.workspace / "free").unlink(missing_ok=True)
        until((place.workspace / "free").exists)
    assert not (place.workspace / ".git/hooks/pre-push").exists() and not list((place.workspace / ".vscode").iterdir())


def what_was_taken_away_from_outside_ends_with_who_is_in_it(place):
    part, away = place.workspace / "part", place.workspace / "away"
    (part / "sub").mkdir(parents=True)
    process = place.start("mkdir ready; until [ -e go ]; do :; done; cd part/sub; mkdir in; while :; do echo x >> file; done", *place.waiting())
    place.set("--root", "part")
    (place.workspace / "go").touch()
    until((part / "sub/in").exists)
    (part / "sub").rename(away)
    part.rmdir()  # Landlock opens nothing there any more; a machine without it does
    begun = time.monotonic()
    place.set("--mode", "read-only")
    assert time.monotonic() - begun < 5, "it was waited for"
    assert not changes(away)
    said = process.communicate(timeout=10)[1]
    assert f"all that ran in it: the directory {part} was removed or moved from outside" in said, said


def updates_at_once_leave_one_of_them(place):
    place.start(MAKER, *place.waiting())
    for _ in range(5):
        both = [threading.Thread(target=place.set, args=words)
                for words in (("--mode", "read-only"), ("--mode", "workspace-write"), ("--mode", "read-only"))]
        for thread in both:
            thread.start()
        for thread in both:
            thread.join()
        (shown,) = json.loads(place.state("show", "--json"))["gatehouses"]
        assert changes(place.workspace) == (shown["in_force"]["mode"] == "workspace-write"), shown


def a_program_that_starts_is_judged_by_the_new_state(place):
    rules = place.path / "rules.yaml"
    rules.write_text("version: 1\nrules:\n  - {id: no-id, event: exec, when: {program: id, mode: read-only}, verdict: deny, reason: Not now.}\n")
    out = place.path / "out"
    out.mkdir()
    place.start("mkdir ready; while :; do id > /dev/null && echo ran; done 2>/dev/null", "--rules", rules)
    stdout = place.running[-1].stdout.fileno()
    os.set_blocking(stdout, False)
    assert select.select([stdout], [], [], 15)[0], "it runs nothing by itself"
    place.set("--mode", "read-only")
    time.sleep(0.1)  # for what was judged before to say so
    os.read(stdout, 1 << 20)
    time.sleep(0.3)
    with contextlib.suppress(BlockingIOError):
        assert not os.read(stdout, 1 << 20), "a program ran that the new state denies"


def who_does_not_answer_is_ended_and_named(place):
    process = place.start(WRITER)
    os.kill(process.pid, signal.SIGSTOP)
    assert changes(place.workspace), "its command goes on"
    shown = place.set("--mode", "read-only", status=1)
    assert not changes(place.workspace)
    assert shown["gatehouses"] == [] and f"{process.pid} (" in shown["ended"][0] and "log" in shown["ended"][0], shown


def who_does_not_answer_is_meant_by_where_it_works(place):
    elsewhere = place.path / "elsewhere"
    elsewhere.mkdir()
    process = place.begin(f"cd {place.workspace}; {WRITER}", "--workspace", place.workspace, workspace=elsewhere)
    until((place.workspace / "ready").exists)
    until((place.runtime / f"{process.pid}.sock").exists)
    os.kill(process.pid, signal.SIGSTOP)
    assert place.set("--mode", "read-only", cwd=elsewhere, status=3) is None
    assert changes(place.workspace)
    assert f"{process.pid} (" in place.set("--mode", "read-only", status=1)["ended"][0]
    assert not changes(place.workspace)


def one_is_set_after_the_other(place):
    place.start(MAKER)
    lock = os.open(place.runtime, os.O_RDONLY)
    fcntl.flock(lock, fcntl.LOCK_EX)
    second = subprocess.Popen([place.gatehouse, "state", "set", "--mode", "read-only"], env=place.env, cwd=place.workspace, stdout=subprocess.DEVNULL)
    time.sleep(0.3)
    assert second.poll() is None and modes(json.loads(place.state("show", "--json"))) == ["workspace-write"]
    os.close(lock)
    assert second.wait(timeout=10) == 0 and modes(json.loads(place.state("show", "--json"))) == ["read-only"]


def a_root_may_have_any_name(place):
    place.start("mkdir ready; while sleep 0.02; do (echo x >> 'odd\troot/file'); done 2>/dev/null")
    odd = place.workspace / "odd\troot"
    odd.mkdir()
    assert "odd\\troot" in place.set("--root", odd)["gatehouses"][0]["in_force"]["roots"][0]
    assert changes(odd)


def one_gatehouse_is_named_in_one_way(place):
    for words in (("--all", "--pid", "1"), ("--session", "x", "--pid", "1"), ("--all", "--session", "x"), ("--pid", "0"), ("--pid", "-1"), ("--session", "")):
        said = place.state("show", *words, status=2)
        assert len(said.splitlines()) == 1 and said.startswith("gatehouse: "), said


def a_session_is_named_by_what_no_other_begins_with(place):
    sessions = []
    while len({session[0] for session in sessions}) == len(sessions):  # seventeen at the most
        place.start("mkdir ready; sleep 100")
        sessions = [one["session"] for one in json.loads(place.state("show", "--json"))["gatehouses"]]
    (digit,) = {session[0] for session in sessions if sum(other[0] == session[0] for other in sessions) > 1}
    said = place.state("set", "--session", digit, "--mode", "read-only", status=2)
    assert said == f"gatehouse: 2 sessions begin with '{digit}'; say more of the one that is meant\n", said
    one = next(session for session in sessions if session[0] == digit)
    assert [each["session"] for each in place.set("--session", one, "--mode", "read-only")["gatehouses"]] == [one]
    assert sorted(modes(json.loads(place.state("show", "--json"))))[:2] == ["read-only", "workspace-write"]


@contextlib.contextmanager
def connected(path, most=None):
    """As many connections as there can be; each may be one more than it has room for."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(BlockingIOError):
            for _ in range(most or hard - 100):
                peer = stack.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET | socket.SOCK_NONBLOCK))
                peer.connect(str(path))
        yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def who_cannot_be_connected_is_ended_and_named(place):
    process = place.start(WRITER)
    os.kill(process.pid, signal.SIGSTOP)
    with connected(place.runtime / f"{process.pid}.sock"):
        assert f"{process.pid} (" in place.state("show")
        shown = place.set("--mode", "read-only", status=1)
    assert not changes(place.workspace)
    assert f"{process.pid} (" in shown["ended"][0], shown


def others_who_connect_leave_room_for_the_owner(place):
    process = place.start(MAKER)
    with connected(place.runtime / f"{process.pid}.sock", 200):
        assert modes(place.set("--mode", "read-only")) == ["read-only"]
    process.kill()


def who_is_refused_is_hung_up_on_at_once(place):
    process = place.start(MAKER)
    confined = ("import ctypes,socket,sys\nctypes.CDLL(None).prctl(38,1,0,0,0)\ns=socket.socket(socket.AF_UNIX,socket.SOCK_SEQPACKET)\n"
                "s.settimeout(5); s.connect(sys.argv[1]); print(s.recv(65536).decode(), s.recv(65536))")
    path = place.runtime / f"{process.pid}.sock"
    said = subprocess.run([sys.executable, "-c", confined, str(path)], text=True, capture_output=True, check=True).stdout
    assert "given up rights" in said and said.endswith("b''\n"), said


def who_hangs_up_and_lives_on_is_silent(place):
    place.runtime.mkdir(parents=True, mode=0o700)
    mute = ("import os,socket,sys\ns=socket.socket(socket.AF_UNIX,socket.SOCK_SEQPACKET)\n"
            "s.bind(f'{sys.argv[1]}/{os.getpid()}.sock'); s.listen()\nwhile True: s.accept()[0].close()")
    with subprocess.Popen([sys.executable, "-c", mute, str(place.runtime)]) as process:
        path = place.runtime / f"{process.pid}.sock"
        until(path.exists)
        time.sleep(0.1)
        assert "does not answer" in place.state("show")
        shown = place.set("--pid", process.pid, "--mode", "read-only", status=1)
        assert f"{process.pid} (" in shown["ended"][0] and process.wait(timeout=5) == -signal.SIGKILL, shown


def the_sockets_are_the_owners_alone(place):
    process = place.start(MAKER)
    path = place.runtime / f"{process.pid}.sock"
    assert path.stat().st_mode & 0o777 == 0o600 and place.runtime.stat().st_mode & 0o777 == 0o700
    process.kill()
    process.communicate()
    place.state("show")
    assert not path.exists(), "the name of one that was killed stays"
    process = place.start("mkdir ready; sleep 0.2")
    process.communicate()
    assert not list(place.runtime.iterdir()), "a name stays behind"


def ask(path, word):
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as peer:
        peer.connect(str(path))
        try:
            peer.send(word)
        except BrokenPipeError:
            pass
        return json.loads(peer.recv(65536))


def requests_that_are_none_are_refused(place):
    process = place.start(MAKER)
    path = place.runtime / f"{process.pid}.sock"
    for word in (b"x", b"[]", b"{}", b'{"do": "end"}', b'{"do": "set", "word": {"mode": 1}}', b'{"do": "set", "word": {"roots": ["x"]}}',
                 b'{"do": "set", "word": {"roots": ["/etc"]}}', b'{"do": "set", "word": {"mode": "danger-full-access"}}', b"{" * 60000):
        assert "error" in ask(path, word), word
    assert ask(path, b'{"do": "show"}')["generation"] == 1


ASK = ("import socket,sys\ns=socket.socket(socket.AF_UNIX,socket.SOCK_SEQPACKET); s.connect(sys.argv[1])\n"
       "print(s.recv(65536).decode())")  # it is told before it has said anything


def who_is_confined_is_not_heard(place):
    """As from a sandbox without namespaces, where the socket can be seen: fewer rights, or below a launcher by name."""
    process = place.start(MAKER)
    path = place.runtime / f"{process.pid}.sock"
    program = ("import ctypes,socket,sys,subprocess\nlibc=ctypes.CDLL(None)\n{}\n"
               "s=socket.socket(socket.AF_UNIX,socket.SOCK_SEQPACKET); s.connect(sys.argv[1])\n"
               "try: s.send(b'{{\"do\":\"show\"}}')\nexcept BrokenPipeError: pass\nprint(s.recv(65536).decode())")
    ways = {"": "generation", "libc.prctl(38,1,0,0,0)": "given up rights",
            "libc.prctl(15,b'gatehouse-init',0,0,0)": "runs in a gatehouse's sandbox"}
    if subprocess.run(["unshare", "-Ur", "true"], check=False, capture_output=True).returncode == 0:
        ways["libc.unshare(0x10000000) == 0 or sys.exit(1)"] = "sandbox or container"
    for way, word in ways.items():
        said = subprocess.run([sys.executable, "-c", program.format(way), str(path)], text=True, capture_output=True, check=True).stdout
        assert word in said, (way, said)


def without_namespaces_what_cannot_be_narrowed_is_ended_and_said(place):
    around = [sys.executable, str(pathlib.Path(__file__).resolve().parent / "without.py"), "namespaces", "--"]
    process = place.start(WRITER, around=around)
    assert changes(place.workspace)
    (one,) = place.set("--mode", "read-only")["gatehouses"]
    assert not changes(place.workspace)
    assert one["tier"] in "BC" and f"tier {one['tier']} has no mounts to change" in " ".join(one["said"]), one
    assert process.communicate(timeout=10)[1].count("the sandbox ended, and all that ran in it") == 1
    # The socket can be seen there, and says nothing.
    rules = place.path / "rules.yaml"
    rules.write_text("version: 1\nrules: []\n")
    script = f"{place.gatehouse} state set --all --mode read-only; echo status $?; sleep 0.3; python3 -c \"{ASK}\" {place.runtime}/*.sock"
    process = place.start("mkdir ready; sleep 0.2; " + script, "--rules", rules, around=around)
    said = process.communicate(timeout=20)[0]
    assert "status 2" in said and "runs in a gatehouse's sandbox" in said, said


def watching_tells_each_change(place):
    place.start(MAKER)
    with subprocess.Popen([place.gatehouse, "state", "watch", "--json"], cwd=place.workspace, env=place.env,
                          stdout=subprocess.PIPE, text=True) as watch:
        seen = [json.loads(watch.stdout.readline())]
        place.set("--mode", "read-only")
        seen.append(json.loads(watch.stdout.readline()))
        place.running[-1].kill()
        assert watch.wait(timeout=10) == 0
    assert [one["generation"] for one in seen] == [1, 2]
    assert "no gatehouse runs" in place.state("watch", status=3)


def many_sessions_change_at_once(place):
    for _ in range(place.sessions):
        place.start("exec 5>> $$.log; mkdir ready; while sleep 0.02; do echo x >&5; done")
    shown = place.set("--mode", "read-only")
    assert modes(shown) == ["read-only"] * place.sessions
    assert not changes(place.workspace)
    print(f"     {place.sessions} sessions with a writer each: {shown['in_force_ms']:.1f} ms")


TESTS = [nothing_is_written_from_the_moment_that_it_is_set, a_command_that_was_ended_for_it_says_why,
         what_is_mapped_is_found_whichever_thread_is_left,
         writers_are_waited_for_where_the_config_says_so, a_command_can_be_told_from_its_first_write_on,
         many_writers_with_long_names_are_told_in_short, many_roots_are_told_in_short, what_is_wrong_changes_nothing,
         a_refusal_of_one_changes_none, a_workspace_shrinks_and_grows, what_is_protected_stays_so_when_it_is_named_as_a_root, what_was_taken_away_from_outside_ends_with_who_is_in_it,
         updates_at_once_leave_one_of_them, a_program_that_starts_is_judged_by_the_new_state,
         who_does_not_answer_is_ended_and_named, who_does_not_answer_is_meant_by_where_it_works, one_is_set_after_the_other,
         a_root_may_have_any_name, one_gatehouse_is_named_in_one_way, a_session_is_named_by_what_no_other_begins_with,
         who_cannot_be_connected_is_ended_and_named,
         others_who_connect_leave_room_for_the_owner, who_is_refused_is_hung_up_on_at_once,
         who_hangs_up_and_lives_on_is_silent, the_sockets_are_the_owners_alone, requests_that_are_none_are_refused,
         who_is_confined_is_not_heard, without_namespaces_what_cannot_be_narrowed_is_ended_and_said, watching_tells_each_change, many_sessions_change_at_once]


def main():
    parser = argparse.ArgumentParser(prog="state.py")
    parser.add_argument("gatehouse", type=lambda path: pathlib.Path(path).resolve())
    parser.add_argument("--sessions", type=int, default=10)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    probe = subprocess.run([options.gatehouse, "exec", "--json", "--", "true"], capture_output=True, text=True, check=False)
    if json.loads(probe.stdout).get("sandbox", {}).get("tier") != "A":
        print("SKIP: this machine gives no namespaces\n0 passed, 0 failed, 1 skipped")
        return 77
    return cases.run(TESTS, options.only, lambda: Place(options.gatehouse, sessions=options.sessions))


if __name__ == "__main__":
    sys.exit(main())
