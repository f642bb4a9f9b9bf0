#!/usr/bin/env python3
"""Servers inside, and who reaches them from outside: the ports that are published, and no others.

    tests/sandbox/publish.py GATEHOUSE [--only WORD]
"""

import argparse
import contextlib
import hashlib
import json
import pathlib
import signal
import socket
import sys
import threading
import time

import cases
from place import Place, until

ECHO = """
import socket, sys, threading
server = socket.socket(socket.AF_INET6 if ':' in sys.argv[1] else socket.AF_INET)
server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
server.bind((sys.argv[1], int(sys.argv[2]))); server.listen(1024)
def serve(peer):
    with peer:
        while data := peer.recv(65536): peer.sendall(data)
while True:
    peer, _ = server.accept()
    threading.Thread(target=serve, args=(peer,), daemon=True).start()
"""
PORT = 8000  # inside, where nobody else is


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def connect(port):
    return socket.create_connection(("127.0.0.1", port), 10)


def echoes(port, data=b"hello"):
    with connect(port) as peer:
        peer.sendall(data)
        peer.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: peer.recv(65536), b"")) == data


def begin_echo(place, address, port, *options):
    """One that can be reached."""
    process = place.begin("/usr/bin/python3", "-c", ECHO, address, PORT, options=["--publish", f"{PORT}:{port}", *options])
    assert until(lambda: echoes(port)), "no answer"
    return process


def a_port_that_is_published_is_reached_and_no_other(place):
    port, other = free_port(), free_port()
    (place.workspace / "index.html").write_text("from inside")
    place.begin("sh", "-c", f"python3 -m http.server {other} & exec python3 -m http.server {PORT}", options=["--publish", f"{PORT}:{port}"])

    def fetch():
        with connect(port) as peer:
            peer.sendall(b"GET / HTTP/1.0\r\n\r\n")
            return b"".join(iter(lambda: peer.recv(65536), b""))

    assert until(lambda: b"from inside" in fetch())
    for unreached in (other, PORT):
        with contextlib.suppress(ConnectionRefusedError):
            connect(unreached).close()
            raise AssertionError(f"{unreached} is reached")


def the_same_port_is_the_default(place):
    port = free_port()
    place.begin("/usr/bin/python3", "-c", ECHO, "127.0.0.1", port, options=["--publish", port])
    assert until(lambda: echoes(port))


def servers_of_every_address_are_reached(place):
    for address in ("127.0.0.1", "0.0.0.0", "::1", "::"):
        process = begin_echo(place, address, free_port())
        process.terminate()
        process.wait(20)


def with_an_allow_list_too(place):
    port = free_port()
    begin_echo(place, "127.0.0.1", port, "--network", "allowlist")
    assert echoes(port, b"x" * 100_000)


