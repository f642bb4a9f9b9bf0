#!/usr/bin/env python3
"""A network by name: what rules on net allow is reached, and all else is refused with a reason that is told.

    tests/sandbox/net.py GATEHOUSE [--only WORD]
"""

import contextlib
import os
import pty
import select
import shutil
import socket
import subprocess
import sys

import net_scene as scene


def a_name_that_a_rule_allows_is_reached(place):
    server, six = scene.Server("four"), scene.Server("six", "::1")
    place.rules(scene.allow("[allowed.example, '*.wild.example']", server.port), scene.allow("six.example", six.port).replace("net.allowed", "net.six"))
    done = place.python(scene.TRY + "print(attempt('allowed.example', sys.argv[1]), attempt('below.wild.example', sys.argv[1]),"
                        "attempt('SIX.example.', sys.argv[2]))", server.port, six.port)
    assert done.stdout.split() == ["four", "x", "four", "x", "six", "x"] and not done.stderr, done
    assert place.denials() == []


def programs_of_all_kinds_reach_it_without_being_told(place):
    server = scene.Server("four")
    place.rules(scene.allow("allowed.example", server.port))
    url = f"http://allowed.example:{server.port}/"
    ran = 0
    for words in (["curl", "-sS", url], ["wget", "-qO-", url], ["node", "-e", f"fetch('{url}').then(r => r.text()).then(console.log)"],
                  ["perl", "-MIO::Socket::INET", "-e", f"$s=IO::Socket::INET->new('allowed.example:{server.port}') or die $!; print $s 'GET / '; print <$s>"],
                  ["bash", "-c", f"exec 3<>/dev/tcp/allowed.example/{server.port}; echo GET / >&3; cat <&3"]):
        if shutil.which(words[0], path=place.env["PATH"]) is None:
            continue
        ran += 1
        done = place.run(*words)
        assert done.stdout.strip().endswith("four"), (words, done)
    assert ran >= 2, "there is no program to try it with"


def all_else_is_refused_with_a_reason_that_reaches_the_result(place):
    server = scene.Server("four")
    place.rules(scene.allow("allowed.example", server.port))
    done = place.python(scene.TRY + "print(attempt('other.example', sys.argv[1]), attempt('allowed.example', 1), attempt('10.1.2.3', 80),"
                        "attempt('2001:db8::1', 80), attempt('no.such.example', 443), attempt('198.18.200.200', 80))", server.port)
    assert done.stdout.split() == ["EACCES", "EACCES", "EACCES", "EACCES", "EACCES", "EHOSTUNREACH"], done
    assert server.came == 0
    told = [denial["event"]["to"] for denial in place.denials()]
    assert told == [f"other.example:{server.port}", "allowed.example:1", "10.1.2.3:80", "[2001:db8::1]:80", "no.such.example:443", "198.18.200.200:80"], told
    assert [denial["rule"] for denial in place.denials()] == ["defaults.net"] * 5 + ["net.unreachable"] and place.denials()[0]["chain"] == ["python3"], place.denials()
    assert f"denied: net other.example:{server.port}" in done.stderr and "No rule allows this" in done.stderr, done.stderr


def the_hosts_own_loopback_has_a_name(place):
    server = scene.Server("four")
    place.rules(scene.allow("host.gatehouse.internal", server.port), loopback=False)
    done = place.python(scene.TRY + "print(attempt('host.gatehouse.internal', sys.argv[1]), attempt('host.gatehouse.internal', 1), attempt('127.0.0.1', sys.argv[1]))",
                        server.port)
    assert done.stdout.split() == ["four", "x", "EACCES", "ECONNREFUSED"] and server.came == 1, done


def a_rule_on_a_program_holds_for_that_program(place):
    server = scene.Server("four")
    place.rules(scene.allow("allowed.example", server.port, ", program: curl"))
    script = f"curl -sS http://allowed.example:{server.port}/; echo; exec 3<>/dev/tcp/allowed.example/{server.port} && echo reached"
    done = place.run("bash", "-c", script)
    assert done.stdout.splitlines() == ["four"] and server.came == 1, done
    assert [denial["chain"] for denial in place.denials()] == [["bash"]], place.denials()


