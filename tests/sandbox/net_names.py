#!/usr/bin/env python3
"""Names of a network by name: what is answered inside, and where they lead outside.

    tests/sandbox/net_names.py GATEHOUSE [--only WORD]
"""

import fcntl
import pathlib
import socket
import struct
import subprocess
import sys

import net_scene as scene


def a_name_that_leads_inside_is_refused_unless_a_rule_names_the_address(place):
    server = scene.Server("four")
    place.rules(scene.allow("'*.example'", server.port), loopback=False)
    done = place.python(scene.TRY + "for host in ('allowed', 'private', 'metadata'): print(attempt(host + '.example', sys.argv[1]))", server.port)
    assert done.stdout.split() == ["EACCES"] * 3 and server.came == 0, done
    assert {denial["rule"] for denial in place.denials()} == {"net.internal"}, place.denials()
    assert "private.example leads to 10.9.9.9" in done.stderr, done.stderr


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


def hosts(*lines):
    pathlib.Path("/etc/hosts").write_text("127.0.0.1 localhost\n" + "".join(line + "\n" for line in lines))


def services(words):
    pathlib.Path("/etc/nsswitch.conf").write_text(f"passwd: files\ngroup: files\nhosts: {words}\n")


def the_owners_hosts_file_and_order_of_services_are_used(place):
    one = scene.Server("by-hosts")
    other = scene.Server("by-dns", "127.0.0.2", port=one.port)
    place.rules(scene.allow("'*.example'", one.port))
    hosts("127.0.0.1 twice.example")
    outside.known = {"twice.example": ["127.0.0.2"], "once.example": ["127.0.0.2"]}
    script = scene.TRY + "print(attempt('twice.example', sys.argv[1]), attempt('once.example', sys.argv[1]))"
    for order, said in (("files dns", "by-hosts x by-dns x"), ("dns files", "by-dns x by-dns x"), ("files", "by-hosts x EHOSTUNREACH")):
        services(order)
        done = place.python(script, one.port)
        assert done.stdout.strip() in (said, said.replace("EHOSTUNREACH", "ECONNRESET")), (order, done)
    assert "Outside nobody knows an address of this name." in done.stderr and other.came == 3, (done, other.came)


def who_is_only_asked_for_or_refused_is_not_looked_up_outside(place):
    server = scene.Server("four")
    outside.known = {name: ["127.0.0.1"] for name in ("reached.example", "asked.example", "refused.example", "datagram.example")}
    place.rules(scene.allow("reached.example", server.port))
    done = place.python(scene.TRY + """
socket.gethostbyname("asked.example")
u = socket.socket(type=socket.SOCK_DGRAM)
try: u.sendto(b"x", (socket.gethostbyname("datagram.example"), 53))
except OSError as error: print(errno.errorcode[error.errno])
print(attempt("refused.example", sys.argv[1]), attempt("reached.example", 1), attempt("reached.example", sys.argv[1]))
""", server.port)
    assert done.stdout.split() == ["ENETUNREACH", "EACCES", "EACCES", "four", "x"], done
    assert set(outside.asked) == {"reached.example"}, outside.asked


def a_name_that_nobody_knows_does_not_exist_for_a_while(place):
    server = scene.Server("four")
    place.rules(scene.allow("[late.example, known.example]", server.port))
    outside.known = {"known.example": ["127.0.0.1"]}
    words = place.command(["/usr/bin/python3", "-c", "import errno,os,socket,sys,time\n" + scene.TRY + """
def address(name):
    try: return socket.getaddrinfo(name, 80)[0][4][0]
    except socket.gaierror as error: return "no name" if error.errno == socket.EAI_NONAME else str(error)
s = socket.socket()
try: s.connect(("late.example", int(sys.argv[1])))
except OSError as error: print(errno.errorcode[error.errno])
print(address("late.example"), address("LATE.example"), attempt("known.example", sys.argv[1]))
open("asked", "w").close()
limit = time.monotonic() + 60
while attempt("late.example", sys.argv[1]) != "four x" and time.monotonic() < limit: time.sleep(0.2)
print(attempt("late.example", sys.argv[1]))
""", str(server.port)], "allowlist")
    with subprocess.Popen(words, cwd=place.workspace, env=place.env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True) as process:
        try:
            scene.until((place.workspace / "asked").exists, 60)
            asked = outside.asked.count("late.example")
            outside.known["late.example"] = ["127.0.0.1"]
            out, said = process.communicate(timeout=90)
        finally:
            process.kill()
    assert out.splitlines() == ["EHOSTUNREACH", "no name no name four x", "four x"], (out, said)
    told = [(denial["rule"], denial["event"]["to"]) for denial in place.denials()]
    assert asked > 0 and told == [("net.unreachable", f"late.example:{server.port}")], (asked, told)


