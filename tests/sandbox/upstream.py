#!/usr/bin/env python3
"""A network by name through the owner's proxy.

    tests/sandbox/upstream.py GATEHOUSE [--only WORD]

A proxy on this machine's loopback takes every name for a server of this test: nothing else here knows those names.
"""

import argparse
import base64
import pathlib
import socket
import sys
import threading

import cases
import place as places

SECRET = "p4ssw0rd-of-the-proxy"


class Proxy:
    """Answers by HTTP or SOCKS 5 as it is asked, notes whom it was asked for, and is each host itself."""

    def __init__(self, status=200):
        self.status, self.asked, self.users = status, [], []
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            peer, _ = self.socket.accept()
            threading.Thread(target=self.talk, args=(peer,), daemon=True).start()

    def talk(self, peer):
        with peer, peer.makefile("rb") as said:
            first = said.read(1)
            (self.socks if first == b"\5" else self.http)(peer, said, first)

    def http(self, peer, said, first):
        head = first
        while not head.endswith(b"\r\n\r\n"):
            byte = said.read(1)
            if not byte:
                return
            head += byte
        self.asked.append(head.split()[1].decode())
        self.users += [line.split()[-1].decode() for line in head.splitlines() if line.startswith(b"Proxy-Authorization")]
        # The host speaks first, in the same packet as the proxy.
        peer.sendall(b"HTTP/1.1 %d x\r\n\r\n" % self.status + (b"hello " if self.status == 200 else b""))
        if self.status == 200:
            peer.sendall(said.read(1))

    def socks(self, peer, said, _first):
        said.read(said.read(1)[0])
        peer.sendall(b"\5\0")
        said.read(3)
        kind = said.read(1)
        host = said.read(said.read(1)[0]).decode() if kind == b"\3" else socket.inet_ntoa(said.read(4))
        self.asked.append(f"{host}:{int.from_bytes(said.read(2), 'big')}")
        peer.sendall(b"\5\0\0\1\0\0\0\0\0\0hello ")
        peer.sendall(said.read(1))


TRY = """
import errno, socket, sys
def attempt(host, port):
    try:
        with socket.socket() as s:
            s.connect((host, port)); s.settimeout(30); s.sendall(b"x"); return s.makefile().read().replace(" ", "-") or "nothing"
    except OSError as error: return errno.errorcode.get(error.errno, str(error))
"""


class Place(places.Place):
    def __init__(self, gatehouse):
        super().__init__(gatehouse, "upstream")

    def rules(self, *rules):
        (self.path / "rules.yaml").write_text("version: 1\nrules:\n" + "".join(f"  - {rule}\n" for rule in rules))

    def attempts(self, *targets, env=()):
        calls = ", ".join(f"attempt({host!r}, {port})" for host, port in targets)
        return self.run("/usr/bin/python3", "-c", TRY + f"print({calls})", env=env,
                        options=["--network", "allowlist", "--rules", self.path / "rules.yaml"])


ALLOWED = "{id: net.allowed, event: net, when: {host: '*.far.example'}, verdict: allow}"


def names_are_left_to_the_proxy_and_rules_hold_before_it(place):
    proxy = Proxy()
    place.rules(ALLOWED)
    done = place.attempts(("a.far.example", 443), ("other.example", 443), ("10.1.2.3", 80),
                          env={"https_proxy": f"http://127.0.0.1:{proxy.port}"})
    assert done.stdout.split() == ["hello-x", "EACCES", "EACCES"], done
    assert proxy.asked == ["a.far.example:443"], proxy.asked
    allowed = next(record for record in place.records("decided") if record.get("host") == "a.far.example")
    assert allowed["upstream"] == f"127.0.0.1:{proxy.port}" and allowed["verdict"] == "allow", allowed


def an_address_in_the_dress_of_a_name_is_judged_as_an_address(place):
    proxy = Proxy()
    place.rules("{id: all, event: net, verdict: allow}")
    script = """
import struct
u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); u.connect(("127.0.0.1", 53)); u.settimeout(20)
for name in ("127.0.0.1", "2130706433", "0x7f.1", "plain.example"):
    u.send(struct.pack("!6H", 7, 0x100, 1, 0, 0, 0) + b"".join(bytes([len(l)]) + l.encode() for l in name.split(".")) + b"\\0\\0\\1\\0\\1")
    print(attempt(socket.inet_ntoa(u.recv(600)[-4:]), 80))
"""
    done = place.run("/usr/bin/python3", "-c", TRY + script, env={"https_proxy": f"http://127.0.0.1:{proxy.port}"},
                     options=["--network", "allowlist", "--rules", place.path / "rules.yaml"])
    assert done.stdout.split() == ["EACCES"] * 3 + ["hello-x"] and proxy.asked == ["plain.example:80"], (done, proxy.asked)
    assert {denial["rule"] for denial in place.report()["denials"]} == {"net.internal"}, place.report()