DATAGRAMS = """
import ctypes, struct
libc = ctypes.CDLL(None, use_errno=True)
def attempt(act):
    try: act(); return "OUT"
    except OSError as error: return errno.errorcode[error.errno]
def send_two(to):  # sendmmsg(2): two of struct mmsghdr, and what they point to
    name = ctypes.create_string_buffer(struct.pack("=H", 2) + struct.pack("!H", to[1]) + socket.inet_aton(to[0]) + bytes(8), 16)
    data = ctypes.create_string_buffer(b"x", 1)
    piece = ctypes.create_string_buffer(struct.pack("=QQ", ctypes.addressof(data), 1), 16)
    one = struct.pack("=QIIQQQQi4xI4x", ctypes.addressof(name), 16, 0, ctypes.addressof(piece), 1, 0, 0, 0, 0)
    if libc.sendmmsg(u.fileno(), one * 2, 2, 0) < 0: raise OSError(ctypes.get_errno(), "sendmmsg")
u, six = (socket.socket(family, socket.SOCK_DGRAM) for family in (socket.AF_INET, socket.AF_INET6))
"""


def what_is_no_tcp_is_not_let_out(place):
    place.rules("{id: all, event: net, verdict: allow}")
    done = place.python(DATAGRAMS + """
print(attempt(lambda: u.sendto(b"x", ("10.1.2.3", 53))), attempt(lambda: u.connect(("10.1.2.4", 53))))
print(attempt(lambda: u.sendmsg([b"x"], [], 0, ("10.1.2.5", 53))), attempt(lambda: send_two(("10.1.2.6", 53))))
print(attempt(lambda: six.sendto(b"x", ("2001:db8::1", 53))), attempt(lambda: six.sendto(b"x", ("::ffff:10.1.2.7", 53))))
name = socket.gethostbyname("allowed.example")
print(attempt(lambda: u.sendto(b"x", (name, 53))), attempt(lambda: u.connect((name, 53))))
print(attempt(lambda: u.sendmsg([b"x"], [], socket.MSG_NOSIGNAL, ("10.1.2.8", 53))))  # refused, and not told
t = socket.socket()
print(attempt(lambda: t.sendto(b"x", 0x20000000, (name, 80))))  # MSG_FASTOPEN needs no connect
""")
    assert done.stdout.split() == ["ENETUNREACH"] * 10, done
    told = [denial["event"]["to"] for denial in place.denials()]
    assert told == ["10.1.2.3:53", "10.1.2.4:53", "10.1.2.5:53", "10.1.2.6:53", "[2001:db8::1]:53", "10.1.2.7:53", "allowed.example:53"], told
    assert {(denial["rule"], *denial["chain"]) for denial in place.denials()} == {("net.tcp-only", "python3")}, place.denials()
    assert "denied: net 10.1.2.5:53" in done.stderr and "Only TCP leaves this sandbox" in done.stderr, done.stderr
    assert len([record for record in place.records("decided") if record.get("rule") == "net.tcp-only"]) == 7


def datagrams_and_messages_inside_arrive(place):
    place.rules(loopback=False)
    done = place.python(DATAGRAMS + """
import array
for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
    there = socket.socket(family, socket.SOCK_DGRAM); there.bind((address, 0)); here = socket.socket(family, socket.SOCK_DGRAM)
    here.sendto(b"to", there.getsockname()); here.sendmsg([b"m", b"sg"], [], 0, there.getsockname()[:2])
    if family == socket.AF_INET: send_two(there.getsockname())
    print([there.recv(9).decode() for _ in range(4 if family == socket.AF_INET else 2)])
one, other = socket.socketpair(socket.AF_UNIX)
reading, writing = os.pipe()
one.sendmsg([b"fd"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [writing]))])
_, passed, _, _ = other.recvmsg(9, 64)
os.write(int.from_bytes(passed[0][2], "little"), b"through"); print(os.read(reading, 9).decode())
print(attempt(lambda: u.sendto(b"x", ("0.0.0.0", 0))), libc.sendmsg(u.fileno(), 1, 0), ctypes.get_errno() == errno.EFAULT)
""")
    assert done.stdout.splitlines() == ["['to', 'msg', 'x', 'x']", "['to', 'msg']", "through", "EINVAL -1 True"], done
    assert place.denials() == [], place.denials()


