"""What tests of a network by name share: files and servers that they alone see, and a place to run gatehouse in."""

import argparse
import atexit
import contextlib
import ctypes
import fcntl
import json
import os
import pathlib
import socket
import struct
import subprocess
import tempfile
import threading
import time

import cases
import place as places

HOSTS = """127.0.0.1 localhost
127.0.0.1 allowed.example other.example below.wild.example
::1 six.example
10.9.9.9 private.example
169.254.169.254 metadata.example
"""


def see_other_files(files, network=False):
    """In a mount namespace of its own, with other text in these; gatehouse and what it asks for names see them, too. They can
    be written anew there. `network`: in a network namespace of its own, too, with nothing but a loopback."""
    libc = ctypes.CDLL(None, use_errno=True)

    def must(result, doing):
        if result != 0:
            raise OSError(ctypes.get_errno(), doing)

    uid, gid = os.geteuid(), os.getegid()
    new_mounts, new_user, new_network, bind, private = 0x20000, 0x10000000, 0x40000000, 4096, 16384 | (1 << 18)
    must(libc.unshare(new_mounts | (new_user if uid else 0) | (new_network if network else 0)), "making a mount namespace")
    if uid:
        pathlib.Path("/proc/self/setgroups").write_text("deny")
        pathlib.Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1")
        pathlib.Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1")
    must(libc.mount(None, b"/", None, private, None), "making mounts private")
    for path, text in files.items():
        with tempfile.NamedTemporaryFile("w", delete=False) as file:  # nothing can be mounted over one that is deleted
            file.write(text)
        atexit.register(os.unlink, file.name)
        os.chmod(file.name, 0o644)
        must(libc.mount(file.name.encode(), path.encode(), None, bind, None), f"mounting {path}")
    if network:
        set_flags, up_and_running = 0x8914, 0x41
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
            fcntl.ioctl(any_socket, set_flags, struct.pack("16sh22x", b"lo", up_and_running))


def see_other_hosts():
    see_other_files({"/etc/hosts": HOSTS})


class NameServer:
    """Outside, at port 53: knows addresses by name, tells nothing of what is in `silent`, and the rest after `delay` seconds, and notes who was asked for."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 53))
        self.forget()
        threading.Thread(target=self.serve, daemon=True).start()

    def forget(self):
        self.known, self.silent, self.asked, self.delay = {}, set(), [], 0

    def serve(self):
        while True:
            question, asker = self.socket.recvfrom(600)
            end = question.index(b"\0", 12)
            labels, at = [], 12
            while at < end:
                labels.append(question[at + 1:at + 1 + question[at]].decode())
                at += 1 + question[at]
            name, kind = ".".join(labels).lower(), question[end + 1:end + 3]
            self.asked.append(name)
            if name in self.silent:
                continue
            time.sleep(self.delay)
            found = self.known.get(name, []) if kind == b"\0\1" else []
            code = 0 if name in self.known else 3
            head = question[:2] + struct.pack("!5H", 0x8180 | code, 1, len(found), 0, 0)
            answers = b"".join(b"\xc0\x0c" + struct.pack("!HHIH", 1, 1, 0, 4) + socket.inet_aton(one) for one in found)
            self.socket.sendto(head + question[12:end + 5] + answers, asker)


class Server:
    """Outside: answers each line with its own name, and counts who came."""

    def __init__(self, name, address="127.0.0.1", talk=None, port=0):
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self.socket = socket.socket(family, socket.SOCK_STREAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind((address, port))
        self.socket.listen(1024)
        self.port = self.socket.getsockname()[1]
        self.name, self.came, self.talk = name, 0, talk or self.echo
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        with contextlib.suppress(OSError):
            while True:
                peer, _ = self.socket.accept()
                self.came += 1
                threading.Thread(target=self.guarded, args=(peer,), daemon=True).start()

    def guarded(self, peer):
        with contextlib.suppress(OSError), peer:
            self.talk(peer)

    def echo(self, peer):
        while data := peer.recv(65536):
            if data.startswith(b"GET "):
                peer.sendall(f"HTTP/1.0 200 OK\r\nContent-Length: {len(self.name)}\r\n\r\n{self.name}".encode())
                return
            peer.sendall(self.name.encode() + b" " + data)


class Place(places.Place):
    def __init__(self, gatehouse):
        super().__init__(gatehouse, "net")

    def rules(self, *rules, loopback=True):
        """Names that lead to loopback need a rule that says so; it opens no name by itself."""
        lines = ["version: 1", "rules:"]
        if loopback:
            rules = [*rules, '{id: here, event: net, when: {host: [127.0.0.0/8, "::1"]}, verdict: allow}']
        lines += [f"  - {rule}" for rule in rules] or ["  []"]
        (self.path / "rules.yaml").write_text("\n".join(lines) + "\n")

    def command(self, words, network):
        self.audit.unlink(missing_ok=True)
        return [self.gatehouse, "exec", "--network", network, "--rules", self.path / "rules.yaml", "--audit", self.audit,
                "--report", self.path / "report.json", "--", *words]

    def run(self, *words, network="allowlist", timeout=60):
        return subprocess.run(self.command(words, network), cwd=self.workspace, env=self.env, text=True, stdin=subprocess.DEVNULL,
                              capture_output=True, timeout=timeout, check=False)

    def python(self, text, *words, **options):
        return self.run("/usr/bin/python3", "-c", "import errno,os,socket,sys,threading\n" + text, *map(str, words), **options)

    def denials(self):
        return json.loads((self.path / "report.json").read_text())["denials"]


TRY = """
def attempt(host, port, family=0, kind=socket.SOCK_STREAM):
    try:
        with socket.create_connection((host, int(port)), 20) as s:
            s.sendall(b"x")
            return s.recv(100).decode()
    except OSError as error:
        return errno.errorcode.get(error.errno, str(error))
"""


def allow(host, port, more=""):
    return f"{{id: net.allowed, event: net, when: {{host: {host}, port: {port}{more}}}, verdict: allow}}"


def set_network(place, pid, network):
    done = subprocess.run([place.gatehouse, "state", "set", "--pid", str(pid), "--network", network], env=place.env, cwd=place.workspace, text=True,
                          capture_output=True, timeout=20, check=False)
    assert done.returncode == 0, done


def until(condition, seconds=15):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it does not happen"
        time.sleep(0.003)


def main(name, tests, make_place, prepare=see_other_hosts):
    """The whole of a program that tests with other hosts."""
    parser = argparse.ArgumentParser(prog=name)
    parser.add_argument("gatehouse", type=lambda path: pathlib.Path(path).resolve())
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    try:
        prepare()
    except OSError as error:
        print(f"SKIP: {error}\n0 passed, 0 failed, 1 skipped")
        return 77
    return cases.run(tests, options.only, lambda: make_place(options.gatehouse))
