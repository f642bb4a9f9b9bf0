#!/usr/bin/env python3
"""A network by name, from inside and outside: what rules on net allow is reached, and nothing else.

    tests/sandbox/net.py GATEHOUSE [--only WORD]

Servers on this machine's loopback stand for hosts elsewhere, under names of a hosts file that this test alone sees.
"""

import argparse
import contextlib
import ctypes
import hashlib
import json
import os
import pathlib
import pty
import select
import shutil
import socket
import subprocess
import sys
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


def see_other_hosts():
    """In a mount namespace of its own; gatehouse and what it asks for names see it, too."""
    libc = ctypes.CDLL(None, use_errno=True)

    def must(result, doing):
        if result != 0:
            raise OSError(ctypes.get_errno(), doing)

    uid, gid = os.geteuid(), os.getegid()
    new_mounts, new_user, bind, private = 0x20000, 0x10000000, 4096, 16384 | (1 << 18)
    must(libc.unshare(new_mounts | (new_user if uid else 0)), "making a mount namespace")
    if uid:
        pathlib.Path("/proc/self/setgroups").write_text("deny")
        pathlib.Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1")
        pathlib.Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1")
    must(libc.mount(None, b"/", None, private, None), "making mounts private")
    with tempfile.NamedTemporaryFile("w", delete=False) as file:
        file.write(HOSTS)
    os.chmod(file.name, 0o644)
    must(libc.mount(file.name.encode(), b"/etc/hosts", None, bind, None), "mounting a hosts file")