BAD_CALLS = """
import ctypes, errno, itertools, os, socket, struct
libc = ctypes.CDLL(None, use_errno=True)
def call(function, *words):
    ctypes.set_errno(0)
    got = function(*[ctypes.c_long(word) for word in words])
    return got if got >= 0 else errno.errorcode[ctypes.get_errno()]
def at(data): return ctypes.addressof(kept.setdefault(data, ctypes.create_string_buffer(data, max(len(data), 1))))
kept, there = {}, socket.socket(type=socket.SOCK_DGRAM)
there.bind(("127.0.0.1", 0)); port = struct.pack("!H", there.getsockname()[1])
inet = struct.pack("=H", 2) + port + socket.inet_aton("127.0.0.1") + bytes(8)
six = struct.pack("=H", 10) + port + bytes(4) + socket.inet_pton(10, "::ffff:127.0.0.1") + bytes(4)
names = {"inet": inet, "six": six, "unspec": bytes(2) + inet[2:], "unix": struct.pack("=H", 1) + b"nobody", "netlink": struct.pack("=H", 16) + bytes(10),
         "strange": b"\\xff" * 28, "long": inet + bytes(200), "empty": b""}
stream = socket.socket(); stream.bind(("127.0.0.1", 0)); stream.listen()
talking = socket.create_connection(stream.getsockname())
sockets = {"udp": socket.socket(type=2), "udp6": socket.socket(10, 2), "unix": socket.socket(1, 2), "netlink": socket.socket(16, 2), "fresh": socket.socket(),
           "talking": talking}
connected = socket.socket(type=2); connected.connect(there.getsockname()); sockets["connected"] = connected
fds = {**{name: s.fileno() for name, s in sockets.items()}, "file": os.open("/dev/null", 1), "none": 999, "minus": -1}
piece = struct.pack("=QQ", at(b"x"), 1)
for (which, fd), (name, data) in itertools.product(fds.items(), names.items()):
    for size in {len(data), 1, 16, 28, 2**31 - 1, -1}:
        for where in (at(data), 8):
            message = struct.pack("=QIIQQQQi4x", where, size & 0xffffffff, 0, at(piece), 1, 0, 0, 0)
            print(which, name, size, where == 8, call(libc.sendto, fd, at(b"x"), 1, 0x4040, where, size), call(libc.sendto, fd, at(b"x"), 1, 0x40, where, size),
                  call(libc.sendmsg, fd, at(message), 0x40), call(libc.sendmmsg, fd, at(message + bytes(8)), 1, 0x40))
for fd in fds.values(): print(call(libc.sendmsg, fd, 8, 0), call(libc.sendmmsg, fd, 8, 3, 0), call(libc.sendmmsg, fd, 0, 0, 0))
"""


def calls_that_lead_nowhere_get_the_kernels_own_answers(place):
    place.rules(loopback=False)
    plain = subprocess.run(["/usr/bin/python3", "-c", BAD_CALLS], env=place.env, cwd=place.workspace, text=True, capture_output=True, timeout=60, check=False)
    done = place.run("/usr/bin/python3", "-c", BAD_CALLS)
    here, there = plain.stdout.splitlines(), done.stdout.splitlines()
    assert len(here) > 500 and len(here) == len(there), (plain.stderr, done.stderr)
    assert here == there, [pair for pair in zip(here, there) if pair[0] != pair[1]][:5]
    assert not done.stderr and place.denials() == [], done.stderr


def loopback_inside_works(place):
    place.rules(loopback=False)
    done = place.python("""
for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1"), (socket.AF_INET, "localhost")):
    server = socket.create_server((address, 0), family=family)
    client = socket.create_connection((address, server.getsockname()[1]))
    peer, _ = server.accept()
    client.sendall(b"hello"); print(peer.recv(5).decode())
""")
    assert done.stdout.split() == ["hello"] * 3 and not done.stderr, done


def an_unknown_host_is_asked_for_and_the_connection_waits(place):
    server = scene.Server("four")
    place.rules(scene.allow("other.example", server.port).replace("verdict: allow", "verdict: ask, reason: Who is that"))
    script = scene.TRY + "print([attempt('other.example', sys.argv[1]) for _ in range(2)])"
    words = place.command(["/usr/bin/python3", "-c", "import errno,os,socket,sys\n" + script, str(server.port)], "allowlist")
    for answers, came, said in ((["s"], 2, "['four x', 'four x']"), (["y", "n"], 1, "['four x', 'EACCES']"), (["n"], 0, "['EACCES', 'EACCES']")):
        server.came = 0
        seen = at_a_terminal(words, place, answers)
        assert said in seen and server.came == came and "net other.example:" in seen and "Who is that" in seen, (answers, seen)
    place.rules(scene.allow("other.example", server.port), "{id: range, event: net, when: {host: 127.0.0.0/8}, verdict: ask, reason: Where is that}", loopback=False)
    for answers, came in ((["s"], 2), (["n"], 0)):  # about the address of a name, too
        server.came = 0
        seen = at_a_terminal(words, place, answers)
        assert server.came == came and "Where is that" in seen, (answers, seen)
    done = place.python(script, server.port)
    assert done.stdout.count("EACCES") == 2 and "There is no terminal to ask at." in done.stderr, done


