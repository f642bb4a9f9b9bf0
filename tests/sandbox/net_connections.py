#!/usr/bin/env python3
"""Connections of a network by name, from both ends: bytes, errors and ends, and whose they are.

    tests/sandbox/net_connections.py GATEHOUSE [--only WORD]
"""

import hashlib
import socket
import subprocess
import sys
import threading
import time

import net_scene as scene


def errors_outside_are_errors_inside(place):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        place.rules(scene.allow("allowed.example", port), scene.allow("nowhere.invalid", port).replace("net.allowed", "net.nowhere"))
        done = place.python(scene.TRY + """
s = socket.socket()
try: s.connect(("allowed.example", int(sys.argv[1])))
except OSError as error: print(errno.errorcode[error.errno])
print(attempt("allowed.example", sys.argv[1]))
s = socket.socket()
try: s.connect(("nowhere.invalid", int(sys.argv[1])))
except OSError as error: print(errno.errorcode[error.errno])
""", port)
    first, second, third = done.stdout.split()
    told = [(denial["rule"], denial["event"]["to"], denial["reason"]) for denial in place.denials()]
    # Who waited has the errno itself.
    assert told == [("net.unreachable", f"allowed.example:{port}", "Outside: Connection refused."),
                    ("net.unreachable", f"nowhere.invalid:{port}", "Outside nobody knows an address of this name.")], told
    assert (first, third) == ("ECONNREFUSED", "EHOSTUNREACH") and second in ("ECONNRESET", "EPIPE", "ECONNREFUSED"), done