def many_at_once_and_much_come_through_whole(place):
    port = free_port()
    begin_echo(place, "127.0.0.1", port)
    results = []
    threads = [threading.Thread(target=lambda n=n: results.append(echoes(port, b"%d" % n * 1000))) for n in range(300)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert results == [True] * 300, len(results)
    data, back = bytes(range(256)) * (1 << 17), hashlib.sha256()  # 32 MB
    with connect(port) as peer:
        sender = threading.Thread(target=lambda: (peer.sendall(data), peer.shutdown(socket.SHUT_WR)))
        sender.start()
        while part := peer.recv(1 << 20):
            back.update(part)
        sender.join()
    assert back.digest() == hashlib.sha256(data).digest()


def what_a_server_said_arrives_after_the_commands_end(place):
    port = free_port()
    text = ("s = socket.create_server(('127.0.0.1', %d)); p, _ = s.accept(); p.recv(10); p.sendall(b'y' * 3000000)" % PORT)
    process = place.begin("/usr/bin/python3", "-c", "import socket\n" + text, options=["--publish", f"{PORT}:{port}"])

    def fetch():
        with connect(port) as peer:
            peer.sendall(b"go")
            time.sleep(0.3)
            return len(b"".join(iter(lambda: peer.recv(65536), b"")))

    got = []
    assert until(lambda: got.append(fetch()) or got[-1] > 0) and got[-1] == 3_000_000, got[-1]
    assert process.wait(10) == 0


def without_a_server_a_connection_is_broken_off(place):
    port = free_port()
    place.begin("sh", "-c", "mkdir ready; sleep 30", options=["--publish", f"{PORT}:{port}"])
    assert until((place.workspace / "ready").is_dir)
    with contextlib.suppress(ConnectionResetError):  # which may come while it still connects
        with connect(port) as peer:
            assert peer.recv(1) == b""


def a_port_that_is_taken_is_an_error_and_nothing_runs(place):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = place.run("touch", "ran", options=["--publish", f"{PORT}:{port}"])
    assert done.returncode == 125 and not (place.workspace / "ran").exists(), done
    assert f"publishing on port {port} of 127.0.0.1: Address already in use" in done.stderr, done.stderr


def a_wrong_port_is_an_error(place):
    for port in ("0", "70000", "80:", "x", "80:90:100"):
        done = place.run("touch", "ran", options=["--publish", port])
        assert done.returncode == 125 and "PORT or PORT:HOSTPORT" in done.stderr and not (place.workspace / "ran").exists(), done


def the_port_is_free_when_the_command_has_ended_however(place):
    port = free_port()
    for end in (signal.SIGTERM, signal.SIGKILL):
        process = begin_echo(place, "127.0.0.1", port)
        process.send_signal(end)
        process.wait(20)

        def is_free():
            with socket.create_server(("127.0.0.1", port)):
                return True

        assert until(is_free, 0.01 if end == signal.SIGTERM else 5), f"still taken after {end}"


def with_the_hosts_network_there_is_nothing_to_publish(place):
    done = place.run("true", options=["--network", "full", "--publish", str(free_port())])
    assert done.returncode == 0 and "no port is published: the sandbox has the host's own network" in done.stderr, done


def who_listens_and_is_not_published_is_named_with_the_flag(place):
    done = place.run("timeout", "5", "python3", "-m", "http.server", "8123")
    line = next(line for line in done.stderr.splitlines() if line.startswith("gatehouse: "))
    assert "python3 -m http.server 8123 listens on port 8123, inside only; --publish 8123 lets" in line, done
    assert any("--publish 8123" in note for note in place.report()["notes"]) and done.stderr.count("--publish") == 1, place.report()
    done = place.run("timeout", "2.5", "python3", "-m", "http.server", str(PORT), options=["--network", "allowlist", "--publish", f"{PORT}:{free_port()}"])
    assert "--publish" not in done.stderr, done


def a_session_publishes_what_the_config_says(place):
    port, other = free_port(), free_port()
    place.config(f"network: {{publish: ['{PORT}:{port}']}}")
    (place.workspace / "index.html").write_text("from inside")
    server = place.serve()
    text, _ = server.shell(f"python3 -m http.server {PORT} >/dev/null 2>&1 & python3 -m http.server {other} >/dev/null 2>&1 & sleep 4")
    with connect(port) as peer:
        peer.sendall(b"GET / HTTP/1.0\r\n\r\n")
        assert b"from inside" in b"".join(iter(lambda: peer.recv(65536), b""))
    assert f"note: python3 -m http.server {other} listens on port {other}, inside only; network.publish: [{other}]" in text, text
    assert f"network.publish: [{PORT}]" not in text, text
    second = place.serve()
    text, meta = second.shell("echo works")
    assert text.endswith("works") and f"note: publishing on port {port} of 127.0.0.1: Address already in use" in text, text
    assert json.dumps(meta)


TESTS = [a_port_that_is_published_is_reached_and_no_other, the_same_port_is_the_default, servers_of_every_address_are_reached, with_an_allow_list_too,
         many_at_once_and_much_come_through_whole, what_a_server_said_arrives_after_the_commands_end, without_a_server_a_connection_is_broken_off,
         a_port_that_is_taken_is_an_error_and_nothing_runs, a_wrong_port_is_an_error, the_port_is_free_when_the_command_has_ended_however,
         with_the_hosts_network_there_is_nothing_to_publish, who_listens_and_is_not_published_is_named_with_the_flag,
         a_session_publishes_what_the_config_says]


def main():
    parser = argparse.ArgumentParser(prog="publish.py")
    parser.add_argument("gatehouse", type=lambda path: pathlib.Path(path).resolve())
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    return cases.run(TESTS, options.only, lambda: Place(options.gatehouse, "publish"))


if __name__ == "__main__":
    sys.exit(main())