def at_a_terminal(words, place, answers):
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(place.workspace)
        os.execve(words[0], list(map(str, words)), place.env)
    seen, asked = "", 0
    with contextlib.suppress(OSError):  # it has ended
        while select.select([terminal], [], [], 30)[0]:
            seen += os.read(terminal, 4096).decode(errors="replace")
            if seen.count("[y/N/s] ") > asked:
                os.write(terminal, answers[asked].encode() + b"\n")
                asked += 1
    os.close(terminal)
    os.waitpid(pid, 0)
    assert asked == len(answers), (asked, seen)
    return seen


def every_decision_is_on_record(place):
    server = scene.Server("four")
    place.rules(scene.allow("allowed.example", server.port))
    place.python(scene.TRY + "attempt('allowed.example', sys.argv[1]); attempt('other.example', 9)", server.port)
    allowed, denied, *_ = [record for record in place.records("decided") if "host" in record]
    assert (allowed["host"], allowed["addresses"], allowed["port"], allowed["verdict"]) == ("allowed.example", ["127.0.0.1"], server.port, "allow"), allowed
    assert allowed["rule"] == "net.allowed" and allowed["chain"] == ["python3"] and "python3" in allowed["program"]["path"], allowed
    assert (denied["host"], denied["port"], denied["verdict"]) == ("other.example", 9, "deny"), denied
    (end,) = place.records("disconnected")
    assert (end["host"], end["address"], end["port"], end["sent"], end["received"]) == ("allowed.example", "127.0.0.1", server.port, 1, 6), end


def a_served_session_has_it_too(place):
    server = scene.Server("four")
    place.rules(scene.allow("allowed.example", server.port))
    served = place.serve("--network", "allowlist", "--rules", place.path / "rules.yaml")
    curl = "curl -sS http://{}.example:%d/" % server.port
    said, told = zip(*(served.shell(curl.format(host)) for host in ("allowed", "other", "allowed")))
    assert said[0].endswith("four") and said[2].endswith("four") and "net allowlist" in said[0], said
    assert f"denied: net other.example:{server.port}" in said[1] and "by: " in said[1] and "four" not in said[1], said
    assert told[1]["denials"][0]["event"] == {"type": "net", "to": f"other.example:{server.port}"}, told[1]
    text, result = served.shell(": <>/dev/tcp/allowed.example/1")
    assert "denied: net allowed.example:1 " in text and [denial["event"]["to"] for denial in result["denials"]] == ["allowed.example:1"], text
    text, result = served.shell("python3 -c 'import socket; socket.socket(type=socket.SOCK_DGRAM).sendto(b\"x\", (\"10.1.2.3\", 53))'")
    assert "denied: net 10.1.2.3:53" in text and "Only TCP leaves this sandbox" in text and "unreachable" in text, text
    assert [denial["event"]["to"] for denial in result["denials"]] == ["10.1.2.3:53"], result


def a_socket_of_the_hosts_is_no_standard_input(place):
    """It could be connected anew, from where it was made."""
    with socket.socket() as made:
        for network in ("none", "allowlist"):
            done = subprocess.run([place.gatehouse, "exec", "--network", network, "--", "true"], cwd=place.workspace, env=place.env, stdin=made,
                                  capture_output=True, text=True, timeout=30, check=False)
            assert done.returncode == 125 and "descriptor 0 is a network socket" in done.stderr, done
    ours, theirs = socket.socketpair()
    with ours, theirs:
        done = subprocess.run([place.gatehouse, "exec", "--", "true"], cwd=place.workspace, env=place.env, stdin=ours, capture_output=True, text=True, timeout=30, check=False)
        assert done.returncode == 0, done


TESTS = [a_socket_of_the_hosts_is_no_standard_input, a_name_that_a_rule_allows_is_reached, programs_of_all_kinds_reach_it_without_being_told,
         all_else_is_refused_with_a_reason_that_reaches_the_result, the_hosts_own_loopback_has_a_name, a_rule_on_a_program_holds_for_that_program,
         what_is_no_tcp_is_not_let_out, datagrams_and_messages_inside_arrive, calls_that_lead_nowhere_get_the_kernels_own_answers,
         loopback_inside_works, an_unknown_host_is_asked_for_and_the_connection_waits, every_decision_is_on_record,
         a_served_session_has_it_too]

if __name__ == "__main__":
    sys.exit(scene.main("net.py", TESTS, scene.Place))
