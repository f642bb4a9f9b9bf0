"""What leads nowhere by name: each way out that a program may try is refused, and the model reads why."""
import shlex

from client import meta_of, text_of
from place import Skip
from shell import first_line

TRY = """python3 - <<'END'
import errno, socket
def attempt(what, act):
    try: act(); print(what, "OUT")
    except OSError as error: print(what, errno.errorcode.get(error.errno, error))
attempt("name", lambda: socket.create_connection(("other.example", 443), 20))
attempt("address", lambda: socket.create_connection(("192.0.2.1", 80), 20))
attempt("six", lambda: socket.create_connection(("2001:db8::1", 80), 20))
attempt("udp", lambda: socket.socket(type=socket.SOCK_DGRAM).sendto(b"x", ("192.0.2.2", 53)))
attempt("named-udp", lambda: socket.socket(type=socket.SOCK_DGRAM).sendmsg([b"x"], [], 0, (socket.gethostbyname("dns.example"), 53)))
END"""


def served(place):
    server = place.serve(options=["--network", "allowlist"])
    result = server.shell(TRY)
    if first_line(result)[6] != "allowlist":
        raise Skip("a network by name takes namespaces")
    return result


def what_leads_outside_is_refused_and_named_with_its_reason(place):
    result = served(place)
    text, denials = text_of(result), meta_of(result)["denials"]
    for said in ("name EACCES", "address EACCES", "six EACCES", "udp ENETUNREACH", "named-udp ENETUNREACH"):
        assert said in text, (said, text)
    told = {denial["event"]["to"]: denial for denial in denials}
    assert list(told) == ["other.example:443", "192.0.2.1:80", "[2001:db8::1]:80", "192.0.2.2:53", "dns.example:53"], denials
    assert [denial["rule"] for denial in denials] == ["defaults.net"] * 3 + ["net.tcp-only"] * 2, denials
    for to, denial in told.items():
        assert f"denied: net {shlex.quote(to)}  " in text and denial["reason"] in text and denial["chain"][-1] == "python3", (to, text)
    assert not result.get("isError"), result


TESTS = [what_leads_outside_is_refused_and_named_with_its_reason]