def a_name_that_leads_elsewhere_later_is_judged_again(place):
    server = scene.Server("four")
    secret = scene.Server("secret", "127.0.0.2", port=server.port)
    place.rules(scene.allow("turns.example", server.port), "{id: here, event: net, when: {host: 127.0.0.1}, verdict: allow}", loopback=False)
    script = scene.TRY + """
first = attempt("turns.example", sys.argv[1])
open("turned", "w").close()
while not os.path.exists("go"): pass
print(first, *[attempt("turns.example", sys.argv[1]) for _ in range(5)])
"""
    outside.known = {"turns.example": ["127.0.0.1"]}
    words = place.command(["/usr/bin/python3", "-c", "import errno,os,socket,sys\n" + script, str(server.port)], "allowlist")
    with subprocess.Popen(words, cwd=place.workspace, env=place.env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True) as process:
        try:
            scene.until((place.workspace / "turned").exists, 60)
            outside.known = {"turns.example": ["127.0.0.2"]}
            (place.workspace / "go").touch()
            out, _ = process.communicate(timeout=60)
        finally:
            process.kill()
    assert set(out.split()) <= {"four", "x", "EACCES"} and out.startswith("four x") and secret.came == 0, (out, secret.came)
    done = place.python(scene.TRY + "print(attempt('turns.example', sys.argv[1]))", server.port)
    assert done.stdout.split() == ["EACCES"] and "turns.example leads to 127.0.0.2" in done.stderr and secret.came == 0, done
    text, result = place.serve("--network", "allowlist", "--rules", place.path / "rules.yaml").shell(
        f": <>/dev/tcp/turns.example/{server.port}")
    assert f"denied: net turns.example:{server.port}" in text and "turns.example leads to 127.0.0.2" in text and secret.came == 0, text
    assert [denial["rule"] for denial in result["denials"]] == ["net.internal"], result
    outside.known = {"turns.example": ["127.0.0.2", "127.0.0.1"]}
    done = place.python(scene.TRY + "print(attempt('turns.example', sys.argv[1]))", server.port)
    assert done.stdout.split() == ["four", "x"] and secret.came == 0, done
    place.rules(scene.allow("turns.example", server.port))  # else the attack is none: who allows all loopback is led there
    outside.known = {"turns.example": ["127.0.0.2"]}
    done = place.python(scene.TRY + "print(attempt('turns.example', sys.argv[1]))", server.port)
    assert done.stdout.split() == ["secret", "x"] and secret.came > 0, done


def a_name_that_nobody_answers_for_holds_up_nobody_else(place):
    server = scene.Server("four")
    place.rules(scene.allow("'*.example'", server.port))
    outside.known, outside.silent = {"known.example": ["127.0.0.1"]}, {"silent.example"}
    pathlib.Path("/etc/resolv.conf").write_text("nameserver 127.0.0.1\noptions timeout:30 attempts:1\n")
    done = place.python(scene.TRY + """
import subprocess
thread = threading.Thread(target=attempt, args=("silent.example", sys.argv[1]), daemon=True); thread.start()
s = socket.socket(); s.setblocking(False)
s.connect_ex((socket.gethostbyname("silent.example"), int(sys.argv[1])))
for _ in range(20): subprocess.run(["/bin/true"], check=True)
print(attempt("known.example", sys.argv[1]), thread.is_alive()); sys.stdout.flush(); os._exit(0)
""", server.port)
    assert done.stdout.split() == ["four", "x", "True"] and outside.asked.count("silent.example") > 0, (done, outside.asked)