def much_goes_through_whole_and_both_ends_can_finish_first(place):
    total = 64 << 20

    def talk(peer):
        digest = hashlib.sha256()
        while data := peer.recv(1 << 20):
            digest.update(data)
        peer.sendall(digest.hexdigest().encode())
        peer.sendall(bytes(range(256)) * (total // 256))

    server = scene.Server("much", talk=talk)
    place.rules(scene.allow("allowed.example", server.port))
    done = place.python("""
import hashlib
s = socket.create_connection(("allowed.example", int(sys.argv[1])))
block = os.urandom(1 << 20); sent = hashlib.sha256()
for _ in range(int(sys.argv[2]) >> 20): s.sendall(block); sent.update(block)
s.shutdown(socket.SHUT_WR)
got = s.makefile("rb").read()
print(got[:64].decode() == sent.hexdigest(), got[64:] == bytes(range(256)) * (int(sys.argv[2]) // 256))
""", server.port, total)
    assert done.stdout.split() == ["True", "True"], done
    (record,) = place.records("disconnected")
    assert (record["sent"], record["received"]) == (total, total + 64), record


def many_at_once_are_all_served(place):
    server = scene.Server("four")
    place.rules(scene.allow("allowed.example", server.port))
    done = place.python(scene.TRY + """
count = [0]
def one():
    for _ in range(5):
        if attempt("allowed.example", sys.argv[1]).startswith("four"): count[0] += 1
threads = [threading.Thread(target=one) for _ in range(60)]
for t in threads: t.start()
for t in threads: t.join()
print(count[0])
""", server.port)
    assert done.stdout.strip() == "300" and server.came == 300, (done, server.came)


STEAL = """
def allowed_socket():
    return socket.create_connection((socket.gethostbyname("allowed.example"), int(sys.argv[1])), 20)
def talk(s):
    try:
        s.settimeout(5); s.sendall(b"x"); return s.recv(100).decode().split()[0] if s else ""
    except OSError as error: return errno.errorcode.get(error.errno, "timeout")
first = allowed_socket(); relay, own = first.getpeername(), first.getsockname()
talk(first)
plain = socket.socket(); plain.connect(relay); print("plain", talk(plain))
fast = socket.socket()
try: fast.sendto(b"x", 0x20000000, relay); print("fast", talk(fast))
except OSError as error: print("fast", errno.errorcode[error.errno])
first.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\\1\\0\\0\\0\\0\\0\\0\\0"); first.close()
for n in range(200):
    again = socket.socket(); again.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try: again.bind(own); again.connect(relay)
    except OSError as error: print("port", errno.errorcode[error.errno]); break
    got = talk(again); again.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\\1\\0\\0\\0\\0\\0\\0\\0"); again.close()
    if got == "four": print("port", got); break
"""


def what_a_program_has_sent_arrives_after_its_end(place):
    total, got = 8 << 20, []

    def talk(peer):
        time.sleep(0.5)  # it is slow, and the sandbox is gone before it reads
        count = 0
        while data := peer.recv(65536):
            count += len(data)
        got.append(count)

    server = scene.Server("slow", talk=talk)
    place.rules(scene.allow("allowed.example", server.port))
    place.python("s = socket.create_connection(('allowed.example', int(sys.argv[1])))\ns.sendall(bytes(int(sys.argv[2])))\nos._exit(0)",
                 server.port, total // 8)
    place.python("s = socket.create_connection(('allowed.example', int(sys.argv[1])))\ns.sendall(bytes(int(sys.argv[2])))\nos._exit(0)",
                 server.port, total)
    scene.until(lambda: len(got) == 2)
    assert got == [total // 8, total], got
    assert len(place.records("disconnected")) == 1


def who_comes_to_the_relay_by_himself_is_sent_away(place):
    server = scene.Server("four")
    place.rules(scene.allow("allowed.example", server.port))
    done = place.python(STEAL, server.port)
    assert "four" not in done.stdout and "plain" in done.stdout and server.came == 1, (done, server.came)


FLIP = """
import ctypes, struct
libc = ctypes.CDLL(None, use_errno=True)
good, bad, rounds = int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
address = socket.inet_aton(socket.gethostbyname("allowed.example"))
here = socket.inet_aton("127.0.0.1")
buffer = ctypes.create_string_buffer(16)
choices = [struct.pack("=H", 2) + struct.pack("!H", port) + where + bytes(8) for port, where in ((good, address), (9, here), (bad, address))]
stop = []
def flip():
    while not stop:
        for choice in choices: ctypes.memmove(buffer, choice, 16)
thread = threading.Thread(target=flip); thread.start()
for n in range(rounds):
    ctypes.memmove(buffer, choices[n % 3], 16)
    s = socket.socket(); libc.connect(s.fileno(), buffer, 16); s.close()
stop.append(1); thread.join()
"""


def an_address_that_is_swapped_while_it_is_judged_leads_nowhere_else(place):
    good, bad = scene.Server("good"), scene.Server("bad")
    place.rules(scene.allow("allowed.example", good.port))
    place.python(FLIP, good.port, bad.port, 1000)
    assert bad.came == 0 and good.came > 0, (good.came, bad.came)
    place.python(FLIP, good.port, bad.port, 1000, network="full")  # the hosts file is the outer one there
    scene.until(lambda: bad.came > 0)  # else the attack is none: it does not get through where nobody judges


def a_state_without_a_network_ends_what_there_is(place):
    ended = threading.Event()

    def talk(peer):
        try:
            while peer.recv(1):
                peer.sendall(b"x")
        finally:
            ended.set()

    server = scene.Server("talk", talk=talk)
    place.rules(scene.allow("allowed.example", server.port))
    script = scene.TRY + """
s = socket.create_connection(("allowed.example", int(sys.argv[1]))); s.sendall(b"x"); s.recv(1); open("ready", "w").close()
try: print(s.recv(1))
except OSError as error: print(errno.errorcode[error.errno])
print(attempt("allowed.example", sys.argv[1])); sys.stdout.flush(); open("closed", "w").close()
while not os.path.exists("again"): pass
print(attempt("allowed.example", sys.argv[1]))
"""
    words = place.command(["/usr/bin/python3", "-c", "import errno,os,socket,sys\n" + script, str(server.port)], "allowlist")
    with subprocess.Popen(words, cwd=place.workspace, env=place.env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True) as process:
        try:
            scene.until((place.workspace / "ready").exists)
            scene.set_network(place, process.pid, "none")
            assert ended.wait(0.5), "the connection outlived the state"
            scene.until((place.workspace / "closed").exists)
            scene.set_network(place, process.pid, "allowlist")
            (place.workspace / "again").touch()
            out, said = process.communicate(timeout=30)
        finally:
            process.kill()
    assert out.split()[1:] == ["ENETUNREACH", "x"] and process.returncode == 0, (out, said)
    told = [(denial["rule"], denial["event"]["to"]) for denial in place.denials()]
    assert told == [("net.none", f"allowed.example:{server.port}")], told


TESTS = [errors_outside_are_errors_inside, much_goes_through_whole_and_both_ends_can_finish_first, many_at_once_are_all_served,
         what_a_program_has_sent_arrives_after_its_end, who_comes_to_the_relay_by_himself_is_sent_away,
         an_address_that_is_swapped_while_it_is_judged_leads_nowhere_else, a_state_without_a_network_ends_what_there_is]

if __name__ == "__main__":
    sys.exit(scene.main("net_connections.py", TESTS, scene.Place))