class Server:
    """Outside: answers each line with its own name, and counts who came."""

    def __init__(self, name, address="127.0.0.1", talk=None):
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self.socket = socket.socket(family, socket.SOCK_STREAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind((address, 0))
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


def a_name_that_a_rule_allows_is_reached(place):
    server, six = Server("four"), Server("six", "::1")
    place.rules(allow("[allowed.example, '*.wild.example']", server.port), allow("six.example", six.port).replace("net.allowed", "net.six"))
    done = place.python(TRY + "print(attempt('allowed.example', sys.argv[1]), attempt('below.wild.example', sys.argv[1]),"
                        "attempt('SIX.example.', sys.argv[2]))", server.port, six.port)
    assert done.stdout.split() == ["four", "x", "four", "x", "six", "x"] and not done.stderr, done
    assert place.denials() == []


def programs_of_all_kinds_reach_it_without_being_told(place):
    server = Server("four")
    place.rules(allow("allowed.example", server.port))
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
    server = Server("four")
    place.rules(allow("allowed.example", server.port))
    done = place.python(TRY + "print(attempt('other.example', sys.argv[1]), attempt('allowed.example', 1), attempt('10.1.2.3', 80),"
                        "attempt('2001:db8::1', 80), attempt('no.such.example', 443), attempt('198.18.200.200', 80))", server.port)
    assert done.stdout.split() == ["EACCES", "EACCES", "EACCES", "EACCES", "EACCES", "EHOSTUNREACH"], done
    assert server.came == 0
    told = [denial["event"]["to"] for denial in place.denials()]
    assert told == [f"other.example:{server.port}", "allowed.example:1", "10.1.2.3:80", "[2001:db8::1]:80", "no.such.example:443"], told
    assert {denial["rule"] for denial in place.denials()} == {"defaults.net"} and place.denials()[0]["chain"] == ["python3"], place.denials()
    assert f"denied: net other.example:{server.port}" in done.stderr and "No rule allows this" in done.stderr, done.stderr


def a_name_that_leads_inside_is_refused_unless_a_rule_names_the_address(place):
    server = Server("four")
    place.rules(allow("'*.example'", server.port), loopback=False)
    done = place.python(TRY + "for host in ('allowed', 'private', 'metadata'): print(attempt(host + '.example', sys.argv[1]))", server.port)
    assert done.stdout.split() == ["EACCES"] * 3 and server.came == 0, done
    assert {denial["rule"] for denial in place.denials()} == {"net.internal"}, place.denials()
    assert "private.example leads to 10.9.9.9" in done.stderr, done.stderr


def the_hosts_own_loopback_has_a_name(place):
    server = Server("four")
    place.rules(allow("host.gatehouse.internal", server.port), loopback=False)
    done = place.python(TRY + "print(attempt('host.gatehouse.internal', sys.argv[1]), attempt('host.gatehouse.internal', 1), attempt('127.0.0.1', sys.argv[1]))",
                        server.port)
    assert done.stdout.split() == ["four", "x", "EACCES", "ECONNREFUSED"] and server.came == 1, done


def a_rule_on_a_program_holds_for_that_program(place):
    server = Server("four")
    place.rules(allow("allowed.example", server.port, ", program: curl"))
    script = f"curl -sS http://allowed.example:{server.port}/; echo; exec 3<>/dev/tcp/allowed.example/{server.port} && echo reached"
    done = place.run("bash", "-c", script)
    assert done.stdout.splitlines() == ["four"] and server.came == 1, done
    assert [denial["chain"] for denial in place.denials()] == [["bash"]], place.denials()


def what_is_no_tcp_is_not_let_out(place):
    place.rules("{id: all, event: net, verdict: allow}")
    done = place.python("""
def attempt(act):
    try: act(); return "OUT"
    except OSError as error: return errno.errorcode[error.errno]
u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
print(attempt(lambda: u.sendto(b"x", ("10.1.2.3", 53))), attempt(lambda: u.connect(("10.1.2.3", 53))))
name = socket.gethostbyname("allowed.example")
print(attempt(lambda: u.sendto(b"x", (name, 53))), attempt(lambda: u.connect((name, 53))))
t = socket.socket()
print(attempt(lambda: t.sendto(b"x", 0x20000000, (name, 80))))  # MSG_FASTOPEN needs no connect
""")
    assert done.stdout.split() == ["ENETUNREACH"] * 5, done
    assert [(denial["rule"], denial["event"]["to"]) for denial in place.denials()] == [("net.tcp-only", "10.1.2.3:53")], place.denials()


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


def errors_outside_are_errors_inside(place):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        place.rules(allow("allowed.example", port), allow("nowhere.invalid", port).replace("net.allowed", "net.nowhere"))
        done = place.python(TRY + """
s = socket.socket()
try: s.connect(("allowed.example", int(sys.argv[1])))
except OSError as error: print(errno.errorcode[error.errno])
print(attempt("allowed.example", sys.argv[1]))
s = socket.socket()
try: s.connect(("nowhere.invalid", int(sys.argv[1])))
except OSError as error: print(errno.errorcode[error.errno])
""", port)
    first, second, third = done.stdout.split()
    assert [(denial["rule"], denial["event"]["to"]) for denial in place.denials()] == [("net.unreachable", f"nowhere.invalid:{port}")], place.denials()
    assert "Outside nobody knows an address of this name." in done.stderr, done
    assert (first, third) == ("ECONNREFUSED", "EHOSTUNREACH") and second in ("ECONNRESET", "EPIPE", "ECONNREFUSED"), done


def much_goes_through_whole_and_both_ends_can_finish_first(place):
    total = 64 << 20

    def talk(peer):
        digest = hashlib.sha256()
        while data := peer.recv(1 << 20):
            digest.update(data)
        peer.sendall(digest.hexdigest().encode())
        peer.sendall(bytes(range(256)) * (total // 256))

    server = Server("much", talk=talk)
    place.rules(allow("allowed.example", server.port))
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
    server = Server("four")
    place.rules(allow("allowed.example", server.port))
    done = place.python(TRY + """
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


def an_unknown_host_is_asked_for_and_the_connection_waits(place):
    server = Server("four")
    place.rules(allow("other.example", server.port).replace("verdict: allow", "verdict: ask, reason: Who is that"))
    script = TRY + "print([attempt('other.example', sys.argv[1]) for _ in range(2)])"
    words = place.command(["/usr/bin/python3", "-c", "import errno,os,socket,sys\n" + script, str(server.port)], "allowlist")
    for answers, came, said in ((["s"], 2, "['four x', 'four x']"), (["y", "n"], 1, "['four x', 'EACCES']"), (["n"], 0, "['EACCES', 'EACCES']")):
        server.came = 0
        seen = at_a_terminal(words, place, answers)
        assert said in seen and server.came == came and "net other.example:" in seen and "Who is that" in seen, (answers, seen)
    place.rules(allow("other.example", server.port), "{id: range, event: net, when: {host: 127.0.0.0/8}, verdict: ask, reason: Where is that}", loopback=False)
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
    server = Server("four")
    place.rules(allow("allowed.example", server.port))
    place.python(TRY + "attempt('allowed.example', sys.argv[1]); attempt('other.example', 9)", server.port)
    allowed, denied, *_ = [record for record in place.records("decided") if "host" in record]
    assert (allowed["host"], allowed["addresses"], allowed["port"], allowed["verdict"]) == ("allowed.example", ["127.0.0.1"], server.port, "allow"), allowed
    assert allowed["rule"] == "net.allowed" and allowed["chain"] == ["python3"] and "python3" in allowed["program"]["path"], allowed
    assert (denied["host"], denied["port"], denied["verdict"]) == ("other.example", 9, "deny"), denied
    (end,) = place.records("disconnected")
    assert (end["host"], end["address"], end["port"], end["sent"], end["received"]) == ("allowed.example", "127.0.0.1", server.port, 1, 6), end


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

    server = Server("slow", talk=talk)
    place.rules(allow("allowed.example", server.port))
    place.python("s = socket.create_connection(('allowed.example', int(sys.argv[1])))\ns.sendall(bytes(int(sys.argv[2])))\nos._exit(0)",
                 server.port, total // 8)
    place.python("s = socket.create_connection(('allowed.example', int(sys.argv[1])))\ns.sendall(bytes(int(sys.argv[2])))\nos._exit(0)",
                 server.port, total)
    until(lambda: len(got) == 2)
    assert got == [total // 8, total], got
    assert len(place.records("disconnected")) == 1


def who_comes_to_the_relay_by_himself_is_sent_away(place):
    server = Server("four")
    place.rules(allow("allowed.example", server.port))
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
    good, bad = Server("good"), Server("bad")
    place.rules(allow("allowed.example", good.port))
    place.python(FLIP, good.port, bad.port, 1000)
    assert bad.came == 0 and good.came > 0, (good.came, bad.came)
    place.python(FLIP, good.port, bad.port, 1000, network="full")  # the hosts file is the outer one there
    until(lambda: bad.came > 0)  # else the attack is none: it does not get through where nobody judges


def a_state_without_a_network_ends_what_there_is(place):
    ended = threading.Event()

    def talk(peer):
        try:
            while peer.recv(1):
                peer.sendall(b"x")
        finally:
            ended.set()

    server = Server("talk", talk=talk)
    place.rules(allow("allowed.example", server.port))
    script = TRY + """
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
            until((place.workspace / "ready").exists)
            set_network(place, process.pid, "none")
            assert ended.wait(0.5), "the connection outlived the state"
            until((place.workspace / "closed").exists)
            set_network(place, process.pid, "allowlist")
            (place.workspace / "again").touch()
            out, said = process.communicate(timeout=30)
        finally:
            process.kill()
    assert out.split()[1:] == ["ENETUNREACH", "x"] and process.returncode == 0, (out, said)


def a_served_session_has_it_too(place):
    server = Server("four")
    place.rules(allow("allowed.example", server.port))
    served = place.serve("--network", "allowlist", "--rules", place.path / "rules.yaml")
    curl = "curl -sS http://{}.example:%d/" % server.port
    said, told = zip(*(served.shell(curl.format(host)) for host in ("allowed", "other", "allowed")))
    assert said[0].endswith("four") and said[2].endswith("four") and "net allowlist" in said[0], said
    assert f"denied: net other.example:{server.port}" in said[1] and "by: " in said[1] and "four" not in said[1], said
    assert told[1]["denials"][0]["event"] == {"type": "net", "to": f"other.example:{server.port}"}, told[1]


def set_network(place, pid, network):
    done = subprocess.run([place.gatehouse, "state", "set", "--pid", str(pid), "--network", network], env=place.env, cwd=place.workspace, text=True,
                          capture_output=True, timeout=20, check=False)
    assert done.returncode == 0, done


def until(condition, seconds=15):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it does not happen"
        time.sleep(0.003)


def the_resolver_answers_whatever_it_is_asked(place):
    place.rules(loopback=False)
    done = place.python("""
u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); u.connect(("127.0.0.1", 53)); u.settimeout(2)
for junk in [os.urandom(n) for n in range(1, 600)] + [b"\\0" * 12, b"\\0" * 4 + b"\\0\\1" + b"\\0" * 6 + b"\\xc0\\x0c" * 20, b"\\0" * 4 + b"\\0\\1" + b"\\0" * 6 + b"\\x3f" * 700]:
    u.send(junk)
first = socket.gethostbyname("a.example")
for n in range(500): socket.gethostbyname("n%d.example" % n)
print(first == socket.gethostbyname("A.EXAMPLE"), len({socket.gethostbyname("n%d.example" % n) for n in range(500)}), first)
""")
    same, count, address = done.stdout.split()
    assert same == "True" and count == "500" and address.startswith("198.18."), done


TESTS = [a_name_that_a_rule_allows_is_reached, programs_of_all_kinds_reach_it_without_being_told,
         all_else_is_refused_with_a_reason_that_reaches_the_result, a_name_that_leads_inside_is_refused_unless_a_rule_names_the_address,
         the_hosts_own_loopback_has_a_name, a_rule_on_a_program_holds_for_that_program, what_is_no_tcp_is_not_let_out, loopback_inside_works, errors_outside_are_errors_inside,
         much_goes_through_whole_and_both_ends_can_finish_first, many_at_once_are_all_served, an_unknown_host_is_asked_for_and_the_connection_waits, every_decision_is_on_record,
         what_a_program_has_sent_arrives_after_its_end, who_comes_to_the_relay_by_himself_is_sent_away, an_address_that_is_swapped_while_it_is_judged_leads_nowhere_else,
         a_state_without_a_network_ends_what_there_is, a_served_session_has_it_too, the_resolver_answers_whatever_it_is_asked]


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


if __name__ == "__main__":
    sys.exit(main("net.py", TESTS, Place))