def who_asks_the_proxy_is_seen_nowhere_else(place):
    proxy = Proxy()
    place.rules(ALLOWED)
    url = f"http://owner:{SECRET}@127.0.0.1:{proxy.port}"
    look = """
import os, pathlib
found = [name for name, value in os.environ.items() if "%s" in value]
for process in pathlib.Path("/proc").glob("[0-9]*"):
    for part in ("environ", "cmdline"):
        try:
            if b"%s" in (process / part).read_bytes(): found.append(str(process / part))
        except OSError: pass
print(attempt("a.far.example", 443), found)
""" % (SECRET[:5] + '" "' + SECRET[5:], SECRET[:5] + '" b"' + SECRET[5:])
    options = ["--network", "allowlist", "--rules", place.path / "rules.yaml"]
    done = place.run("/usr/bin/python3", "-c", TRY + look, options=options, env={"https_proxy": url, "ALL_PROXY": url})
    assert done.stdout.split() == ["hello-x", "[]"], done
    assert proxy.users == [base64.b64encode(f"owner:{SECRET}".encode()).decode()], proxy.users
    kept = place.audit.read_text() + place.report_file.read_text() + done.stderr
    assert SECRET not in kept and proxy.users[0] not in kept, kept
    proxy.status = 407
    done = place.attempts(("a.far.example", 443), env={"https_proxy": url})
    assert done.stdout.split() == ["EACCES"] and "answers 407" in done.stderr, done
    assert SECRET not in place.audit.read_text() + place.report_file.read_text() + done.stderr, done


def what_the_proxy_answers_reaches_the_result(place):
    proxy = Proxy(status=502)
    place.rules(ALLOWED)
    done = place.attempts(("a.far.example", 443), env={"https_proxy": f"http://127.0.0.1:{proxy.port}"})
    assert done.stdout.split() == ["EHOSTUNREACH"] and f"The proxy 127.0.0.1:{proxy.port} answers 502." in done.stderr, done
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        nobody = unused.getsockname()[1]
        done = place.attempts(("a.far.example", 443), env={"https_proxy": f"http://127.0.0.1:{nobody}"})
    assert done.stdout.split() == ["ECONNREFUSED"] and "cannot be reached" in done.stderr, done


def a_config_names_the_proxy_or_none(place):
    proxy = Proxy()
    place.rules(ALLOWED)
    other = {"https_proxy": "http://127.0.0.1:1"}
    place.config(f"network: {{upstream: 'socks5://127.0.0.1:{proxy.port}'}}")
    done = place.attempts(("a.far.example", 443), env=other)
    assert done.stdout.split() == ["hello-x"] and proxy.asked == ["a.far.example:443"], (done, proxy.asked)
    place.config("network: {upstream: none}")
    done = place.attempts(("a.far.example", 443), env=other)
    assert done.stdout.split() == ["EHOSTUNREACH"] and "nobody knows an address" in done.stderr, done
    place.config(f"network: {{upstream: 'http://owner:{SECRET}@127.0.0.1:{proxy.port}'}}")
    done = place.attempts(("a.far.example", 443))
    assert done.returncode == 125 and "config.yaml:2:" in done.stderr and SECRET not in done.stderr, done


def what_no_proxy_names_goes_without(place):
    proxy = Proxy()
    server = socket.create_server(("127.0.0.1", 0))

    def greet():
        with server.accept()[0] as peer:
            peer.sendall(b"own " + peer.recv(1))

    threading.Thread(target=greet, daemon=True).start()
    place.rules("{id: own, event: net, when: {host: host.gatehouse.internal}, verdict: allow}", ALLOWED)
    env = {"https_proxy": f"http://127.0.0.1:{proxy.port}", "no_proxy": "near.far.example"}
    done = place.attempts(("near.far.example", 443), ("host.gatehouse.internal", server.getsockname()[1]), ("a.far.example", 443), env=env)
    assert done.stdout.split() == ["EHOSTUNREACH", "own-x", "hello-x"] and proxy.asked == ["a.far.example:443"], (done, proxy.asked)


def what_no_proxy_names_by_its_network_goes_without(place):
    proxy = Proxy()
    place.rules("{id: all, event: net, when: {host: [224.0.0.0/4, 192.0.2.0/24]}, verdict: allow}")
    env = {"https_proxy": f"http://127.0.0.1:{proxy.port}"}
    targets = ("224.0.0.1", 443), ("192.0.2.1", 443)  # no TCP goes to a multicast address, wherever this runs
    done = place.attempts(*targets, env={**env, "no_proxy": "a.example,224.0.0.0/4"})
    assert done.stdout.split() == ["ENETUNREACH", "hello-x"] and proxy.asked == ["192.0.2.1:443"], (done, proxy.asked)
    done = place.attempts(*targets, env=env)
    assert done.stdout.split() == ["hello-x"] * 2, done


def a_proxy_that_cannot_be_used_is_an_error_and_nothing_runs(place):
    place.rules(ALLOWED)
    done = place.attempts(("a.far.example", 443), env={"https_proxy": f"https://owner:{SECRET}@proxy.example"})
    assert done.returncode == 125 and not done.stdout and "https_proxy" in done.stderr and SECRET not in done.stderr, done


TESTS = [names_are_left_to_the_proxy_and_rules_hold_before_it, an_address_in_the_dress_of_a_name_is_judged_as_an_address,
         who_asks_the_proxy_is_seen_nowhere_else, what_the_proxy_answers_reaches_the_result, a_config_names_the_proxy_or_none,
         what_no_proxy_names_goes_without, what_no_proxy_names_by_its_network_goes_without,
         a_proxy_that_cannot_be_used_is_an_error_and_nothing_runs]


def main():
    parser = argparse.ArgumentParser(prog="upstream.py")
    parser.add_argument("gatehouse", type=lambda path: pathlib.Path(path).resolve())
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    return cases.run(TESTS, options.only, lambda: Place(options.gatehouse))


if __name__ == "__main__":
    sys.exit(main())