def a_silent_resolver_is_not_taken_for_one_that_knows_nothing(place):
    place.rules(scene.allow("'*.example'", 80))
    outside.known, outside.silent = {}, {"silent.example"}
    pathlib.Path("/etc/resolv.conf").write_text("nameserver 127.0.0.1\noptions timeout:5 attempts:1\n")
    done = place.python(scene.TRY + "print(attempt('silent.example', 80), attempt('unknown.example', 80))")
    said = done.stderr
    assert "net silent.example" in said and "Outside nobody has told the addresses of this name in time." in said, done
    assert "Outside nobody knows an address of this name." in said, done


def who_does_not_wait_is_not_kept_by_a_slow_look_up(place):
    place.rules(scene.allow("private.example", 80))
    hosts()
    outside.known = {"private.example": ["10.9.9.9"]}
    script = """
import select
def attempt():
    s = socket.socket(); s.setblocking(False)
    first = s.connect_ex((socket.gethostbyname("private.example"), 80))
    if first != errno.EINPROGRESS: return errno.errorcode[first]
    while True:
        select.select([s], [s], [], 30)
        try: s.recv(1); return "an end"
        except BlockingIOError: select.select([s], [], [], 30)
        except OSError as error: return "EINPROGRESS " + errno.errorcode[error.errno]
print(attempt())
"""
    outside.delay = 1.5
    done = place.python(script)
    assert done.stdout.strip() == "EINPROGRESS ECONNRESET", done
    assert "private.example leads to 10.9.9.9" in done.stderr and [denial["rule"] for denial in place.denials()] == ["net.internal"], done


def a_name_that_leads_to_an_address_of_this_machines_own_is_refused(place):
    own, set_address = "11.22.33.44", 0x8916
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, set_address, struct.pack("16sHH4s8x", b"lo:1", socket.AF_INET, 0, socket.inet_aton(own)))
    server = scene.Server("own", own)
    hosts(own + " own.example")
    place.rules(scene.allow("'*.example'", server.port))
    done = place.python(scene.TRY + "print(attempt('own.example', sys.argv[1]))", server.port)
    assert done.stdout.strip() in ("EHOSTUNREACH", "ECONNRESET", "EACCES") and server.came == 0, (done, server.came)
    assert [denial["rule"] for denial in place.denials()] == ["net.internal"], place.denials()
    place.rules(scene.allow("['*.example', 11.22.33.44]", server.port))
    assert place.python(scene.TRY + "print(attempt('own.example', sys.argv[1]))", server.port).stdout.split()[0] == "own"


TESTS = [a_name_that_leads_inside_is_refused_unless_a_rule_names_the_address, a_name_that_leads_to_an_address_of_this_machines_own_is_refused, the_resolver_answers_whatever_it_is_asked,
         the_owners_hosts_file_and_order_of_services_are_used, who_is_only_asked_for_or_refused_is_not_looked_up_outside,
         a_name_that_nobody_knows_does_not_exist_for_a_while, a_name_that_leads_elsewhere_later_is_judged_again,
         a_name_that_nobody_answers_for_holds_up_nobody_else, a_silent_resolver_is_not_taken_for_one_that_knows_nothing,
         who_does_not_wait_is_not_kept_by_a_slow_look_up]


class Place(scene.Place):
    def __init__(self, gatehouse):
        super().__init__(gatehouse)
        outside.forget()
        pathlib.Path("/etc/hosts").write_text(scene.HOSTS)
        pathlib.Path("/etc/resolv.conf").write_text("nameserver 127.0.0.1\noptions timeout:5 attempts:2\n")
        services("files dns")


def prepare():
    """Names are looked up by files and a server of this test alone."""
    global outside
    scene.see_other_files({path: "" for path in ("/etc/hosts", "/etc/resolv.conf", "/etc/nsswitch.conf")}, network=True)
    outside = scene.NameServer()


if __name__ == "__main__":
    sys.exit(scene.main("net_names.py", TESTS, Place, prepare))
